// How the gateway writes prices, amounts, order types and venues. Pure.
import type { SimInstrument } from "../market/market.ts";
import type { SimOrderType } from "./order.ts";

export const WORDS: Readonly<Record<SimOrderType, string>> = {
  LMT: "Limit",
  MKT: "Market",
  STP: "Stop",
  STOP_LIMIT: "Stop Limit",
};

/** "187.50", "0.5033", "2664.11": two digits, or four below one dollar. */
export function priceText(price: number): string {
  return price.toFixed(price < 1 ? 4 : 2);
}

/** "124,995.00" and "100,000". */
export function grouped(amount: number, digits: number): string {
  return amount.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export const venue = (instrument: SimInstrument) =>
  instrument.exchange === "NASDAQ" ? "NASDAQ.NMS" : instrument.exchange;
