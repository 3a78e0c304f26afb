// Tables of the desk itself: small settings, and the pacing ledger that all processes share per gateway address.
import { doublePrecision, pgTable, text } from "drizzle-orm/pg-core";
import { databaseNow, facts, instant } from "./columns.ts";

export const settings = pgTable("settings", {
  key: text().primaryKey(),
  value: facts<unknown>("value").notNull(),
  updatedAt: instant("updated_at").notNull().default(databaseNow),
});

/** What the pacing budget of one gateway address remembers, read and written under its row lock. */
export const pacingLedgers = pgTable("pacing_ledgers", {
  gateway: text().primaryKey(),
  /** Shape and meaning are the budget's own (tools/ibkr/pacing); null before the first call. */
  record: facts<unknown>("record"),
  /** Milliseconds since 1970 at the last update: the ledger's time never runs backwards. */
  atMs: doublePrecision("at_ms").notNull(),
});
