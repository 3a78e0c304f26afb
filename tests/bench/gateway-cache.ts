// What the database does for the gateway: histories of 100 symbols from its cache, and the pacing ledger that processes share.
// Effects: an embedded PostgreSQL in a folder of its own, removed at the end.
import { randomUUID } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DEFAULT_DESK_SETTINGS, type DeskDeps } from "#graph/desk.ts";
import type { Gateway } from "#graph/gateway.ts";
import { loadSeries } from "#graph/market/load-series.ts";
import { type Database, openDatabase } from "#store/database.ts";
import { saveBars } from "#store/market/bars.ts";
import { migrate } from "#store/migrate.ts";
import type { BarSeries, Timeframe } from "#store/model/bar.ts";
import type { Conid } from "#store/model/ids.ts";
import type { Instrument } from "#store/model/instrument.ts";
import { sharedLedger } from "#store/pacing.ts";
import { ensurePostgres } from "#store/postgres/ensure-postgres.ts";
import { lastFinishedSession } from "#tools/calendar.ts";
import type { Clock } from "#tools/clock.ts";
import type { IbkrClient } from "#tools/ibkr/client.ts";
import { pacingGate } from "#tools/ibkr/pacing/gate.ts";
import { EMPTY_PACING_RECORD, type PacingLedger } from "#tools/ibkr/pacing/ledger.ts";
import type { BenchRow } from "./row.ts";

const suite = "gateway";
const SYMBOLS = 100;
const WANTED: readonly (readonly [Timeframe, number])[] = [
  ["daily", 450],
  ["weekly", 156],
];

export type CacheParts = { client: IbkrClient; instrument: Instrument; asOf: Date; clock: Clock };

export async function benchCache(parts: CacheParts): Promise<BenchRow[]> {
  const folder = mkdtempSync(path.join(tmpdir(), "countersign-gateway-"));
  chmodSync(folder, 0o711);
  const server = await ensurePostgres({ dataDir: folder, newSecret: randomUUID });
  const database = await openDatabase({ url: server.url });
  try {
    await migrate(database);
    return [await histories(database, parts), await ledgerCost(database, parts.clock)];
  } finally {
    await database.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As a run loads them, of a gateway that has nothing to say: whatever is not in the cache would fail. */
async function histories(database: Database, parts: CacheParts): Promise<BenchRow> {
  const { instrument, asOf, clock } = parts;
  const instruments = Array.from({ length: SYMBOLS }, (_, index) => ({
    ...instrument,
    conid: (instrument.conid + index) as Conid,
  }));
  for (const [timeframe, count] of WANTED) {
    const series = await parts.client.history({ instrument, timeframe, count });
    for (const { conid } of instruments)
      await saveBars(database.db, { source: "bench", series: { ...series, conid } });
  }
  const silent = { history: () => Promise.reject<BarSeries>(new Error("the gateway was asked")) };
  const gateway = {
    kind: "simulator",
    session: "main",
    barSource: "bench",
    client: silent,
  } as unknown as Gateway;
  const deps = { database, settings: DEFAULT_DESK_SETTINGS } as unknown as DeskDeps;
  const upTo = lastFinishedSession(asOf);
  const { signal } = new AbortController();
  const load = () =>
    Promise.all(
      instruments.flatMap((one) =>
        WANTED.map(([timeframe, wanted]) =>
          loadSeries(deps, new Map(), { gateway, instrument: one, timeframe, wanted, asOf, upTo, signal }),
        ),
      ),
    );
  await load();
  const started = clock.monotonic();
  await load();
  const name = `daily and weekly history of ${SYMBOLS} symbols from the cache`;
  return { suite, name, value: (clock.monotonic() - started) / 1000, unit: "s" };
}

/** On a ledger in the database whose time leaps, so that no call ever waits: what is left is the round trips. */
async function ledgerCost(database: Database, clock: Clock): Promise<BenchRow> {
  const shared = sharedLedger(database, { gateway: "bench", empty: EMPTY_PACING_RECORD });
  let leap = 0;
  const ledger: PacingLedger = {
    update: (step) =>
      shared.update((record, now) => {
        leap += 60_000;
        return step(record, now + leap);
      }),
  };
  const gate = pacingGate({ ledger, processName: "bench" });
  const rounds = 500;
  const started = clock.monotonic();
  for (let round = 0; round < rounds; round += 1) {
    const permit = await gate.acquire({
      method: "GET",
      path: "/iserver/marketdata/history",
      priority: "read",
    });
    await permit.release();
  }
  const value = ((clock.monotonic() - started) * 1000) / rounds;
  return { suite, name: "pacing per call, ledger shared in the database", value, unit: "µs" };
}
