// Column types shared by all tables: instants as ISO text, decimals as text, checked words. Pure.
import { getTableColumns, type SQL, sql } from "drizzle-orm";
import { type AnyPgColumn, customType, type PgTable } from "drizzle-orm/pg-core";
import type { Instant } from "../model/ids.ts";
import type { DecimalString } from "../model/money.ts";

const IN_UTC = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,3}))?\+00$/;

/** PostgreSQL's text for a timestamptz (any offset) as ISO 8601 with a Z. */
export function toInstant(text: string): Instant {
  // The common case, a session in UTC, without a date object: pages read thousands of these.
  const [, date, time, fraction = ""] = IN_UTC.exec(text) ?? [];
  if (date !== undefined) return `${date}T${time}.${fraction.padEnd(3, "0")}Z` as Instant;
  const iso = text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00");
  return new Date(iso).toISOString() as Instant;
}

/** A UTC instant with milliseconds, so that the text a caller holds finds the same row again. */
export const instant = customType<{ data: Instant; driverData: string }>({
  dataType: () => "timestamp(3) with time zone",
  fromDriver: toInstant,
});

/** Money, a price or a quantity: exact, and text on our side. */
export const decimal = customType<{ data: DecimalString; driverData: string }>({
  dataType: () => "numeric",
  fromDriver: (text) => text as DecimalString,
});

// PostgreSQL refuses NUL and lone surrogates, which a model or a vendor may well send: both become U+FFFD.
const UNSTORABLE_ESCAPE = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g;

export function storableJson(value: unknown): string {
  return JSON.stringify(value ?? null).replace(UNSTORABLE_ESCAPE, "$1\\ufffd");
}

const jsonbColumn = customType<{ data: unknown; driverData: unknown }>({
  dataType: () => "jsonb",
  toDriver: storableJson,
});

/** Small structured facts as jsonb; large documents belong in the object store. */
export function facts<Shape>(name: string) {
  return jsonbColumn(name).$type<Shape>();
}

/**
 * The same, read through its schema: rows that were written before a key existed come with its default. A row that does
 * not fit any more stops the read; nothing is guessed.
 */
export function parsedFacts<Shape>(name: string, schema: { parse(value: unknown): Shape }) {
  return customType<{ data: Shape; driverData: unknown }>({
    dataType: () => "jsonb",
    toDriver: storableJson,
    fromDriver: (value) => schema.parse(value),
  })(name);
}

const jsonColumn = customType<{ data: unknown; driverData: unknown }>({
  dataType: () => "json",
  toDriver: storableJson,
});

/** JSON kept as it was written, key order included, and never searched. */
export function verbatim<Shape>(name: string) {
  return jsonColumn(name).$type<Shape>();
}

/** Text written by a model or a vendor. */
export const prose = customType<{ data: string; driverData: string }>({
  dataType: () => "text",
  toDriver: (text) => text.replaceAll("\0", "\ufffd"),
});

/** A check that a text column holds one of the words. */
export function oneOf(column: AnyPgColumn, words: readonly string[]): SQL {
  return sql`${column} in (${sql.raw(words.map((word) => `'${word}'`).join(", "))})`;
}

/** A check that refuses zero, negatives, NaN and Infinity (null passes). */
export function aboveZero(column: AnyPgColumn): SQL {
  return sql`${column} > 0 and ${column} < 1e20`;
}

/** A check that refuses NaN and Infinity (null passes). */
export function finite(column: AnyPgColumn): SQL {
  return sql`abs(${column}) < 1e20`;
}

/** Now, by the database's clock: audit only, never a decision. */
export const databaseNow = sql`now()`;

/**
 * The begin of an insert that takes all rows as one parameter, so that it is the same statement however many they are:
 * `insert into … (…) select … from rows`, to be gone on with. Columns left out of `keys` get their defaults.
 */
export function insertRows<Table extends PgTable, Key extends string & keyof Table["$inferInsert"]>(
  table: Table,
  of: { keys: readonly Key[]; rows: readonly Pick<Table["$inferInsert"], Key>[] },
): SQL {
  const columns = getTableColumns(table);
  const names = of.keys.map((key) => columns[key]?.name ?? key);
  const records = of.rows.map((row) => Object.fromEntries(of.keys.map((key, at) => [names[at], row[key]])));
  const list = sql.raw(names.map((name) => `"${name}"`).join(", "));
  return sql`insert into ${table} (${list})
    select ${list} from jsonb_populate_recordset(null::${table}, ${storableJson(records)}::jsonb)`;
}
