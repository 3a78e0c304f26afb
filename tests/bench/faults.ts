// The order path in a storm: seeded crashes, lost answers, refused children and double clicks over many order intents.
// `node --import tsx tests/bench/faults.ts [intents] [seed]` prints the table; what it counts must be zero.
import { randomUUID } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { type Database, openDatabase } from "#store/database.ts";
import { migrate } from "#store/migrate.ts";
import { ensurePostgres } from "#store/postgres/ensure-postgres.ts";
import { emptyBook } from "../graph/orders/reset.ts";
import { orderStorm, type StormReport } from "../graph/orders/storm.ts";
import { type BenchRow, benchTable } from "./row.ts";

/** Intents of one storm; a new one starts with an empty book, as the next trading account would. */
const STORM = 200;

export async function benchFaults(of: { intents: number; seed: number }): Promise<BenchRow[]> {
  const folder = mkdtempSync(path.join(tmpdir(), "countersign-faults-"));
  chmodSync(folder, 0o711);
  const server = await ensurePostgres({ dataDir: folder, newSecret: randomUUID });
  const database = await openDatabase({ url: server.url });
  try {
    await migrate(database);
    return rowsOf(await storms(database, of));
  } finally {
    await database.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function storms(database: Database, of: { intents: number; seed: number }): Promise<StormReport[]> {
  const reports: StormReport[] = [];
  for (let left = of.intents; left > 0; left -= STORM) {
    await emptyBook(database);
    reports.push(
      await orderStorm(database, { intents: Math.min(STORM, left), seed: of.seed + reports.length }),
    );
    process.stderr.write(`storm ${reports.length}: ${JSON.stringify(reports.at(-1))}\n`);
  }
  return reports;
}

function rowsOf(reports: readonly StormReport[]): BenchRow[] {
  const sum = (of: (report: StormReport) => number) =>
    reports.reduce((total, report) => total + of(report), 0);
  const row = (name: string, value: number, zero: boolean): BenchRow => ({
    suite: "faults",
    name,
    value,
    unit: "",
    ...(zero ? { target: { atMost: 0 } } : {}),
  });
  return [
    row(
      "order intents",
      sum((report) => report.intents),
      false,
    ),
    row(
      "crashes",
      sum((report) => report.crashes),
      false,
    ),
    row(
      "broker faults",
      sum((report) => report.faults),
      false,
    ),
    row(
      "submissions that the broker took",
      sum((report) => report.taken),
      false,
    ),
    row(
      "orders sent twice",
      sum((report) => report.duplicates.length),
      true,
    ),
    row(
      "orders without a countersign",
      sum((report) => report.uncountersigned.length),
      true,
    ),
    row(
      "orders lost",
      sum((report) => report.lost.length),
      true,
    ),
    row(
      "orders on which the two books differ",
      sum((report) => report.different.length),
      true,
    ),
  ];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [intents = "1000", seed = "1"] = process.argv.slice(2);
  const rows = await benchFaults({ intents: Number(intents), seed: Number(seed) });
  process.stdout.write(`${benchTable(rows)}\n`);
  process.exit(
    rows.every((row) => row.target === undefined || row.value <= (row.target.atMost ?? 0)) ? 0 : 1,
  );
}
