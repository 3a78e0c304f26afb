// Trades from fills: which entry was closed by what, at what profit after commissions, and sums of that. Pure; decimals.
import { z } from "zod";
import {
  AccountId,
  Conid,
  DecisionId,
  Instant,
  OrderId,
  type OrderLeg,
  PromptVersionId,
  StrategyId,
  SymbolRunId,
  Ticker,
} from "./ids.ts";
import { Currency, type Decimal, DecimalString, dec, toDecimalString } from "./money.ts";
import { OrderSide } from "./order.ts";

/** `signal`: a later decision of the desk; `hand`: a person, at the broker or by flattening; `mixed`: parts by several. */
export const TradeExit = z.enum(["stop", "target", "signal", "hand", "mixed"]);
export type TradeExit = z.infer<typeof TradeExit>;

/** A share of one fill in a trade: a fill that closed two entries is a part of both. */
export const TradePart = z.object({
  executionRef: z.string(),
  /** Null for a fill of no order of the desk's book. */
  orderId: OrderId.nullable(),
  role: z.enum(["entry", "exit"]),
  /** What closed it; null for an entry. */
  by: TradeExit.exclude(["mixed"]).nullable(),
  quantity: DecimalString,
  price: DecimalString,
  at: Instant,
});
export type TradePart = z.infer<typeof TradePart>;

/** A fill with what is known of its order; everything about an order is null when the desk has none for it. */
export type TradeFill = {
  executionRef: string;
  orderId: OrderId | null;
  parentOrderId: OrderId | null;
  leg: OrderLeg | null;
  /** Not sent by this desk. */
  external: boolean;
  /** An exit that a decision of the desk asked for; without it an exit is by hand. */
  decided: boolean;
  side: OrderSide;
  quantity: DecimalString;
  price: DecimalString;
  commission: DecimalString | null;
  at: Instant;
};

/** One entry order of the desk with everything that closed it so far. Prices and money in the instrument's currency. */
export type MatchedTrade = {
  entryOrderId: OrderId;
  side: OrderSide;
  /** Shares filled, and of these still open. */
  quantity: DecimalString;
  openQuantity: DecimalString;
  entryPrice: DecimalString;
  /** Average over what is closed; null while nothing is. */
  exitPrice: DecimalString | null;
  exitBy: TradeExit | null;
  openedAt: Instant;
  /** When the last share went; null while any is open. */
  closedAt: Instant | null;
  /** Of the closed shares, after the commissions of both sides. */
  realizedPnl: DecimalString;
  /** Paid so far, entry and exits. */
  commissions: DecimalString;
  /** True while the broker has not told a commission: it then counts as 0. */
  commissionPending: boolean;
  /** The fills it is made of, oldest first. */
  parts: TradePart[];
};

type Exit = {
  fill: TradeFill;
  by: Exclude<TradeExit, "mixed">;
  quantity: Decimal;
  price: Decimal;
  fee: Decimal;
  at: Instant;
};
type Lot = {
  fill: TradeFill;
  entryOrderId: OrderId | null;
  side: OrderSide;
  quantity: Decimal;
  open: Decimal;
  price: Decimal;
  fee: Decimal;
  at: Instant;
  pending: boolean;
  exits: Exit[];
};

/**
 * First in, first out; but a stop or target closes the entry that it guards. Shares that somebody else bought are lots
 * too, so that what closes them is not counted for the desk.
 * @param fills of one account and instrument, oldest first, newest corrections only
 */
export function matchTrades(fills: readonly TradeFill[]): MatchedTrade[] {
  const lots: Lot[] = [];
  for (const fill of fills) {
    let left = dec(fill.quantity);
    const feePerShare = dec(fill.commission ?? 0).div(left);
    for (const lot of closable(lots, fill)) {
      if (left.isZero()) break;
      const quantity = left.lessThan(lot.open) ? left : lot.open;
      lot.open = lot.open.minus(quantity);
      lot.pending ||= fill.commission === null;
      lot.exits.push({
        fill,
        by: exitBy(fill),
        quantity,
        price: dec(fill.price),
        fee: feePerShare.times(quantity),
        at: fill.at,
      });
      left = left.minus(quantity);
    }
    if (left.greaterThan(0)) lots.push(newLot(fill, left, feePerShare));
  }
  return tradesOf(lots);
}

function closable(lots: readonly Lot[], fill: TradeFill): Lot[] {
  const against = lots.filter((lot) => lot.side !== fill.side && lot.open.greaterThan(0));
  if (fill.parentOrderId === null) return against;
  const own = (lot: Lot) => (lot.entryOrderId === fill.parentOrderId ? 0 : 1);
  return against.toSorted((a, b) => own(a) - own(b));
}

function exitBy(fill: TradeFill): Exit["by"] {
  if (fill.external) return "hand";
  if (fill.leg === "stop" || fill.leg === "target") return fill.leg;
  return fill.decided ? "signal" : "hand";
}

function newLot(fill: TradeFill, quantity: Decimal, feePerShare: Decimal): Lot {
  const ours = !fill.external && fill.leg === "entry";
  return {
    fill,
    entryOrderId: ours ? fill.orderId : null,
    side: fill.side,
    quantity,
    open: quantity,
    price: dec(fill.price),
    fee: feePerShare.times(quantity),
    at: fill.at,
    pending: fill.commission === null,
    exits: [],
  };
}

function tradesOf(lots: readonly Lot[]): MatchedTrade[] {
  const byEntry = new Map<OrderId, Lot[]>();
  for (const lot of lots) {
    if (lot.entryOrderId === null) continue;
    byEntry.set(lot.entryOrderId, [...(byEntry.get(lot.entryOrderId) ?? []), lot]);
  }
  return [...byEntry].map(([entryOrderId, parts]) => tradeOf(entryOrderId, parts));
}

function tradeOf(entryOrderId: OrderId, lots: readonly Lot[]): MatchedTrade {
  const exits = lots.flatMap((lot) => lot.exits).toSorted((a, b) => (a.at < b.at ? -1 : 1));
  const quantity = sum(lots.map((lot) => lot.quantity));
  const open = sum(lots.map((lot) => lot.open));
  const closed = sum(exits.map((exit) => exit.quantity));
  const words = [...new Set(exits.map((exit) => exit.by))];
  const [first] = lots;
  return {
    entryOrderId,
    side: first?.side ?? "BUY",
    quantity: toDecimalString(quantity),
    openQuantity: toDecimalString(open),
    entryPrice: toDecimalString(sum(lots.map((lot) => lot.price.times(lot.quantity))).div(quantity)),
    exitPrice: closed.isZero()
      ? null
      : toDecimalString(sum(exits.map((exit) => exit.price.times(exit.quantity))).div(closed)),
    exitBy: words.length > 1 ? "mixed" : (words[0] ?? null),
    openedAt: first?.at ?? ("" as Instant),
    closedAt: open.isZero() ? (exits.at(-1)?.at ?? null) : null,
    realizedPnl: toDecimalString(sum(lots.map(realized))),
    commissions: toDecimalString(
      sum([...lots.map((lot) => lot.fee), ...exits.map((exit) => exit.fee)]).toDecimalPlaces(6),
    ),
    commissionPending: lots.some((lot) => lot.pending),
    parts: lots
      .flatMap((lot) => [partOf(lot, null), ...lot.exits.map((exit) => partOf(exit, exit.by))])
      .toSorted((a, b) => (a.at < b.at ? -1 : 1)),
  };
}

function partOf(of: Lot | Exit, by: Exit["by"] | null): TradePart {
  const { executionRef, orderId } = of.fill;
  const { at } = of;
  const [quantity, price] = [toDecimalString(of.quantity), toDecimalString(of.price)];
  return { executionRef, orderId, role: by === null ? "entry" : "exit", by, quantity, price, at };
}

function realized(lot: Lot): Decimal {
  const sign = lot.side === "BUY" ? 1 : -1;
  const gains = lot.exits.map((exit) =>
    exit.price
      .minus(lot.price)
      .times(sign)
      .times(exit.quantity)
      .minus(exit.fee)
      .minus(lot.fee.times(exit.quantity).div(lot.quantity)),
  );
  return sum(gains).toDecimalPlaces(6);
}

function sum(values: readonly Decimal[]): Decimal {
  return values.reduce((total, value) => total.plus(value), dec(0));
}

/** What became of a decision that was traded. */
export const TradeOutcome = z.object({
  entryOrderId: OrderId,
  decisionId: DecisionId,
  symbolRunId: SymbolRunId,
  strategyId: StrategyId,
  strategy: z.string(),
  strategyVersion: z.number().int(),
  /** Prompt of the decision; null where the call had none stored. */
  promptVersionId: PromptVersionId.nullable(),
  prompt: z.string().nullable(),
  accountId: AccountId,
  conid: Conid,
  symbol: Ticker,
  currency: Currency,
  side: OrderSide,
  quantity: DecimalString,
  openQuantity: DecimalString,
  entryPrice: DecimalString,
  exitPrice: DecimalString.nullable(),
  /** Of the verdict that was sent: R is measured against it. */
  plannedStop: DecimalString,
  exitBy: TradeExit.nullable(),
  openedAt: Instant,
  closedAt: Instant.nullable(),
  /** After commissions of entry and exit, for the shares that are closed. */
  realizedPnl: DecimalString,
  /** Of the open shares at the broker's last mark, before the commission of an exit; null without a mark. */
  unrealizedPnl: DecimalString.nullable(),
  commissions: DecimalString,
  commissionPending: z.boolean(),
  /** realizedPnl / (closed shares × |entry − planned stop|); null while nothing is closed. */
  r: DecimalString.nullable(),
  parts: z.array(TradePart),
});
export type TradeOutcome = z.infer<typeof TradeOutcome>;

/** One line of a performance table. */
export const PerformanceLine = z.object({
  /** Strategy, symbol or prompt version. */
  key: z.string(),
  label: z.string(),
  currency: Currency,
  trades: z.number().int(),
  closed: z.number().int(),
  won: z.number().int(),
  realizedPnl: DecimalString,
  /** Over the trades that have a mark. */
  unrealizedPnl: DecimalString,
  commissions: DecimalString,
  /** Average over closed trades; null without any. */
  averageR: DecimalString.nullable(),
});
export type PerformanceLine = z.infer<typeof PerformanceLine>;
