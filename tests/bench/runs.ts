// Whole symbol runs: wall, CPU and database bytes for 10, 100 and 1,000 symbols, and the critical path with slow models.
import { spawn } from "node:child_process";
import path from "node:path";
import { temporaryFolder } from "#tests/support/desk-process.ts";
import { startModelServer } from "#tests/support/model-server.ts";
import type { BenchRow } from "./row.ts";
import type { RunsFigures, RunsTask } from "./runs-task.ts";

const CPU_MS = 250;
const PARALLELISM = 5;
/** Statuses of a run that went the whole way. */
const COMPLETE = ["done", "denied", "waiting_approval"];

async function measure(task: Omit<RunsTask, "folder">): Promise<RunsFigures> {
  const folder = temporaryFolder();
  const argument = JSON.stringify({ ...task, folder: folder.path } satisfies RunsTask);
  try {
    await child("runs-prepare.ts", argument);
    const figures = JSON.parse(await child("runs-child.ts", argument)) as RunsFigures;
    process.stderr.write(`${task.symbols} runs: ${JSON.stringify(figures)}\n`);
    return figures;
  } finally {
    folder.remove();
  }
}

/** Runs a file of this folder to its end. With BENCH_PROFILE=DIR its CPU profile is written there. */
function child(file: string, argument: string): Promise<string> {
  const profile = process.env.BENCH_PROFILE;
  const profiled = profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`];
  const program = [path.join(import.meta.dirname, "compiled.mjs"), `tests/bench/${file}`];
  return new Promise((resolve, reject) => {
    const run = spawn(process.execPath, [...profiled, ...program, argument], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let out = "";
    run.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    run.once("close", (code) =>
      code === 0 ? resolve(out) : reject(new Error(`${file} ended with ${code ?? "a signal"}`)),
    );
  });
}

export async function benchRuns({
  sizes = [10, 100, 1000],
}: {
  sizes?: readonly number[];
} = {}): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  let smallest: number | null = null;
  for (const size of sizes) {
    const figures = await measure({ symbols: size, environment: {} });
    const cpu = (figures.cpuMs + figures.postgresCpuMs) / size;
    smallest ??= cpu;
    const row = (name: string, value: number, unit: string, target?: BenchRow["target"]) =>
      rows.push({ suite: `runs ×${size}`, name, value, unit, ...(target === undefined ? {} : { target }) });
    row("runs that did not reach their end", incomplete(figures), "", { atMost: 0 });
    row("wall per symbol run", figures.wallMs / size, "ms");
    row("CPU per symbol run, database included", cpu, "ms", { atMost: CPU_MS });
    if (size !== sizes[0]) row("CPU against the smallest size", cpu / smallest, "×", { atMost: 1.2 });
    row("CPU per symbol run, database only", figures.postgresCpuMs / size, "ms");
    row("database bytes per symbol run", figures.databaseBytes / size / 1024, "KB");
    row("resident memory, peak", figures.rssPeakMb, "MB", { atMost: 450 });
    if (size < 100) continue;
    row(
      "resident memory, last against second tenth of the runs",
      figures.rssLateMb / figures.rssEarlyMb,
      "×",
    );
    row("heap still reachable after the runs", figures.heapMb, "MB");
  }
  return rows;
}

function incomplete({ statuses }: RunsFigures): number {
  return Object.entries(statuses)
    .filter(([status]) => !COMPLETE.includes(status))
    .reduce((sum, [, count]) => sum + count, 0);
}

const STUB_MS = 2_000;
/** Calls that follow each other in one run: analysts together, consolidation, decision, and where an order passed, risk review. */
const CHAIN = 3;

export async function benchCriticalPath({ symbols = 10 }: { symbols?: number } = {}): Promise<BenchRow[]> {
  const server = await startModelServer({ delayMs: STUB_MS });
  try {
    const environment = { OPENAI_API_BASE: server.baseUrl, OPENAI_MODEL: "stub" };
    const figures = await measure({ symbols, environment });
    const reviewed = figures.statuses.waiting_approval ?? 0;
    // Runs of one length fill rows of PARALLELISM; a row is as long as its longest run.
    const longest = CHAIN + (reviewed > 0 ? 1 : 0);
    const critical = Math.ceil(symbols / PARALLELISM) * longest * STUB_MS;
    const suite = "stub model 2 s";
    return [
      {
        suite,
        name: "runs that did not reach their end",
        value: incomplete(figures),
        unit: "",
        target: { atMost: 0 },
      },
      {
        suite,
        name: `wall, ${symbols} symbols at parallelism ${PARALLELISM}`,
        value: figures.wallMs,
        unit: "ms",
      },
      {
        suite,
        name: "wall against the critical path",
        value: figures.wallMs / critical,
        unit: "×",
        target: { atMost: 1.1 },
      },
    ];
  } finally {
    await server.close();
  }
}
