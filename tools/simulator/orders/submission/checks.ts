// Why a well-formed order is refused all the same: margin, short sale, a limit far through the market, a lost parent.
// Pure readings of account and market.
import { dec } from "#store/model/money.ts";
import type { Account } from "../../account/account.ts";
import { type AccountFigures, MARGIN_SHARE } from "../../account/figures.ts";
import type { MarketData } from "../../market/market.ts";
import { lastPrice, type MarketMoment } from "../../market/market-clock.ts";
import type { SimulatorSettings } from "../../settings.ts";
import type { OrderBook } from "../book.ts";
import type { Ticket } from "../order.ts";
import { grouped } from "../wording.ts";
import { type Asked, limitRefusal } from "./questions.ts";

export type ChecksOf = {
  book: OrderBook;
  account: Account;
  figures: () => AccountFigures;
  market: MarketData;
  moment: () => MarketMoment;
  settings: SimulatorSettings;
};

/** What questions and checks need to know of a ticket; without market data there is no last price. */
export function asked(ticket: Ticket, of: ChecksOf): Asked | undefined {
  const instrument = of.market.byConid(ticket.conid);
  if (instrument === undefined) return undefined;
  const realtime = of.settings.data.subscription === "realtime";
  const last = realtime ? lastPrice(instrument, of.moment())?.price : undefined;
  return { ticket, instrument, last, settings: of.settings.orders };
}

/** IBKR's words for an order that the equity cannot carry, or for a short sale where none is allowed. */
function marginRefusal(ticket: Ticket, of: ChecksOf): string | undefined {
  const held = of.account.holding(ticket.conid)?.quantity ?? dec(0);
  const after = held.plus(ticket.side === "BUY" ? ticket.quantity : -ticket.quantity);
  if (ticket.parentRef !== null || after.abs().lte(held.abs())) return undefined;
  if (after.isNegative() && !of.settings.orders.allowShort) return "No trading permissions.";
  const instrument = of.market.byConid(ticket.conid);
  const last = instrument === undefined ? undefined : lastPrice(instrument, of.moment())?.price;
  const { equity, margin } = of.figures();
  const added = dec(ticket.limit ?? ticket.stop ?? last ?? 0).times(after.abs().minus(held.abs()));
  const needed = margin.plus(added.times(MARGIN_SHARE));
  if (needed.lte(equity)) return undefined;
  const [has, must] = [grouped(equity.toNumber(), 2), grouped(needed.toNumber(), 2)];
  return `YOUR ORDER IS NOT ACCEPTED. IN ORDER TO OBTAIN THE DESIRED POSITION YOUR EQUITY WITH LOAN VALUE [${has} USD] MUST EXCEED THE INITIAL MARGIN [${must} USD]`;
}

/** A child's parent is in the same submission, or works already. */
function lostParent(tickets: readonly Ticket[], { book }: ChecksOf): string | undefined {
  const lost = tickets.find(
    ({ parentRef }) =>
      parentRef !== null &&
      !tickets.some((one) => one.clientId === parentRef) &&
      book.byClientId(parentRef) === undefined,
  );
  return lost === undefined ? undefined : `Parent order ${lost.parentRef ?? ""} not found.`;
}

/** The first reason to refuse these tickets, or undefined. */
export function refusalReason(tickets: readonly Ticket[], of: ChecksOf): string | undefined {
  const lost = lostParent(tickets, of);
  if (lost !== undefined) return lost;
  for (const ticket of tickets) {
    const known = asked(ticket, of);
    const reason = (known && limitRefusal(known)) ?? marginRefusal(ticket, of);
    if (reason !== undefined) return reason;
  }
  return undefined;
}
