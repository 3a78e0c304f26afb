// Tables of instruments and bars. A bar is stored once per series and shared by all runs.
import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  date,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
} from "drizzle-orm/pg-core";
import type { Timeframe } from "../model/bar.ts";
import type { Conid, SessionDate, Ticker } from "../model/ids.ts";
import type { Instrument } from "../model/instrument.ts";
import { aboveZero, databaseNow, decimal, facts, finite, instant, oneOf } from "./columns.ts";

/** A conid means nothing outside its kind of gateway, so the pair is the key. */
export const instruments = pgTable(
  "instruments",
  {
    gateway: text().$type<"ibkr" | "simulator">().notNull(),
    conid: bigint({ mode: "number" }).$type<Conid>().notNull(),
    symbol: text().$type<Ticker>().notNull(),
    name: text().notNull(),
    securityType: text("security_type").$type<Instrument["securityType"]>().notNull(),
    currency: text().notNull(),
    exchange: text().notNull(),
    indexReplay: boolean("index_replay").notNull(),
    priceIncrements: facts<Instrument["priceIncrements"]>("price_increments").notNull(),
    quantityIncrement: decimal("quantity_increment").notNull(),
    orderTypes: text("order_types").array().notNull(),
    createdAt: instant("created_at").notNull().default(databaseNow),
    updatedAt: instant("updated_at").notNull().default(databaseNow),
  },
  (table) => [
    primaryKey({ columns: [table.gateway, table.conid] }),
    index("instruments_by_symbol").on(table.gateway, table.symbol),
    check("instruments_gateway", oneOf(table.gateway, ["ibkr", "simulator"])),
    check("instruments_quantity_increment", aboveZero(table.quantityIncrement)),
  ],
);

/** One line per source, instrument and timeframe: what is cached, and as of when it was last asked for. */
export const barSeries = pgTable(
  "bar_series",
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    source: text().notNull(),
    conid: bigint({ mode: "number" }).$type<Conid>().notNull(),
    timeframe: text().$type<Timeframe>().notNull(),
    symbol: text().$type<Ticker>().notNull(),
    delaySeconds: integer("delay_seconds").notNull(),
    /** Market time of the newest answer that was stored. */
    asOf: instant("as_of").notNull(),
    updatedAt: instant("updated_at").notNull().default(databaseNow),
  },
  (table) => [
    unique("bar_series_key").on(table.source, table.conid, table.timeframe),
    check("bar_series_timeframe", oneOf(table.timeframe, ["daily", "weekly"])),
    check("bar_series_delay", sql`${table.delaySeconds} >= 0`),
  ],
);

export const bars = pgTable(
  "bars",
  {
    seriesId: integer("series_id")
      .notNull()
      .references(() => barSeries.id, { onDelete: "cascade" }),
    date: date({ mode: "string" }).$type<SessionDate>().notNull(),
    open: decimal().notNull(),
    high: decimal().notNull(),
    low: decimal().notNull(),
    close: decimal().notNull(),
    volume: decimal().notNull(),
    /** Market time of the answer that brought or last changed this bar. */
    asOf: instant("as_of").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.seriesId, table.date] }),
    check("bars_low", aboveZero(table.low)),
    check("bars_high", finite(table.high)),
    check("bars_volume", finite(table.volume)),
    check(
      "bars_range",
      sql`${table.high} >= ${table.low} and ${table.open} between ${table.low} and ${table.high} and ${table.close} between ${table.low} and ${table.high}`,
    ),
  ],
);
