// Trades added up by strategy, symbol and prompt version. Effects: gives way to what else waits. Kept by instrument: a fill or
// a mark adds up its own instrument's trades anew, not years of all. Invariant: trades are never changed in place.
import { setImmediate as breathe } from "node:timers/promises";
import { type Decimal, dec, toDecimalString } from "../model/money.ts";
import type { PerformanceLine, TradeOutcome } from "../model/trade.ts";

/** Instruments that are added up in one go. */
const AT_ONCE = 4;

const KEYS = {
  byStrategy: (trade: TradeOutcome) => ({ key: trade.strategyId, label: trade.strategy }),
  bySymbol: (trade: TradeOutcome) => ({ key: trade.symbol, label: trade.symbol }),
  byPrompt: (trade: TradeOutcome) => ({
    key: trade.promptVersionId ?? "none",
    label: trade.prompt ?? "no stored prompt",
  }),
} as const;

type By = keyof typeof KEYS;
export type Sums = Record<By, PerformanceLine[]>;

type Sum = Pick<PerformanceLine, "key" | "label" | "currency" | "trades" | "closed" | "won"> &
  Record<"realizedPnl" | "unrealizedPnl" | "commissions" | "r", Decimal> & {
    /** Closed trades that have an R. */
    measured: number;
    firstOpenedAt: string;
  };
type Added = Record<By, Map<string, Sum>>;

const lists = new WeakMap<readonly TradeOutcome[], Promise<Sums>>();

/** By key and currency, in the order in which the keys first came. Added up once for each list. */
export function sumsOf(trades: readonly TradeOutcome[]): Promise<Sums> {
  const known = lists.get(trades) ?? summed(trades);
  lists.set(trades, known);
  return known;
}

async function summed(trades: readonly TradeOutcome[]): Promise<Sums> {
  const total: Added = { byStrategy: new Map(), bySymbol: new Map(), byPrompt: new Map() };
  let fresh = 0;
  for (const own of byInstrument(trades)) {
    const known = keptSums(own);
    const added = known ?? addUp(own);
    for (const by of ["byStrategy", "bySymbol", "byPrompt"] as const)
      for (const [id, sum] of added[by]) total[by].set(id, joined(total[by].get(id), sum));
    fresh += known === null ? 1 : 0;
    if (known === null && fresh % AT_ONCE === 0) await breathe();
  }
  return {
    byStrategy: linesOf(total.byStrategy),
    bySymbol: linesOf(total.bySymbol),
    byPrompt: linesOf(total.byPrompt),
  };
}

function byInstrument(trades: readonly TradeOutcome[]): Iterable<TradeOutcome[]> {
  const groups = new Map<TradeOutcome["conid"], TradeOutcome[]>();
  for (const trade of trades) {
    const known = groups.get(trade.conid);
    if (known === undefined) groups.set(trade.conid, [trade]);
    else known.push(trade);
  }
  return groups.values();
}

/** What an instrument's trades came to, by the first of them; good for as long as all are the same. */
const kept = new WeakMap<TradeOutcome, { trades: readonly TradeOutcome[]; added: Added }>();

function keptSums(own: readonly TradeOutcome[]): Added | null {
  const known = own[0] === undefined ? undefined : kept.get(own[0]);
  const same = known?.trades.length === own.length && own.every((trade, at) => trade === known.trades[at]);
  return same ? (known?.added ?? null) : null;
}

function addUp(own: readonly TradeOutcome[]): Added {
  const added: Added = { byStrategy: new Map(), bySymbol: new Map(), byPrompt: new Map() };
  for (const trade of own) {
    const sum = sumOfOne(trade);
    for (const by of ["byStrategy", "bySymbol", "byPrompt"] as const) {
      const named = KEYS[by](trade);
      const id = `${named.key} ${trade.currency}`;
      added[by].set(id, joined(added[by].get(id), { ...sum, ...named }));
    }
  }
  if (own[0] !== undefined) kept.set(own[0], { trades: own, added });
  return added;
}

function sumOfOne(trade: TradeOutcome): Omit<Sum, "key" | "label"> {
  const closed = trade.closedAt !== null;
  const realizedPnl = dec(trade.realizedPnl);
  const measured = closed && trade.r !== null;
  return {
    currency: trade.currency,
    trades: 1,
    closed: closed ? 1 : 0,
    won: closed && realizedPnl.greaterThan(0) ? 1 : 0,
    realizedPnl,
    unrealizedPnl: dec(trade.unrealizedPnl ?? 0),
    commissions: dec(trade.commissions),
    r: dec(measured ? (trade.r ?? 0) : 0),
    measured: measured ? 1 : 0,
    firstOpenedAt: trade.openedAt,
  };
}

function joined(a: Sum | undefined, b: Sum): Sum {
  if (a === undefined) return b;
  const first = b.firstOpenedAt < a.firstOpenedAt ? b : a;
  return {
    key: a.key,
    label: first.label,
    currency: a.currency,
    trades: a.trades + b.trades,
    closed: a.closed + b.closed,
    won: a.won + b.won,
    realizedPnl: a.realizedPnl.plus(b.realizedPnl),
    unrealizedPnl: a.unrealizedPnl.plus(b.unrealizedPnl),
    commissions: a.commissions.plus(b.commissions),
    r: a.r.plus(b.r),
    measured: a.measured + b.measured,
    firstOpenedAt: first.firstOpenedAt,
  };
}

function linesOf(sums: ReadonlyMap<string, Sum>): PerformanceLine[] {
  const inOrder = [...sums.values()].sort((a, b) =>
    a.firstOpenedAt < b.firstOpenedAt ? -1 : a.firstOpenedAt > b.firstOpenedAt ? 1 : 0,
  );
  return inOrder.map(({ r, measured, firstOpenedAt: _, ...sum }) => ({
    ...sum,
    realizedPnl: toDecimalString(sum.realizedPnl),
    unrealizedPnl: toDecimalString(sum.unrealizedPnl),
    commissions: toDecimalString(sum.commissions),
    averageR: measured === 0 ? null : toDecimalString(r.div(measured).toDecimalPlaces(4)),
  }));
}
