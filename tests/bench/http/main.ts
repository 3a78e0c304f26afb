// `npm run bench:http [--fresh] [--only TEXT]`: ten readers over every page of a desk with 10,000 executions and 1,000,000
// node events, 200 event streams, and the heap over 10,000 requests. Prints tables, writes bench-http.json.
import { writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import type { Database } from "#store/database.ts";
import type { DeskProcess } from "#tests/support/desk-process.ts";
import { postgresCpuMs, postmasterOf } from "../process-cpu.ts";
import { type BenchRow, benchTable } from "../row.ts";
import { filledDesk, runningDesk } from "./desk.ts";
import { type Inspector, inspect } from "./inspect.ts";
import {
  type Meters,
  measurePaced,
  measurePlaces,
  type PacedFigures,
  type PageFigures,
  quantile,
} from "./measure.ts";
import { crawl, largePlaces, type Place } from "./places.ts";
import { Reader } from "./reader.ts";
import { measureStreams } from "./streams.ts";

const READERS = 10;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const REQUESTS = Number(process.env.BENCH_REQUESTS ?? 60);
const PACED_REQUESTS = Number(process.env.BENCH_PACED ?? 12);
const STREAMS = 200;
const HEAP_REQUESTS = Number(process.env.BENCH_HEAP ?? 10_000);
const MEDIAN_MS = 50;
const P99_MS = 150;
const EMPTY: Place = { name: "an empty route", path: "/api/health" };

const asked = process.argv.slice(2);
const only = asked.includes("--only") ? (asked[asked.indexOf("--only") + 1] ?? "") : null;

const { folder, history } = await filledDesk({ fresh: asked.includes("--fresh") });
const { desk, database } = await runningDesk(folder);
const rows: BenchRow[] = [];
try {
  const readers = Array.from({ length: READERS }, (_, number) => new Reader(desk.url, number));
  for (const reader of readers) await reader.signIn();
  const [first] = readers;
  if (first === undefined) throw new Error("no readers");
  const large = await largePlaces(database, history);
  const places = [EMPTY, ...large, ...(await crawl(first, large))].filter(
    (place) => only === null || place === EMPTY || `${place.name} ${place.path}`.includes(only),
  );
  const postmaster = await postmasterOf(database.pool);
  const meters = { deskPid: desk.pid, databaseMs: async () => postgresCpuMs(postmaster) };
  const inspector = await inspect(desk);
  await measurePages(readers, places, { meters, inspector });
  if (only === null) {
    await measureHeap(readers, places, inspector);
    await measureLive(readers, desk, database);
  }
  inspector.close();
  for (const reader of readers) reader.close();
} finally {
  await database.close();
  await desk.stop();
}
report(rows);
process.exit(0);

function row(suite: string, name: string, value: number, unit: string, target?: BenchRow["target"]): void {
  rows.push({ suite, name, value, unit, ...(target === undefined ? {} : { target }) });
}

async function measurePages(
  readers: readonly Reader[],
  places: readonly Place[],
  of: { meters: Meters; inspector: Inspector },
): Promise<void> {
  process.stderr.write(`reading ${places.length} pages …\n`);
  if (process.env.BENCH_LIST !== undefined) {
    process.stdout.write(`${places.map((place) => `${place.name}  ${place.path}`).join("\n")}\n`);
    return;
  }
  const profile = process.env.BENCH_PROFILE;
  if (profile !== undefined) await of.inspector.startProfile();
  const figures = await measurePlaces(readers, places, {
    rounds: ROUNDS,
    requests: REQUESTS,
    meters: of.meters,
  });
  if (profile !== undefined) await of.inspector.stopProfile(profile);
  process.stderr.write(`reading them at the pace of people …\n`);
  const paced = await measurePaced(readers, places, PACED_REQUESTS);
  const pacedAt = new Map([...paced].map(([place, own]) => [place.path, own]));
  const empty = figures.find(({ path }) => path === EMPTY.path);
  process.stdout.write(`\n${pageTable(figures, empty, pacedAt)}\n`);
  const pages = figures.filter((page) => page !== empty);
  for (const page of figures) {
    row(page.name, "first byte, median", page.p50, "ms", page === empty ? undefined : { atMost: MEDIAN_MS });
    row(page.name, "first byte, 99 %", page.p99, "ms", page === empty ? undefined : { atMost: P99_MS });
    row(page.name, "first byte at a person's pace, median", pacedAt.get(page.path)?.p50 ?? Number.NaN, "ms");
    row(page.name, "CPU per request, desk", page.cpuMs, "ms");
    row(page.name, "CPU per request, database", page.databaseMs, "ms");
    row(page.name, "bytes", page.bytes / 1024, "KB");
  }
  const slow = pages.filter((page) => page.p50 > MEDIAN_MS || page.p99 > P99_MS).length;
  row("all pages", "pages slower than the target", slow, `of ${pages.length}`, { atMost: 0 });
  pacedRows(
    pages.flatMap((page) => pacedAt.get(page.path) ?? []),
    pages.length,
  );
  row(
    "all pages",
    "median of the medians",
    quantile(
      pages.map((page) => page.p50),
      0.5,
    ),
    "ms",
  );
  row(
    "all pages",
    "against the empty route",
    quantile(
      pages.map((page) => page.p50),
      0.5,
    ) / (empty?.p50 ?? 1),
    "×",
  );
  row("all pages", "CPU per request, desk and database, mean", mean(pages), "ms");
}

/** Beside the closed loop, which the target is about, never in its place. */
function pacedRows(paced: readonly PacedFigures[], pages: number): void {
  const slow = paced.filter((one) => one.p50 > MEDIAN_MS || one.slowest > P99_MS).length;
  const medians = paced.map((one) => one.p50);
  row("all pages", "slower than that at a person's pace", slow, `of ${pages}`);
  row("all pages", "median of the medians at a person's pace", quantile(medians, 0.5), "ms");
}

function mean(pages: readonly PageFigures[]): number {
  return pages.reduce((sum, page) => sum + page.cpuMs + page.databaseMs, 0) / pages.length;
}

/** Reads all pages in turn, as often as the bench says, and compares what stays reachable. */
async function measureHeap(
  readers: readonly Reader[],
  places: readonly Place[],
  inspector: Inspector,
): Promise<void> {
  process.stderr.write(`reading ${HEAP_REQUESTS} pages for the heap …\n`);
  const before = await inspector.heapMb();
  let left = HEAP_REQUESTS;
  await Promise.all(
    readers.map(async (reader) => {
      while (left > 0) {
        left -= 1;
        await reader.get(places[left % places.length]?.path ?? "/");
      }
    }),
  );
  const after = await inspector.heapMb();
  row("memory", "heap before", before, "MB");
  row("memory", `heap after ${HEAP_REQUESTS} more requests`, after, "MB");
  row("memory", "growth", (after - before) * 1024, "KB", { atMost: 4096 });
}

async function measureLive(readers: readonly Reader[], desk: DeskProcess, database: Database): Promise<void> {
  process.stderr.write(`following events with ${STREAMS} clients …\n`);
  const figures = await measureStreams(readers, { clients: STREAMS, desk, database });
  const suite = `${figures.clients} event streams`;
  row(suite, "events made", figures.events, "");
  row(suite, `events lost, ${figures.reconnected} of them cut off in between`, figures.lost, "", {
    atMost: 0,
  });
  row(suite, "delay from the event to the reader, 99 %", figures.delayP99, "ms");
  row(suite, "CPU of the desk per delivery", figures.cpuMs / (figures.events * figures.clients), "ms");
}

function pageTable(
  figures: readonly PageFigures[],
  empty: PageFigures | undefined,
  paced: ReadonlyMap<string, PacedFigures>,
): string {
  const head = [
    "page",
    ...["median ms", "99 % ms", "× empty", "desk ms", "database ms", "KB", "target"],
    ...["one a second: median ms", "slowest ms"],
  ];
  const cells = figures.map((page) => [
    page.name,
    page.p50.toFixed(1),
    page.p99.toFixed(1),
    (page.p50 / (empty?.p50 ?? Number.NaN)).toFixed(1),
    page.cpuMs.toFixed(2),
    page.databaseMs.toFixed(2),
    (page.bytes / 1024).toFixed(0),
    page === empty ? "" : page.p50 <= MEDIAN_MS && page.p99 <= P99_MS ? "reached" : "MISSED",
    paced.get(page.path)?.p50.toFixed(1) ?? "",
    paced.get(page.path)?.slowest.toFixed(1) ?? "",
  ]);
  const widths = head.map((title, at) =>
    Math.max(title.length, ...cells.map((line) => line[at]?.length ?? 0)),
  );
  const line = (texts: readonly string[]) =>
    texts
      .map((text, at) => (at === 0 ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0)))
      .join("  ");
  return [line(head), line(widths.map((width) => "─".repeat(width))), ...cells.map(line)].join("\n");
}

function report(all: readonly BenchRow[]): void {
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const load = `load ${loadavg()[0]?.toFixed(1)}`;
  const machine = `${cpus().length} cores, ${memory}, Node ${process.versions.node}, ${load} at the end`;
  const summary = all.filter(
    (one) => ["all pages", "memory"].includes(one.suite) || one.suite.endsWith("streams"),
  );
  process.stdout.write(`\n${benchTable(summary)}\n\nmeasured on ${machine}; written to bench-http.json\n`);
  if (only === null) writeFileSync("bench-http.json", `${JSON.stringify({ machine, rows: all }, null, 2)}\n`);
}
