// Artifacts of runs: bytes first, row second, so that a row always finds its object. Effects: database, object store.
import { and, asc, desc, eq } from "drizzle-orm";
import { contentKey, type ObjectStore, sha256Of } from "../artifacts/object-store.ts";
import type { Db } from "../database.ts";
import type { Timeframe } from "../model/bar.ts";
import { InvariantError } from "../model/errors.ts";
import { type ArtifactId, derivedId, type ExecutionId, type SymbolRunId, type Ticker } from "../model/ids.ts";
import { olderThan, type Page, type PageRequest, pageLimit, toPage } from "../page.ts";
import { found } from "../rows.ts";
import { type ArtifactKind, artifacts, symbolRuns } from "../schema/index.ts";

export type ArtifactRow = typeof artifacts.$inferSelect;
export type { ArtifactKind };

export type SaveArtifact = {
  symbolRunId: SymbolRunId;
  kind: ArtifactKind;
  timeframe: Timeframe | null;
  mediaType: string;
  bytes: Uint8Array;
  /** For a chart: the market data it draws. */
  marketDataId?: ArtifactId | null;
  /** For market data: the cached series it was taken from (`saveBars`, `loadBars`). */
  seriesId?: number | null;
  signal?: AbortSignal;
};

/** Stores bytes under their hash and adds the row; the same content for the same run is the same artifact. */
export async function saveArtifact(db: Db, objects: ObjectStore, input: SaveArtifact): Promise<ArtifactRow> {
  const sha256 = sha256Of(input.bytes);
  const id = derivedId(
    "artifact",
    input.symbolRunId,
    input.kind,
    input.timeframe ?? "",
    sha256,
  ) as ArtifactId;
  const objectKey = contentKey(sha256);
  if (!(await objects.has(objectKey, input.signal))) {
    await objects.put(objectKey, input.bytes, input.mediaType, input.signal);
  }
  const [row] = await db
    .insert(artifacts)
    .values({
      id,
      symbolRunId: input.symbolRunId,
      kind: input.kind,
      timeframe: input.timeframe,
      mediaType: input.mediaType,
      sha256,
      byteLength: input.bytes.byteLength,
      objectKey,
      marketDataId: input.marketDataId ?? null,
      seriesId: input.seriesId ?? null,
    })
    .onConflictDoNothing({ target: artifacts.id })
    .returning();
  return row ?? getArtifact(db, id);
}

/** @throws NotFoundError `artifact_not_found` */
export async function getArtifact(db: Db, id: ArtifactId): Promise<ArtifactRow> {
  const [row] = await db.select().from(artifacts).where(eq(artifacts.id, id));
  return found(row, "artifact", id);
}

/** The artifacts of one run, or of all runs of an execution, in the order of their making. */
export async function listArtifacts(
  db: Db,
  of: { symbolRunId: SymbolRunId } | { executionId: ExecutionId },
): Promise<ArtifactRow[]> {
  const rows = await db
    .select({ artifact: artifacts })
    .from(artifacts)
    .innerJoin(symbolRuns, eq(symbolRuns.id, artifacts.symbolRunId))
    .where(
      "symbolRunId" in of
        ? eq(artifacts.symbolRunId, of.symbolRunId)
        : eq(symbolRuns.executionId, of.executionId),
    )
    .orderBy(asc(symbolRuns.ordinal), asc(artifacts.createdAt), asc(artifacts.id));
  return rows.map((row) => row.artifact);
}

export type ArtifactQuery = PageRequest & {
  executionId?: ExecutionId;
  symbolRunId?: SymbolRunId;
  symbol?: Ticker;
  kind?: ArtifactKind;
  timeframe?: Timeframe;
};

/** Artifacts with the run they belong to, newest first. */
export async function pageOfArtifacts(
  db: Db,
  query: ArtifactQuery,
): Promise<Page<ArtifactRow & { executionId: ExecutionId; symbol: Ticker }>> {
  const limit = pageLimit(query);
  const rows = await db
    .select({ artifact: artifacts, executionId: symbolRuns.executionId, symbol: symbolRuns.symbol })
    .from(artifacts)
    .innerJoin(symbolRuns, eq(symbolRuns.id, artifacts.symbolRunId))
    .where(
      and(
        query.symbolRunId === undefined ? undefined : eq(artifacts.symbolRunId, query.symbolRunId),
        query.executionId === undefined ? undefined : eq(symbolRuns.executionId, query.executionId),
        query.symbol === undefined ? undefined : eq(symbolRuns.symbol, query.symbol),
        query.kind === undefined ? undefined : eq(artifacts.kind, query.kind),
        query.timeframe === undefined ? undefined : eq(artifacts.timeframe, query.timeframe),
        olderThan(query, { at: artifacts.createdAt, id: artifacts.id, idType: "uuid" }),
      ),
    )
    .orderBy(desc(artifacts.createdAt), desc(artifacts.id))
    .limit(limit + 1);
  const flat = rows.map(({ artifact, ...of }) => ({ ...artifact, ...of }));
  return toPage(flat, limit, (row) => [row.createdAt, row.id]);
}

/** The artifact of a run by what it is; null when it was not made. */
export async function findArtifact(
  db: Db,
  of: { symbolRunId: SymbolRunId; kind: ArtifactKind; timeframe: Timeframe },
): Promise<ArtifactRow | null> {
  const [row] = await db
    .select()
    .from(artifacts)
    .where(
      and(
        eq(artifacts.symbolRunId, of.symbolRunId),
        eq(artifacts.kind, of.kind),
        eq(artifacts.timeframe, of.timeframe),
      ),
    )
    .limit(1);
  return row ?? null;
}

/** An artifact with its bytes, which are proven to be the ones that were stored. @throws InvariantError when not. */
export async function readArtifact(
  db: Db,
  objects: ObjectStore,
  of: { id: ArtifactId; signal?: AbortSignal },
): Promise<{ artifact: ArtifactRow; bytes: Buffer }> {
  const artifact = await getArtifact(db, of.id);
  const bytes = await objects.get(artifact.objectKey, of.signal);
  if (sha256Of(bytes) !== artifact.sha256) {
    throw new InvariantError("an artifact's bytes are not the ones that were stored", { id: artifact.id });
  }
  return { artifact, bytes };
}
