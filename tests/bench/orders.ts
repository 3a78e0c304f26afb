// CPU of the order path, per order: the check at the click, the submission, and the polls that follow it to its end. The
// process and PostgreSQL are counted, the simulator is not; order by order a plain round trip to the database is measured
// too, so that a busy machine shows in both.
import { randomUUID } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { recheckAnswer } from "#graph/orders/recheck.ts";
import { submitOrder } from "#graph/orders/submit.ts";
import { trackOrders } from "#graph/orders/track.ts";
import { type Database, openDatabase } from "#store/database.ts";
import { migrate } from "#store/migrate.ts";
import { ensurePostgres } from "#store/postgres/ensure-postgres.ts";
import { setSymbolRunStatus } from "#store/runs/symbol-runs.ts";
import type { Simulator } from "#tools/simulator/index.ts";
import { orderRig, type Rig } from "../graph/orders/rig.ts";
import type { BarText } from "../tools/simulator/rig.ts";
import { openPostgresMeter } from "./process-cpu.ts";
import type { BenchRow } from "./row.ts";

const SYMBOLS = ["AAPL", "MSFT", "NVDA", "TSLA", "AMZN"];
const WARM_UP = 6;
const CPU_MS = 20;
/** Round trips that one reference is made of. */
const ROUND_TRIPS = 20;
/** Every entry fills at the open and ends on the same day at its target; the next one starts from the same close. */
const DAY: BarText = [100, 108, 98, 100, 1_000_000];

type Phase = "check" | "submit" | "poll" | "reference";
type Sums = Record<Phase, { process: number; postgres: number; statements: number }>;

export async function benchOrders({ rounds = 40 }: { rounds?: number } = {}): Promise<BenchRow[]> {
  const folder = mkdtempSync(path.join(tmpdir(), "countersign-orders-"));
  chmodSync(folder, 0o711);
  const server = await ensurePostgres({ dataDir: folder, newSecret: randomUUID });
  const database = await openDatabase({ url: server.url });
  try {
    await migrate(database);
    return rowsOf(await measure(database, rounds), rounds * SYMBOLS.length);
  } finally {
    await database.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(database: Database, rounds: number): Promise<Sums> {
  const bars = Array.from({ length: rounds + WARM_UP + 2 }, () => DAY);
  const meter = await openMeter(database);
  const rig = await orderRig(database, {
    bars,
    more: Object.fromEntries(SYMBOLS.slice(1).map((symbol) => [symbol, bars])),
    settings: { cash: 10_000_000 },
    around: meter.without,
  });
  for (let round = 0; round < rounds + WARM_UP; round += 1) {
    if (round === WARM_UP) meter.reset();
    for (const symbol of SYMBOLS) await oneOrder(rig, { symbol, meter });
    rig.simulator.next();
    rig.clock.advance(60_000);
    await meter.of("poll", () => trackOrders(rig.deps));
  }
  await meter.close();
  return meter.sums;
}

type Meter = Awaited<ReturnType<typeof openMeter>>;

async function oneOrder(rig: Rig, of: { symbol: string; meter: Meter }): Promise<void> {
  const { symbol, meter } = of;
  const { runId, facts, judged, approve } = await rig.propose({
    symbol,
    price: "100",
    stop: "96",
    target: "106",
    limits: LIMITS,
  });
  const { plan } = judged.verdict;
  if (plan === null) throw new Error(`denied: ${judged.verdict.codes.join(", ")}`);
  const approvalId = await approve();
  const request = { ...facts, approvalId, shown: plan, edit: null, sequence: 0, driftBand: 0.5 };
  const again = await meter.of("check", () => recheckAnswer(rig.deps, request));
  if (again.kind !== "proceed") throw new Error(`not to be sent: ${JSON.stringify(again)}`);
  const { verdictId } = again;
  await meter.of("submit", () => submitOrder(rig.deps, { symbolRunId: runId, verdictId, approvalId }));
  await setSymbolRunStatus(rig.database.db, { id: runId, status: "working" });
  await meter.of("reference", async () => {
    for (let trip = 0; trip < ROUND_TRIPS; trip += 1) await rig.database.pool.query("select 1");
  });
}

const LIMITS = {
  riskPerTrade: "0.0001",
  maxPositionValue: "1",
  maxConcentration: "4",
  maxOrdersPerDay: 10_000,
  maxDailyLoss: "1",
  maxWeeklyLoss: "1",
  cooldownSessions: 0,
  allowAdd: true,
  minStopAtr: "0.1",
};

const nothing = () => ({ process: 0, postgres: 0, statements: 0 });

/** Adds up what each phase costs; the simulator's own work is taken off. */
async function openMeter(database: Database) {
  const postgres = await openPostgresMeter(database.url);
  const sums: Sums = { check: nothing(), submit: nothing(), poll: nothing(), reference: nothing() };
  let simulator = 0;
  let statements = 0;
  database.pool.on("connect", (client) => {
    const query = client.query.bind(client);
    Object.assign(client, {
      query: (...args: unknown[]) => {
        statements += 1;
        return Reflect.apply(query, client, args);
      },
    });
  });
  const cpu = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
  return {
    sums,
    close: () => postgres.close(),
    reset: () => {
      for (const phase of Object.keys(sums) as Phase[]) sums[phase] = nothing();
    },
    without:
      (fetch: Simulator["fetch"]): Simulator["fetch"] =>
      async (request) => {
        const before = cpu();
        try {
          return await fetch(request);
        } finally {
          simulator += cpu() - before;
        }
      },
    of: async <Result>(phase: Phase, work: () => Promise<Result>): Promise<Result> => {
      const before = { cpu: cpu(), simulator, statements, postgres: await postgres.ms() };
      const started = cpu();
      const result = await work();
      const sum = sums[phase];
      sum.process += cpu() - started - (simulator - before.simulator);
      sum.statements += statements - before.statements;
      sum.postgres += (await postgres.ms()) - before.postgres;
      return result;
    },
  };
}

function rowsOf(sums: Sums, orders: number): BenchRow[] {
  const suite = "orders";
  const cost = ({ process, postgres }: Sums[Phase]) => process + postgres;
  const row = (name: string, value: number, unit: string): BenchRow => ({
    suite,
    name,
    value: value / orders,
    unit,
  });
  const path = [sums.check, sums.submit, sums.poll];
  const whole = path.reduce((sum, phase) => sum + cost(phase), 0);
  return [
    { ...row("CPU per order, database included", whole, "ms"), target: { atMost: CPU_MS } },
    row("… the check at the click", cost(sums.check), "ms"),
    row("… the submission", cost(sums.submit), "ms"),
    row("… the poll that sees it filled, five orders at once", cost(sums.poll), "ms"),
    row(
      "of it the database",
      path.reduce((sum, { postgres }) => sum + postgres, 0),
      "ms",
    ),
    row(
      "statements per order",
      path.reduce((sum, { statements }) => sum + statements, 0),
      "",
    ),
    row("one plain round trip to the database", cost(sums.reference) / ROUND_TRIPS, "ms"),
    {
      suite,
      name: "an order in plain round trips",
      value: (whole / cost(sums.reference)) * ROUND_TRIPS,
      unit: "×",
    },
  ];
}
