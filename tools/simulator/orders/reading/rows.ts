// An order as the live-orders list and the order status show it. Pure.
// The two use other names and other types for the same things (facts 7.6), as the gateway does.
import { dec } from "#store/model/money.ts";
import type { SimInstrument } from "../../market/market.ts";
import { isWorking, remaining, type SimOrder, type SimOrderStatus } from "../order.ts";
import { priceText, venue, WORDS } from "../wording.ts";

type Shown = { order: SimOrder; instrument: SimInstrument; accountId: string };

/** YYMMDDhhmmss in UTC. */
export function compactTime(ms: number): string {
  return new Date(ms).toISOString().replaceAll(/[-:T]/g, "").slice(2, 14);
}

const tifWord = (order: SimOrder) => (order.tif === "DAY" ? "Day" : order.tif);

function prices(order: SimOrder): string {
  if (order.type === "MKT") return "";
  if (order.type === "STOP_LIMIT") {
    return ` ${priceText(order.stop ?? 0)} Limit ${priceText(order.limit ?? 0)}`;
  }
  return ` ${priceText(order.limit ?? order.stop ?? 0)}`;
}

function shares(quantity: number): string {
  return String(quantity);
}

/** "Buy 1 SPY Limit 457.00, GTC", "Bought 1 SPY Market, Day", "Cancelled: Buy 1 SPY Limit 600.00, Day". */
function description(order: SimOrder, symbol: string | null): string {
  const filled = order.status === "Filled";
  const verb = order.side === "BUY" ? (filled ? "Bought" : "Buy") : filled ? "Sold" : "Sell";
  const name = symbol === null ? "" : `${symbol} `;
  const type = order.type === "STOP_LIMIT" ? "Stop" : WORDS[order.type];
  const text = `${verb} ${shares(order.quantity)} ${name}${type}${prices(order)}, ${tifWord(order)}`;
  return order.status === "Cancelled" ? `Cancelled: ${text}` : text;
}

/** "0/10" filled and remaining while it works, "10" once it is filled. */
function sizeAndFills(order: SimOrder): string {
  if (order.status === "Filled") return shares(order.filled);
  return `${shares(order.filled)}/${shares(remaining(order))}`;
}

export function averagePrice(order: SimOrder): number | undefined {
  return order.filled === 0 ? undefined : dec(order.value).div(order.filled).toDecimalPlaces(6).toNumber();
}

const COLOURS: Readonly<Record<SimOrderStatus, readonly [background: string, foreground: string]>> = {
  Inactive: ["#FFFFFF", "#990000"],
  PendingSubmit: ["#FFFFFF", "#0000CC"],
  PreSubmitted: ["#FFFFFF", "#0000CC"],
  Submitted: ["#000000", "#00F000"],
  Filled: ["#FFFFFF", "#000000"],
  PendingCancel: ["#FFFFFF", "#CC00CC"],
  Cancelled: ["#FFFFFF", "#990000"],
};

/** The middle office's word: it knows a resting order as Submitted. */
function clearingStatus(status: SimOrderStatus): string {
  if (status === "PreSubmitted") return "Submitted";
  return status === "PendingCancel" ? "Pending Cancel" : status;
}

const fixed = (price: number | undefined) => (price === undefined ? undefined : priceText(price));

/** A row of `/iserver/account/orders`: order id as a number, quantities as numbers, prices as text. */
export function liveRow({ order, instrument, accountId }: Shown): Record<string, unknown> {
  const [bgColor, fgColor] = COLOURS[order.status];
  const average = averagePrice(order);
  return {
    acct: accountId,
    conidex: String(order.conid),
    conid: order.conid,
    ...(order.parentId === null ? {} : { parentId: order.parentId }),
    account: accountId,
    orderId: order.id,
    cashCcy: instrument.currency,
    sizeAndFills: sizeAndFills(order),
    orderDesc: description(order, instrument.symbol),
    description1: instrument.symbol,
    ticker: instrument.symbol,
    secType: instrument.assetClass,
    listingExchange: venue(instrument),
    remainingQuantity: remaining(order),
    filledQuantity: order.filled,
    totalSize: order.quantity,
    companyName: instrument.name,
    status: order.status,
    order_ccp_status: clearingStatus(order.status),
    ...(average === undefined ? {} : { avgPrice: priceText(average) }),
    origOrderType: WORDS[order.type].toUpperCase(),
    supportsTaxOpt: "1",
    lastExecutionTime: compactTime(order.changedAt),
    orderType: WORDS[order.type],
    bgColor,
    fgColor,
    isEventTrading: "0",
    ...(order.clientId === null ? {} : { order_ref: order.clientId }),
    price: fixed(order.limit ?? order.stop ?? undefined) ?? "",
    ...(order.type === "STOP_LIMIT" ? { auxPrice: priceText(order.stop ?? 0) } : {}),
    timeInForce: order.status === "Filled" ? "CLOSE" : order.tif,
    lastExecutionTime_r: Math.floor(order.changedAt / 1000) * 1000,
    side: order.side,
    ...(order.ocaGroup === null ? {} : { ocaGroupId: order.ocaGroup }),
    ...(order.outsideRth === null && order.limit === null ? {} : { outsideRTH: order.outsideRth ?? false }),
    ...(order.status === "Cancelled" && order.reason !== null
      ? { order_cancellation_by_system_reason: order.reason }
      : {}),
  };
}

function statusWords(status: SimOrderStatus): string {
  if (status === "PreSubmitted" || status === "Submitted") return "Order Submitted";
  return status === "Cancelled" ? "Order Cancelled" : `Order ${status}`;
}

const decimals = (quantity: number) => (Number.isInteger(quantity) ? quantity.toFixed(1) : String(quantity));

/** The answer of `/iserver/account/order/status/{id}`: snake case, quantities as text, `size` is what remains. */
export function statusBody(of: Shown & { requestId: number }): Record<string, unknown> {
  const { order, instrument, accountId } = of;
  const [background, foreground] = COLOURS[order.status];
  const average = averagePrice(order);
  const ended = !isWorking(order);
  return {
    sub_type: null,
    request_id: String(of.requestId),
    server_id: "0",
    order_id: order.id,
    conidex: String(order.conid),
    conid: order.conid,
    symbol: instrument.symbol,
    side: order.side === "BUY" ? "B" : "S",
    contract_description_1: instrument.symbol,
    listing_exchange: venue(instrument),
    option_acct: "c",
    company_name: instrument.name,
    size: decimals(remaining(order)),
    total_size: decimals(order.quantity),
    currency: instrument.currency,
    account: accountId,
    order_type: WORDS[order.type].toUpperCase().replace(" ", "_"),
    ...(order.limit === null ? {} : { limit_price: priceText(order.limit) }),
    ...(order.stop === null ? {} : { stop_price: priceText(order.stop) }),
    cum_fill: decimals(order.filled),
    order_status: order.status,
    order_ccp_status: order.status === "Filled" ? "2" : "0",
    order_status_description: statusWords(order.status),
    tif: order.tif,
    fg_color: background,
    bg_color: foreground,
    order_not_editable: ended,
    editable_fields: "\u001e",
    cannot_cancel_order: ended,
    outside_rth: order.outsideRth ?? false,
    deactivate_order: false,
    use_price_mgmt_algo: false,
    sec_type: instrument.assetClass,
    available_chart_periods: "#R|1",
    order_description: description(order, null),
    order_description_with_contract: description(order, instrument.symbol),
    alert_active: 1,
    child_order_type: "3",
    order_clearing_account: accountId,
    size_and_fills: sizeAndFills(order),
    exit_strategy_display_price: priceText(order.limit ?? order.stop ?? average ?? 0),
    exit_strategy_chart_description: description(order, null),
    exit_strategy_tool_availability: "1",
    allowed_duplicate_opposite: true,
    order_time: compactTime(order.changedAt),
    ...(average === undefined ? {} : { average_price: priceText(average) }),
  };
}
