// Tolerant reading of IBKR's mixed types: numbers that come as text, texts that come as numbers. Pure.
import { z } from "zod";
import { VendorError } from "#store/model/errors.ts";
import { BrokerOrderId, ClientOrderId, type Instant, Ticker } from "#store/model/ids.ts";
import { type DecimalString, dec, toDecimalString } from "#store/model/money.ts";

/** A number or its text; which of both arrives differs between endpoints and years. */
export const NumberLike = z.union([z.number(), z.string()]);
export type NumberLike = z.infer<typeof NumberLike>;

/** Plain or grouped decimal text ("1,005,254.5"), optionally signed. */
const DECIMAL_TEXT = /^[+-]?(\d+(,\d{3})*|\d*)(\.\d+)?$/;

/** @throws VendorError gateway_bad_number */
export function decimalOf(value: NumberLike, what: string): DecimalString {
  const text = typeof value === "string" ? value.trim().replace(/^\+/, "") : value;
  if (typeof text === "string" && (text === "" || !DECIMAL_TEXT.test(text) || !/\d/.test(text)))
    throw badNumber(value, what);
  if (typeof text === "number" && !Number.isFinite(text)) throw badNumber(value, what);
  return toDecimalString(typeof text === "string" ? text.replaceAll(",", "") : text);
}

/** Null for absent, empty and "N/A". */
export function optionalDecimal(value: NumberLike | null | undefined, what: string): DecimalString | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "string" && ["", "N/A", "null"].includes(value.trim())) return null;
  return decimalOf(value, what);
}

/** The amount in "1,005,254 USD" or "1,977.60 USD (10 Shares)", with its currency where it is named. */
export function amountOf(text: string, what: string): { amount: DecimalString; currency: string | null } {
  const match = /^\s*([+-]?[\d,]*\.?\d+)\s*([A-Z]{3})?\b/.exec(text);
  if (match?.[1] === undefined) throw badNumber(text, what);
  return { amount: decimalOf(match[1], what), currency: match[2] ?? null };
}

/** What most JSON numbers look like as text already. */
const SHORT_DECIMAL = /^-?\d{1,15}(\.\d{1,8})?$/;

/** A price or size from a float field: JSON floats such as 710.64001465 keep what was sent, at most 8 places. */
export function floatDecimal(value: NumberLike, what: string): DecimalString {
  // Bars come by the thousand: the shortest text of a number is the canonical one, no Decimal is needed for it.
  if (typeof value === "number") {
    const text = String(value);
    if (SHORT_DECIMAL.test(text)) return text as DecimalString;
  }
  return toDecimalString(dec(decimalOf(value, what)).toDecimalPlaces(8));
}

function badNumber(value: unknown, what: string): VendorError {
  return new VendorError("gateway_bad_number", `The gateway's ${what} is no number: ${String(value)}`, {
    facts: { what, value: String(value) },
  });
}

/** An order id as text; -1 (a leg that was turned down) and absent are null. */
export function brokerOrderIdOf(value: NumberLike | null | undefined): BrokerOrderId | null {
  if (value === null || value === undefined || value === "") return null;
  const text = String(value);
  if (text === "-1" || text === "0") return null;
  const parsed = BrokerOrderId.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new VendorError("gateway_bad_order_id", `The gateway gave an order id that is none: ${text}`);
}

/** An order_ref that could be one of ours by form. */
export function clientOrderIdOf(value: string | null | undefined): ClientOrderId | null {
  const parsed = ClientOrderId.safeParse(value);
  return parsed.success ? parsed.data : null;
}

/** IBKR writes share classes with a space ("BRK B"); a symbol that is no ticker is named after its conid. */
export function tickerOf(symbol: string | null | undefined, conid: number): Ticker {
  const parsed = Ticker.safeParse((symbol ?? "").trim().replaceAll(" ", "."));
  return parsed.success ? parsed.data : (`C${conid}`.slice(0, 10) as Ticker);
}

/** The ticker as IBKR writes it. */
export function vendorSymbol(ticker: Ticker): string {
  return ticker.replaceAll(".", " ");
}

export function instantOfMs(ms: number, what: string): Instant {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime()))
    throw new VendorError("gateway_bad_time", `The gateway's ${what} is no time: ${ms}`);
  return date.toISOString() as Instant;
}

const COMPACT_TIME = /^(\d{2}|\d{4})(\d{2})(\d{2})-?(\d{2}):?(\d{2}):?(\d{2})$/;

/** "20260709-17:28:11", "20260709172811" or "260709172811", all UTC. @throws VendorError gateway_bad_time */
export function instantOfText(text: string, what: string): Instant {
  const match = COMPACT_TIME.exec(text);
  const [, year, month, day, hour, minute, second] = match ?? [];
  if (year === undefined)
    throw new VendorError("gateway_bad_time", `The gateway's ${what} is no time: ${text}`);
  const iso = `${year.length === 2 ? `20${year}` : year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  return instantOfMs(Date.parse(iso), what);
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
};

/** HTML entities of vendor names and questions as characters; unknown ones stay as they are. */
export function decodeEntities(text: string): string {
  return text.replace(/&(#x[0-9a-f]+|#\d+|[a-z]+);/gi, (whole, body: string) => {
    if (!body.startsWith("#")) return ENTITIES[body.toLowerCase()] ?? whole;
    const code = /^#x/i.test(body) ? Number.parseInt(body.slice(2), 16) : Number(body.slice(1));
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** Vendor HTML as plain text in one line. */
export function plainText(html: string): string {
  return decodeEntities(html.replace(/<br\s*\/?>|<\/(h\d|p|div|li)>/gi, " ").replace(/<[^>]*>/g, ""))
    .replace(/\s+/g, " ")
    .trim();
}
