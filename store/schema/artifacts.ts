// Table of artifacts: metadata here, bytes in the object store under their hash. Rows never change.

import { sql } from "drizzle-orm";
import { type AnyPgColumn, bigint, check, index, integer, pgTable, text, uuid } from "drizzle-orm/pg-core";
import type { Timeframe } from "../model/bar.ts";
import type { ArtifactId, SymbolRunId } from "../model/ids.ts";
import { databaseNow, instant, oneOf } from "./columns.ts";
import { barSeries } from "./market.ts";
import { symbolRuns } from "./runs.ts";

export const ARTIFACT_KINDS = ["chart_png", "chart_spec", "market_data"] as const;
export type ArtifactKind = (typeof ARTIFACT_KINDS)[number];

export const artifacts = pgTable(
  "artifacts",
  {
    id: uuid().$type<ArtifactId>().primaryKey(),
    symbolRunId: uuid("symbol_run_id")
      .$type<SymbolRunId>()
      .notNull()
      .references(() => symbolRuns.id, { onDelete: "cascade" }),
    kind: text().$type<ArtifactKind>().notNull(),
    timeframe: text().$type<Timeframe>(),
    mediaType: text("media_type").notNull(),
    sha256: text().notNull(),
    byteLength: bigint("byte_length", { mode: "number" }).notNull(),
    objectKey: text("object_key").notNull(),
    /** The market_data artifact that this chart draws. */
    marketDataId: uuid("market_data_id")
      .$type<ArtifactId>()
      .references((): AnyPgColumn => artifacts.id),
    /** The cached bars that this market data was taken from. */
    seriesId: integer("series_id").references(() => barSeries.id),
    createdAt: instant("created_at").notNull().default(databaseNow),
  },
  (table) => [
    index("artifacts_of_run").on(table.symbolRunId, table.kind),
    index("artifacts_by_hash").on(table.sha256),
    index("artifacts_newest").on(table.createdAt, table.id),
    index("artifacts_by_market_data").on(table.marketDataId),
    index("artifacts_by_series").on(table.seriesId),
    check("artifacts_kind", oneOf(table.kind, ARTIFACT_KINDS)),
    check("artifacts_hash", sql`${table.sha256} ~ '^[0-9a-f]{64}$'`),
  ],
);
