// Tables of the desk itself: small settings, and the pacing ledger that all processes share per gateway address.
import { doublePrecision, index, pgTable, text } from "drizzle-orm/pg-core";
import { databaseNow, facts, instant } from "./columns.ts";

export const settings = pgTable("settings", {
  key: text().primaryKey(),
  value: facts<unknown>("value").notNull(),
  updatedAt: instant("updated_at").notNull().default(databaseNow),
});

/** One granted request in one window; rows older than the longest window are swept. */
export const pacingGrants = pgTable(
  "pacing_grants",
  {
    gateway: text().notNull(),
    windowKey: text("window_key").notNull(),
    /** Milliseconds since 1970 by the database's clock: the moment at which the request may leave. */
    atMs: doublePrecision("at_ms").notNull(),
  },
  (table) => [index("pacing_grants_window").on(table.gateway, table.windowKey, table.atMs)],
);

export const pacingPenalties = pgTable("pacing_penalties", {
  gateway: text().primaryKey(),
  untilMs: doublePrecision("until_ms").notNull(),
  updatedAt: instant("updated_at").notNull().default(databaseNow),
});
