// Numbers, money and times as people read them. Pure; everything is formatted on the server, in the exchange's zone.
import { Decimal } from "#store/model/money.ts";

const EXCHANGE_ZONE = "America/New_York";

const exchangeParts = new Intl.DateTimeFormat("en-US", {
  timeZone: EXCHANGE_ZONE,
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
const exchangeDay = new Intl.DateTimeFormat("en-CA", {
  timeZone: EXCHANGE_ZONE,
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
});

/** Day and hour at the exchange by UTC hour: at most a year and a half of them. */
const exchangeHours = new Map<string, string>();
const MOST_HOURS = 13_000;

/** Such as "30 Jun 2025, 16:05 ET". */
export function exchangeTime(instant: string): string {
  // New York is whole hours away from UTC, and formatting a date costs more than the rest of a table's row.
  const hour = instant.endsWith("Z") ? instant.slice(0, 13) : "";
  const known = exchangeHours.get(hour);
  if (known !== undefined) return `${known}${instant.slice(13, 16)} ET`;
  const parts = new Map(
    exchangeParts.formatToParts(new Date(instant)).map((part) => [part.type, part.value]),
  );
  const of = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? "";
  const head = `${of("day")} ${of("month")} ${of("year")}, ${of("hour")}`;
  if (hour !== "" && exchangeHours.size < MOST_HOURS) exchangeHours.set(hour, head);
  return `${head}:${of("minute")} ET`;
}

/** The exchange's calendar date of an instant, YYYY-MM-DD. */
export function exchangeDate(instant: string): string {
  return exchangeDay.format(new Date(instant));
}

/** Such as "2025-06-30 20:05 UTC". */
export function utcTime(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;
}

function grouped(text: string): string {
  const [whole = "", fraction] = text.split(".");
  const spaced = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return fraction === undefined ? spaced : `${spaced}.${fraction}`;
}

/** A decimal with so many places and a true minus sign; "–" for null. */
export function decimal(value: string | number | null, places = 2): string {
  if (value === null) return "–";
  const number = new Decimal(value);
  const text = grouped(number.abs().toFixed(places));
  return number.isNegative() && !/^[0.,]+$/.test(text) ? `−${text}` : text;
}

/** A price: two places, four below 1. */
export function price(value: string | number | null): string {
  return decimal(value, value !== null && new Decimal(value).abs().lt(1) ? 4 : 2);
}

/** A number of shares without needless zeros. */
export function quantity(value: string | null): string {
  if (value === null) return "–";
  const number = new Decimal(value);
  return `${number.isNegative() ? "−" : ""}${grouped(number.abs().toFixed())}`;
}

/** Money with its currency, such as "USD 12,450.00". */
export function money(value: string | null, currency: string, places = 2): string {
  return value === null ? "–" : `${currency} ${decimal(value, places)}`;
}

/** With a sign always, for gains and losses. */
export function signed(value: string | null, places = 2): string {
  if (value === null) return "–";
  return new Decimal(value).gt(0) ? `+${decimal(value, places)}` : decimal(value, places);
}

/** A fraction as a percentage: 0.05 is "5.0 %". */
export function percent(value: string | number | null, places = 1): string {
  return value === null ? "–" : `${decimal(new Decimal(value).mul(100).toString(), places)} %`;
}

/** US dollars of a model call: four places below a cent's tenth, "unknown" without a price. */
export function cost(usd: string | null): string {
  if (usd === null) return "no price known";
  const value = new Decimal(usd);
  return value.isZero() ? "$0" : `$${value.toFixed(value.lt(0.1) ? 4 : 2)}`;
}

/** Milliseconds as "840 ms", "3.2 s", "4 min 05 s". */
export function duration(ms: number | null): string {
  if (ms === null) return "–";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

/** "market_data" as "market data". */
export function words(code: string): string {
  return code.replaceAll("_", " ");
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
