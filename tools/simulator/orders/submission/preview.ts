// What an order would cost and bind: the answer of whatif. Pure; all amounts are text with commas, USD.
import { type Decimal, dec } from "#store/model/money.ts";
import { type AccountFigures, MARGIN_SHARE } from "../../account/figures.ts";
import { orderCommission } from "../matching/fee-model.ts";
import type { Ticket } from "../order.ts";
import { grouped } from "../wording.ts";

type PreviewOf = {
  ticket: Ticket;
  price: number;
  held: Decimal;
  figures: AccountFigures;
  warn: string | null;
};

const money = (amount: Decimal, digits = 2) => grouped(amount.toNumber(), digits);
const short = (amount: Decimal) =>
  amount.toNumber().toLocaleString("en-US", { maximumFractionDigits: 2, useGrouping: true });

function change(current: Decimal, by: Decimal): { current: string; change: string; after: string } {
  return { current: money(current, 0), change: money(by, 0), after: money(current.plus(by), 0) };
}

export function previewBody(of: PreviewOf): Record<string, unknown> {
  const { ticket, figures } = of;
  const value = dec(of.price).times(ticket.quantity);
  const commission = orderCommission(ticket.quantity, value);
  const after = of.held.plus(ticket.side === "BUY" ? ticket.quantity : -ticket.quantity);
  const margin = after.abs().minus(of.held.abs()).times(of.price).times(MARGIN_SHARE);
  const total = ticket.side === "BUY" ? value.plus(commission) : value.minus(commission);
  return {
    amount: {
      amount: `${money(value)} USD (${ticket.quantity} Shares)`,
      commission: `${short(commission)} USD`,
      total: `${money(total)} USD`,
    },
    equity: change(figures.equity, commission.negated()),
    initial: change(figures.margin, margin),
    maintenance: change(figures.margin, margin),
    position: {
      current: of.held.toFixed(),
      change: after.minus(of.held).toFixed(),
      after: after.toFixed(),
    },
    warn: of.warn,
    error: null,
  };
}
