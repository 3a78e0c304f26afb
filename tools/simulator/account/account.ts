// Cash and positions, derived from nothing but the opening cash and the executions. Pure arithmetic in decimals, USD.
// Invariant: cash + market value = opening cash + realised + unrealised, to the cent and beyond.
import { Decimal, dec } from "#store/model/money.ts";
import type { SessionIndex } from "../market/sessions.ts";
import type { SimFill } from "../orders/order.ts";
import type { StateStore } from "../state/store.ts";

/** `quantity` is signed; `averageCost` includes commissions, as IBKR's does. */
export type Holding = {
  conid: number;
  quantity: Decimal;
  averageCost: Decimal;
  realized: Decimal;
  /** Realised in the session `realizedIn` alone. */
  realizedToday: Decimal;
  touchedIn: SessionIndex;
};

export type Account = {
  cash(): Decimal;
  openingCash(): Decimal;
  /** Holdings ever opened, flat ones included. */
  holdings(): readonly Holding[];
  holding(conid: number): Holding | undefined;
  commissions(): Decimal;
};

const ZERO = dec(0);

/** The holding after one execution; a fill that crosses zero closes first and opens the rest. */
export function afterFill(before: Holding | undefined, fill: SimFill): Holding {
  const held = before ?? emptyHolding(fill.conid, fill.session);
  const signed = fill.side === "BUY" ? dec(fill.quantity) : dec(-fill.quantity);
  const sameDay = held.touchedIn === fill.session ? held.realizedToday : ZERO;
  const opposite = held.quantity.times(signed).isNegative() && !held.quantity.isZero();
  const closing = opposite ? Decimal.min(held.quantity.abs(), signed.abs()) : ZERO;
  const opening = signed.abs().minus(closing);
  const commission = dec(fill.commission);
  const closingShare = closing.div(signed.abs());
  const direction = held.quantity.isNegative() ? -1 : 1;
  const realized = closing.isZero()
    ? ZERO
    : dec(fill.price)
        .minus(held.averageCost)
        .times(closing)
        .times(direction)
        .minus(commission.times(closingShare));
  return {
    conid: fill.conid,
    quantity: held.quantity.plus(signed),
    averageCost: averageCost(held, {
      price: dec(fill.price),
      opening,
      sign: signed.isNegative() ? -1 : 1,
      commission: commission.times(dec(1).minus(closingShare)),
      left: held.quantity.abs().minus(closing),
    }),
    realized: held.realized.plus(realized),
    realizedToday: sameDay.plus(realized),
    touchedIn: fill.session,
  };
}

function averageCost(
  held: Holding,
  of: { price: Decimal; opening: Decimal; sign: 1 | -1; commission: Decimal; left: Decimal },
): Decimal {
  const shares = of.left.plus(of.opening);
  if (shares.isZero()) return ZERO;
  if (of.opening.isZero()) return held.averageCost;
  const added = of.price.times(of.opening).plus(of.commission.times(of.sign));
  return held.averageCost.times(of.left).plus(added).div(shares);
}

function emptyHolding(conid: number, session: SessionIndex): Holding {
  return {
    conid,
    quantity: ZERO,
    averageCost: ZERO,
    realized: ZERO,
    realizedToday: ZERO,
    touchedIn: session,
  };
}

/** Cash that one execution moves, commission included. */
export function cashOf(fill: SimFill): Decimal {
  const value = dec(fill.price).times(fill.quantity);
  return (fill.side === "BUY" ? value.negated() : value).minus(fill.commission);
}

/** The account of a state: brought up to date by every change. */
export function createAccount(store: StateStore): Account {
  let cash = dec(store.state.cash);
  let commissions = ZERO;
  const holdings = new Map<number, Holding>();
  const add = (fill: SimFill) => {
    cash = cash.plus(cashOf(fill));
    commissions = commissions.plus(fill.commission);
    holdings.set(fill.conid, afterFill(holdings.get(fill.conid), fill));
  };
  for (const fill of store.state.fills) add(fill);
  store.onChange((change) => {
    if (change.reset !== undefined) {
      cash = dec(change.reset.cash);
      commissions = ZERO;
      holdings.clear();
    }
    for (const fill of change.fills ?? []) add(fill);
  });
  return {
    cash: () => cash,
    openingCash: () => dec(store.state.cash),
    holdings: () => [...holdings.values()],
    holding: (conid) => holdings.get(conid),
    commissions: () => commissions,
  };
}
