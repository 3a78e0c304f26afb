// A snapshot entry as a quote: IBKR's prefixes, suffixes and availability codes. Pure.
import type { Quote, QuoteQuality } from "#store/model/bar.ts";
import { VendorError } from "#store/model/errors.ts";
import type { Conid } from "#store/model/ids.ts";
import { type DecimalString, dec, toDecimalString } from "#store/model/money.ts";
import { decimalOf, instantOfMs } from "../wire/values.ts";
import type { SnapshotEntry } from "./shapes.ts";

/** Fields that a quote needs: last, bid, ask, availability. */
export const QUOTE_FIELDS = ["31", "84", "86", "6509"] as const;

/** Whether enough has arrived: an availability and a price, or the word that there will be none. */
export function isFilled(entry: SnapshotEntry): boolean {
  const availability = text(entry, "6509");
  if (availability === null) return false;
  if (qualityOf(availability) === "unavailable") return true;
  return text(entry, "31") !== null || (text(entry, "84") !== null && text(entry, "86") !== null);
}

/** @throws VendorError unknown_availability, gateway_bad_number, gateway_bad_time */
export function quoteOf(entry: SnapshotEntry, conid: Conid, fallbackTime: Date): Quote {
  const last = priceOf(text(entry, "31"), "last price");
  return {
    conid,
    last: last.price,
    bid: priceOf(text(entry, "84"), "bid").price,
    ask: priceOf(text(entry, "86"), "ask").price,
    quality: qualityOf(text(entry, "6509")),
    halted: last.halted,
    priorClose: last.priorClose,
    at: instantOfMs(entry._updated ?? fallbackTime.getTime(), "snapshot time"),
  };
}

export type SnapshotPrice = { price: DecimalString | null; priorClose: boolean; halted: boolean };

/** "C197.93" is the prior close, "H…" halted; grouping commas, a sign and K/M/B suffixes are understood. */
export function priceOf(value: string | null, what: string): SnapshotPrice {
  const none = { price: null, priorClose: false, halted: false };
  if (value === null) return none;
  const match = /^([CH]*)\s*(.*)$/.exec(value.trim());
  const [, marks = "", rest = ""] = match ?? [];
  const flags = { priorClose: marks.includes("C"), halted: marks.includes("H") };
  if (rest === "" || rest === "N/A") return { ...none, halted: flags.halted };
  const price = scaled(rest, what);
  // IBKR writes -1 for a side of the book that is empty.
  return { ...flags, price: dec(price).gt(0) ? price : null };
}

const SCALE: Readonly<Record<string, number>> = { K: 1e3, M: 1e6, B: 1e9 };

/** A number with optional %, K, M or B behind it. */
export function scaled(value: string, what: string): DecimalString {
  const match = /^(.*?)([KMB%])?$/.exec(value.trim());
  const [, digits = "", suffix] = match ?? [];
  const number = decimalOf(digits, what);
  return toDecimalString(dec(number).times(SCALE[suffix ?? ""] ?? 1));
}

/** First character of field 6509. Absent: not known to be available. @throws VendorError unknown_availability */
export function qualityOf(availability: string | null): QuoteQuality {
  switch (availability?.[0]) {
    case "R":
      return "realtime";
    case "D":
      return "delayed";
    case "Z":
      return "frozen";
    case "Y":
      return "frozen_delayed";
    case undefined:
    case "N":
    case "O":
    case "i":
    case "v":
      return "unavailable";
    default:
      throw new VendorError(
        "unknown_availability",
        `The gateway gave a market data availability that is not known: ${availability}`,
        { facts: { availability: availability ?? null } },
      );
  }
}

function text(entry: SnapshotEntry, field: string): string | null {
  const value = entry[field];
  if (value === null || value === undefined || value === "") return null;
  return String(value);
}
