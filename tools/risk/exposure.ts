// What the account already has at stake: positions, working entries and room promised to other runs. Pure.
import type { Conid } from "#store/model/ids.ts";
import { Decimal } from "#store/model/money.ts";
import type { OrderSide } from "#store/model/order.ts";
import type { RiskInput } from "./input.ts";

/** Values in the account's currency, all as absolute amounts except `net`, which is long minus short of positions. */
export type Exposure = {
  /** Held, working and promised value per instrument. */
  readonly bySymbol: ReadonlyMap<Conid, Decimal>;
  readonly gross: Decimal;
  readonly net: Decimal;
  /** Entries working or promised on either side; they may all fill, or none. */
  readonly pendingBuys: Decimal;
  readonly pendingSells: Decimal;
  /** A working or promised entry in the instrument at hand. */
  readonly entryPending: boolean;
  /** Shares of the instrument at hand already being closed by exit orders. */
  readonly closing: Decimal;
  /** Positions and entries that have no price. */
  readonly unpriced: readonly string[];
};

/** Null when positions, orders or reservations are not known. */
export function exposureOf(input: RiskInput): Exposure | null {
  if (input.positions === null || input.openOrders === null || input.reservations === null) return null;
  const tally = new Tally(input.instrument.conid);
  for (const position of input.positions.value) {
    const quantity = new Decimal(position.quantity);
    if (quantity.isZero()) continue;
    if (position.marketPrice === null) tally.unpriced.push(position.symbol);
    else tally.hold(position.conid, quantity.times(position.marketPrice));
  }
  for (const order of input.openOrders.value) {
    if (order.leg === "exit") tally.close(order.conid, order.remaining);
    else if (order.leg === "entry" && order.price === null)
      tally.unpriced.push(`order in conid ${order.conid}`);
    else if (order.leg === "entry")
      tally.enter(order.conid, order.side, new Decimal(order.remaining).times(order.price ?? 0));
  }
  for (const promised of input.reservations)
    tally.enter(promised.conid, promised.side, new Decimal(promised.notional));
  return tally;
}

class Tally implements Exposure {
  readonly bySymbol = new Map<Conid, Decimal>();
  readonly unpriced: string[] = [];
  gross = new Decimal(0);
  net = new Decimal(0);
  pendingBuys = new Decimal(0);
  pendingSells = new Decimal(0);
  closing = new Decimal(0);
  entryPending = false;
  private readonly conid: Conid;

  constructor(conid: Conid) {
    this.conid = conid;
  }

  hold(conid: Conid, value: Decimal): void {
    this.net = this.net.plus(value);
    this.add(conid, value.abs());
  }

  enter(conid: Conid, side: OrderSide, value: Decimal): void {
    if (conid === this.conid) this.entryPending = true;
    if (side === "BUY") this.pendingBuys = this.pendingBuys.plus(value);
    else this.pendingSells = this.pendingSells.plus(value);
    this.add(conid, value);
  }

  close(conid: Conid, quantity: Decimal.Value): void {
    if (conid === this.conid) this.closing = this.closing.plus(quantity);
  }

  private add(conid: Conid, value: Decimal): void {
    this.gross = this.gross.plus(value);
    const known = this.bySymbol.get(conid);
    this.bySymbol.set(conid, known === undefined ? value : known.plus(value));
  }
}
