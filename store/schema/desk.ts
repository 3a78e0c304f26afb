// Tables of the desk itself: small settings, the pacing ledger that all processes share per gateway address, the
// journal of what live readers are told, and the keys of requests that must not be carried out twice.
import { sql } from "drizzle-orm";
import {
  bigint,
  check,
  doublePrecision,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  uuid,
} from "drizzle-orm/pg-core";
import type { ExecutionId, SymbolRunId } from "../model/ids.ts";
import { LIVE_TOPICS, type LiveTopic } from "../model/live.ts";
import { databaseNow, facts, instant, oneOf } from "./columns.ts";

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

/**
 * What happened besides node events, for live readers. Written by triggers only (see the migration "live"), so that no
 * verb can forget it, and announced when its transaction commits. Ids come from the sequence of node events: one
 * numbering for everything that is told. Pruned after some days.
 */
export const liveEvents = pgTable(
  "live_events",
  {
    id: bigint({ mode: "number" }).primaryKey().default(sql`nextval('node_events_id_seq')`),
    topic: text().$type<LiveTopic>().notNull(),
    executionId: uuid("execution_id").$type<ExecutionId>(),
    symbolRunId: uuid("symbol_run_id").$type<SymbolRunId>(),
    facts: facts<Readonly<Record<string, unknown>>>("facts").notNull(),
    at: instant().notNull().default(sql`clock_timestamp()`),
  },
  (table) => [check("live_events_topic", oneOf(table.topic, LIVE_TOPICS))],
);

/**
 * One row per Idempotency-Key and route, claimed before the work begins. `startId` is the id that whatever this request
 * starts will have: a second try under the same key finds it and starts nothing anew.
 */
export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    /** Method and path. */
    route: text().notNull(),
    key: text().notNull(),
    bodyHash: text("body_hash").notNull(),
    startId: uuid("start_id").notNull(),
    /** Of the try that holds the claim; another one may take it over once the lease is over. */
    claim: uuid().notNull(),
    leaseUntil: instant("lease_until").notNull(),
    /** The answer; null while the work is in hand, or when its end was never recorded. */
    status: integer(),
    mediaType: text("media_type"),
    answer: text(),
    createdAt: instant("created_at").notNull().default(databaseNow),
  },
  (table) => [
    primaryKey({ columns: [table.route, table.key] }),
    index("idempotency_keys_oldest").on(table.createdAt),
    check(
      "idempotency_keys_answered",
      sql`(${table.status} is null) = (${table.answer} is null) and (${table.status} is null) = (${table.mediaType} is null)`,
    ),
  ],
);
