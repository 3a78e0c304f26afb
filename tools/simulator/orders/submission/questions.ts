// Which questions the gateway asks about a ticket, in IBKR's words. Pure.
// The texts keep the space before the newline: real clients match on it.
import type { SimInstrument } from "../../market/market.ts";
import type { OrderSettings } from "../../settings.ts";
import type { Ticket } from "../order.ts";
import { grouped, priceText, venue } from "../wording.ts";

export type Question = { messageId: string; message: string };

const SURE = "Are you sure you want to submit this order?";
export type Asked = {
  ticket: Ticket;
  instrument: SimInstrument;
  /** Undefined without market data. */
  last: number | undefined;
  settings: OrderSettings;
};
type Trigger = (of: Asked) => Question | undefined;

const name = ({ ticket, instrument }: Asked) =>
  `${ticket.side} ${ticket.quantity} ${instrument.symbol} ${venue(instrument)}`;

const noMarketData: Trigger = ({ last }) =>
  last === undefined
    ? {
        messageId: "o354",
        message: `You are submitting an order without market data. We strongly recommend against this as it may result in erroneous and unexpected trades.\n${SURE}`,
      }
    : undefined;

const priceAway: Trigger = (of) => {
  const { limit } = of.ticket;
  if (limit === null || of.last === undefined) return undefined;
  if (Math.abs(limit / of.last - 1) <= of.settings.pricePercent) return undefined;
  const percent = Math.round(of.settings.pricePercent * 10_000) / 100;
  const price = Number.isInteger(limit) ? limit.toFixed(1) : String(limit);
  return {
    messageId: "o163",
    message: `The following order "${name(of)} @ ${price}" price exceeds \nthe Percentage constraint of ${percent}%.\n${SURE}`,
  };
};

const sizeAbove: Trigger = (of) =>
  of.ticket.quantity > of.settings.sizeLimit
    ? {
        messageId: "o383",
        message: `The following order "${name(of)}" size exceeds the Size Limit of ${of.settings.sizeLimit}.\n${SURE}`,
      }
    : undefined;

const valueAbove: Trigger = (of) => {
  const price = of.ticket.limit ?? of.ticket.stop ?? of.last ?? 0;
  const value = price * of.ticket.quantity;
  if (value <= of.settings.valueLimit) return undefined;
  return {
    messageId: "o451",
    message: `The following order "${name(of)}" value estimate of ${grouped(value, 2)} USD exceeds \nthe Total Value Limit of ${grouped(of.settings.valueLimit, 0)} USD.\n${SURE}`,
  };
};

/** Not asked of bracket children: they wait for their parent, whatever the price is now. */
const triggersAtOnce: Trigger = ({ ticket, last }) => {
  if (ticket.stop === null || last === undefined || ticket.parentRef !== null) return undefined;
  const triggers = ticket.side === "BUY" ? last >= ticket.stop : last <= ticket.stop;
  if (!triggers) return undefined;
  return {
    messageId: "o403",
    message: `This order will most likely trigger and fill immediately.\n${SURE}`,
  };
};

const stopDisclosure: Trigger = ({ ticket }) =>
  ticket.stop === null
    ? undefined
    : {
        messageId: "o10331",
        message: `You are about to submit a stop order. Please be aware of the various stop order types available and the risks associated with each one.\n${SURE}`,
      };

const TRIGGERS = [noMarketData, priceAway, sizeAbove, valueAbove, triggersAtOnce, stopDisclosure];

/** The questions about one ticket, in the order in which they are asked. */
export function questionsAbout(of: Asked): Question[] {
  return TRIGGERS.flatMap((trigger) => trigger(of) ?? []);
}

/** The outright refusal of a limit far through the market, or undefined. */
export function limitRefusal(of: Asked): string | undefined {
  const { limit, side } = of.ticket;
  if (limit === null || of.last === undefined || of.ticket.parentRef !== null) return undefined;
  const through = side === "BUY" ? limit / of.last - 1 : 1 - limit / of.last;
  if (through <= of.settings.refusePercent) return undefined;
  return `We cannot accept an order at the limit price you selected. Please submit your order using a limit price that is closer to the current market price of ${priceText(of.last)}.`;
}
