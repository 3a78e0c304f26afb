// Rows of live orders, order status and trades as domain values. Pure.
import { z } from "zod";
import { VendorError } from "#store/model/errors.ts";
import { AccountId } from "#store/model/ids.ts";
import { Currency, type Decimal, type DecimalString, dec, toDecimalString } from "#store/model/money.ts";
import type { Fill } from "#store/model/order.ts";
import { conidOf } from "../instruments/candidates.ts";
import {
  brokerOrderIdOf,
  clientOrderIdOf,
  floatDecimal,
  instantOfMs,
  instantOfText,
  NumberLike,
  optionalDecimal,
  tickerOf,
} from "../wire/values.ts";
import { orderTypeOf, sideOf, statusMeaning, timeInForceOf } from "./statuses.ts";
import type { BrokerOrder } from "./types.ts";

export const LiveRow = z.object({
  acct: z.string().nullish(),
  account: z.string().nullish(),
  conid: NumberLike,
  orderId: NumberLike,
  parentId: NumberLike.nullish(),
  ocaGroupId: z.string().nullish(),
  cashCcy: z.string().nullish(),
  ticker: z.string().nullish(),
  secType: z.string().nullish(),
  remainingQuantity: NumberLike,
  filledQuantity: NumberLike,
  totalSize: NumberLike,
  status: z.string(),
  origOrderType: z.string().nullish(),
  orderType: z.string().nullish(),
  price: NumberLike.nullish(),
  auxPrice: NumberLike.nullish(),
  stop_price: NumberLike.nullish(),
  avgPrice: NumberLike.nullish(),
  timeInForce: z.string().nullish(),
  side: z.string(),
  order_ref: z.string().nullish(),
  lastExecutionTime_r: z.number().nullish(),
  order_cancellation_by_system_reason: z.string().nullish(),
});
export type LiveRow = z.infer<typeof LiveRow>;
export const LiveOrders = z.object({ orders: z.array(LiveRow).nullish() });

export const StatusAnswer = z.object({
  order_id: NumberLike,
  account: z.string(),
  conid: NumberLike,
  symbol: z.string().nullish(),
  side: z.string(),
  /** What remains; `total_size` is the whole. */
  size: NumberLike,
  total_size: NumberLike,
  cum_fill: NumberLike,
  currency: z.string().nullish(),
  order_type: z.string(),
  limit_price: NumberLike.nullish(),
  stop_price: NumberLike.nullish(),
  average_price: NumberLike.nullish(),
  order_status: z.string(),
  order_status_description: z.string().nullish(),
  tif: z.string().nullish(),
  sec_type: z.string().nullish(),
});
export type StatusAnswer = z.infer<typeof StatusAnswer>;

export const TradeRow = z.object({
  execution_id: z.string(),
  symbol: z.string().nullish(),
  side: z.string(),
  size: NumberLike,
  price: NumberLike,
  commission: NumberLike.nullish(),
  order_ref: z.string().nullish(),
  order_id: NumberLike.nullish(),
  trade_time: z.string().nullish(),
  trade_time_r: z.number().nullish(),
  account: z.string().nullish(),
  accountCode: z.string().nullish(),
  conid: NumberLike,
});
export type TradeRow = z.infer<typeof TradeRow>;

/** @throws VendorError for an unknown status, side or number */
export function liveOrder(row: LiveRow): BrokerOrder {
  const conid = conidOf(row.conid);
  const typeText = row.origOrderType ?? row.orderType ?? "";
  const type = orderTypeOf(typeText);
  const quantity = floatDecimal(row.totalSize, "totalSize");
  const filledQuantity = floatDecimal(row.filledQuantity, "filledQuantity");
  const reason = emptyToNull(row.order_cancellation_by_system_reason);
  // A stock's stop sits in `price`, a future's in auxPrice or stop_price.
  const price = optionalDecimal(row.price, "price");
  const stop =
    price ?? optionalDecimal(row.auxPrice, "auxPrice") ?? optionalDecimal(row.stop_price, "stop_price");
  return {
    brokerOrderId: requireOrderId(row.orderId),
    clientOrderId: clientOrderIdOf(row.order_ref),
    orderRef: emptyToNull(row.order_ref),
    parentBrokerOrderId: brokerOrderIdOf(row.parentId),
    ocaGroup: emptyToNull(row.ocaGroupId),
    accountId: accountOf(row.acct ?? row.account),
    conid,
    symbol: tickerOf(row.ticker, conid),
    securityType: row.secType ?? "",
    side: sideOf(row.side),
    type,
    typeText,
    timeInForce: timeInForceOf(row.timeInForce),
    quantity,
    filledQuantity,
    remainingQuantity: floatDecimal(row.remainingQuantity, "remainingQuantity"),
    limitPrice: type === "LIMIT" ? price : null,
    stopPrice: type === "STOP" ? stop : null,
    averageFillPrice: averagePrice(row.avgPrice),
    currency: currencyOf(row.cashCcy),
    vendorStatus: row.status,
    ...statusMeaning({ vendorStatus: row.status, filledQuantity, quantity, reason }),
    reason,
    lastExecutionAt:
      row.lastExecutionTime_r === null || row.lastExecutionTime_r === undefined
        ? null
        : instantOfMs(row.lastExecutionTime_r, "lastExecutionTime_r"),
  };
}

/** Order status carries neither client order id nor parent: those come from live orders. */
export function statusOrder(answer: StatusAnswer): BrokerOrder {
  const conid = conidOf(answer.conid);
  const type = orderTypeOf(answer.order_type);
  const quantity = floatDecimal(answer.total_size, "total_size");
  const filledQuantity = floatDecimal(answer.cum_fill, "cum_fill");
  const description = emptyToNull(answer.order_status_description);
  const reason = answer.order_status === "Cancelled" ? description : null;
  return {
    brokerOrderId: requireOrderId(answer.order_id),
    clientOrderId: null,
    orderRef: null,
    parentBrokerOrderId: null,
    ocaGroup: null,
    accountId: accountOf(answer.account),
    conid,
    symbol: tickerOf(answer.symbol, conid),
    securityType: answer.sec_type ?? "",
    side: sideOf(answer.side),
    type,
    typeText: answer.order_type,
    timeInForce: timeInForceOf(answer.tif),
    quantity,
    filledQuantity,
    remainingQuantity: floatDecimal(answer.size, "size"),
    limitPrice: type === "LIMIT" ? optionalDecimal(answer.limit_price, "limit_price") : null,
    stopPrice: type === "STOP" ? optionalDecimal(answer.stop_price, "stop_price") : null,
    averageFillPrice: averagePrice(answer.average_price),
    currency: currencyOf(answer.currency),
    vendorStatus: answer.order_status,
    ...statusMeaning({ vendorStatus: answer.order_status, filledQuantity, quantity, reason }),
    reason,
    lastExecutionAt: null,
  };
}

/** One execution; `currency` is the instrument's (trades do not tell it). */
export function fillOf(row: TradeRow, currency: Currency): Fill {
  const conid = conidOf(row.conid);
  return {
    executionRef: row.execution_id,
    orderId: null,
    brokerOrderId: brokerOrderIdOf(row.order_id),
    clientOrderId: clientOrderIdOf(row.order_ref),
    accountId: accountOf(row.account ?? row.accountCode),
    conid,
    symbol: tickerOf(row.symbol, conid),
    side: sideOf(row.side),
    quantity: positiveSize(row.size),
    price: floatDecimal(row.price, "price"),
    commission: optionalDecimal(row.commission, "commission"),
    currency,
    at:
      row.trade_time_r === null || row.trade_time_r === undefined
        ? instantOfText(row.trade_time ?? "", "trade_time")
        : instantOfMs(row.trade_time_r, "trade_time_r"),
  };
}

/** Executions without those that a later correction replaced (same id but for a higher last part), oldest first. */
export function withoutCorrected(rows: readonly TradeRow[]): TradeRow[] {
  const newest = new Map<string, TradeRow>();
  for (const row of rows) {
    const key = executionKey(row.execution_id);
    const known = newest.get(key.root);
    if (known === undefined || executionKey(known.execution_id).revision <= key.revision)
      newest.set(key.root, row);
  }
  return [...newest.values()].sort((a, b) => (a.trade_time_r ?? 0) - (b.trade_time_r ?? 0));
}

/** "00025b49.6a56b360.01.02": the last part counts corrections, the rest names the execution. */
export function executionKey(executionId: string): { root: string; revision: number } {
  const match = /^(.+)\.(\d+)$/.exec(executionId);
  if (match?.[1] === undefined || match[2] === undefined) return { root: executionId, revision: 0 };
  return { root: match[1], revision: Number(match[2]) };
}

function requireOrderId(value: NumberLike) {
  const id = brokerOrderIdOf(value);
  if (id === null) throw new VendorError("gateway_bad_order_id", `An order without an id: ${String(value)}`);
  return id;
}

function accountOf(value: string | null | undefined): AccountId {
  const parsed = AccountId.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new VendorError("gateway_bad_account", `The gateway gave an account that is none: ${String(value)}`);
}

function currencyOf(value: string | null | undefined): Currency | null {
  const parsed = Currency.safeParse(value);
  return parsed.success ? parsed.data : null;
}

/** Zero and absent both mean: nothing filled yet. */
function averagePrice(value: NumberLike | null | undefined): DecimalString | null {
  const price = optionalDecimal(value, "average price");
  return price === null || dec(price).lte(0) ? null : price;
}

function positiveSize(value: NumberLike): DecimalString {
  const size: Decimal = dec(floatDecimal(value, "size")).abs();
  return toDecimalString(size);
}

function emptyToNull(value: string | null | undefined): string | null {
  return value === null || value === undefined || value === "" ? null : value;
}
