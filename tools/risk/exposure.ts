// What the account already has at stake: positions, working entries and room promised to other runs. Pure.
import type { Conid } from "#store/model/ids.ts";
import type { OrderSide } from "#store/model/order.ts";
import { abs, type Fixed, fixed, type Wide, widen, ZERO } from "./fixed.ts";
import type { RiskInput } from "./input.ts";

/** Values in the account's currency (24 places), all absolute except `net`, which is long minus short of positions. */
export type Exposure = {
  /** Held, working and promised value per instrument. */
  readonly bySymbol: ReadonlyMap<Conid, Wide>;
  readonly gross: Wide;
  readonly net: Wide;
  /** Entries working or promised on either side; they may all fill, or none. */
  readonly pendingBuys: Wide;
  readonly pendingSells: Wide;
  /** A working or promised entry in the instrument at hand. */
  readonly entryPending: boolean;
  /** Shares of the instrument at hand already being closed by exit orders. */
  readonly closing: Fixed;
  /** Positions and entries that have no price in the account's currency (the instrument's, or the verdict is no). */
  readonly unpriced: readonly string[];
};

/** Null when positions, orders or reservations are not known. */
export function exposureOf(input: RiskInput): Exposure | null {
  if (input.positions === null || input.openOrders === null || input.reservations === null) return null;
  const { conid, currency: own } = input.instrument;
  const tally = new Tally();
  for (const { conid: id, symbol, quantity, marketPrice, currency } of input.positions.value) {
    const shares = fixed(quantity);
    if (shares === ZERO) continue;
    if (marketPrice === null) tally.unpriced.push(symbol);
    // No rate is known: added up as if it were the account's money, it would count for too little or too much.
    else if (currency !== own) tally.unpriced.push(`${symbol} in ${currency}`);
    else tally.hold(id, shares * fixed(marketPrice));
  }
  for (const order of input.openOrders.value) {
    if (order.leg === "exit" && order.conid === conid) tally.closing += fixed(order.remaining);
    if (order.leg !== "entry") continue;
    if (order.conid === conid) tally.entryPending = true;
    if (order.price === null) tally.unpriced.push(`order in conid ${order.conid}`);
    else tally.enter(order.conid, order.side, fixed(order.remaining) * fixed(order.price));
  }
  for (const promised of input.reservations) {
    if (promised.conid === conid) tally.entryPending = true;
    tally.enter(promised.conid, promised.side, widen(fixed(promised.notional)));
  }
  return tally;
}

class Tally implements Exposure {
  readonly bySymbol = new Map<Conid, Wide>();
  readonly unpriced: string[] = [];
  gross: Wide = ZERO;
  net: Wide = ZERO;
  pendingBuys: Wide = ZERO;
  pendingSells: Wide = ZERO;
  closing: Fixed = ZERO;
  entryPending = false;

  hold(conid: Conid, value: Wide): void {
    this.net += value;
    this.add(conid, abs(value));
  }

  enter(conid: Conid, side: OrderSide, value: Wide): void {
    if (side === "BUY") this.pendingBuys += value;
    else this.pendingSells += value;
    this.add(conid, value);
  }

  private add(conid: Conid, value: Wide): void {
    this.gross += value;
    this.bySymbol.set(conid, (this.bySymbol.get(conid) ?? ZERO) + value);
  }
}
