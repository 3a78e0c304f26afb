// An execution as `/iserver/account/trades` shows it. Pure.
import { dec } from "#store/model/money.ts";
import type { SimInstrument } from "../../market/market.ts";
import type { SimFill } from "../order.ts";

/** Executions are priced exactly as the bar was: two digits at least. */
function exactPrice(price: number): string {
  const text = dec(price).toFixed();
  const digits = text.split(".")[1]?.length ?? 0;
  return digits < 2 ? dec(price).toFixed(2) : text;
}

/** YYYYMMDD-HH:mm:ss in UTC. */
export function tradeTime(ms: number): string {
  const iso = new Date(ms).toISOString();
  return `${iso.slice(0, 10).replaceAll("-", "")}-${iso.slice(11, 19)}`;
}

/** `price`, `commission` and `position` are text, `size` and `net_amount` numbers; commission comes a moment later. */
export function tradeRow(of: {
  fill: SimFill;
  instrument: SimInstrument;
  accountId: string;
  machineNow: number;
}): Record<string, unknown> {
  const { fill, instrument, accountId } = of;
  const price = exactPrice(fill.price);
  const verb = fill.side === "BUY" ? "Bot" : "Sold";
  return {
    execution_id: fill.executionId,
    symbol: instrument.symbol,
    supports_tax_opt: "1",
    side: fill.side === "BUY" ? "B" : "S",
    order_description: `${verb} ${fill.quantity} @ ${price} on ${instrument.exchange}`,
    trade_time: tradeTime(fill.at),
    trade_time_r: fill.at,
    size: fill.quantity,
    price,
    ...(fill.clientId === null ? {} : { order_ref: fill.clientId }),
    submitter: accountId,
    exchange: instrument.exchange,
    ...(of.machineNow >= fill.commissionAt ? { commission: dec(fill.commission).toFixed() } : {}),
    net_amount: dec(fill.price).times(fill.quantity).toDecimalPlaces(4).toNumber(),
    account: accountId,
    accountCode: accountId,
    company_name: instrument.name,
    contract_description_1: instrument.symbol,
    sec_type: instrument.assetClass,
    listing_exchange: instrument.exchange,
    conid: fill.conid,
    conidEx: String(fill.conid),
    position: String(fill.position),
    clearing_id: "IB",
    clearing_name: "IB",
    liquidation_trade: "0",
    is_event_trading: "0",
    order_id: fill.orderId,
  };
}
