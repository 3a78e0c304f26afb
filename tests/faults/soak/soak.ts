// Whole executions on real processes that are killed at seeded moments and at named places of the order path, with a
// broker that misbehaves; afterwards its books are compared with ours. Effects: processes, one database, one folder.
import { setTimeout as pause } from "node:timers/promises";
import { openDatabase } from "#store/database.ts";
import { migrate } from "#store/migrate.ts";
import { callDesk } from "#tests/support/desk-process.ts";
import { type Barriers, type Hold, type Place, raiseBarriers } from "../barrier.ts";
import { type Chance, chanceOf } from "../chance.ts";
import { until } from "../until.ts";
import { type Findings, inspect } from "./inspect.ts";
import { type Machines, manySmallOrders, startMachines } from "./machines.ts";

export type SoakReport = Findings & {
  seed: number;
  kills: number;
  /** Kills while a process stood at a named place. */
  placed: number;
  faults: Record<string, number>;
  halts: number;
  seconds: number;
  /** Of these: while processes were killed and came back, and after the storm until everything had ended. */
  restarting: number;
  calming: number;
};

export type SoakOptions = { databaseUrl: string; folder: string; intents: number; seed: number };

type Soak = {
  chance: Chance;
  machines: Machines;
  barriers: Barriers;
  /** Whether runs of these symbols were created. */
  started(symbols: readonly string[]): Promise<boolean>;
  /** What the weather still has in it: a desk that is killed all the time shows nothing. */
  left: { kills: number; faults: number; halts: number };
  report: Pick<SoakReport, "kills" | "placed" | "faults" | "halts" | "restarting">;
};

const PLACES: readonly Place[] = [
  "started:submit_order",
  "intent",
  "submitting",
  "answer",
  "finished:submit_order",
  "checkpoint:submit_order",
  "checkpoint:approval",
  "started:order_working",
  "finished:executor",
];
/** What the broker does wrong, and where: an order that hangs is a process killed in the middle of its POST as well. */
const FAULTS = [
  { kind: "hang", path: "/orders" },
  { kind: "hang_after", path: "/reply" },
  { kind: "drop", path: "/orders" },
  { kind: "drop_after", path: "/orders" },
  { kind: "drop_after", path: "/reply" },
  { kind: "unavailable", path: "/orders" },
  { kind: "unavailable_after", path: "/reply" },
  { kind: "stale_question" },
  { kind: "html", path: "/iserver" },
  { kind: "bridge_loss", path: "/iserver" },
  { kind: "session_loss", path: "/iserver" },
  { kind: "drop", path: "/trades" },
] as const;
/** Also an order that works at the broker. */
const GOING_ON = "r.status IN ('queued', 'running', 'working')";
/** Runs started at once. */
const CHUNK = 40;
/** Calls to a desk that a broker's fault keeps from answering. */
const TRIES = 5;
/** Longest time for anything to settle once the storm is over: unknown orders take half a minute each way. */
const CALM_MS = 180_000;

export async function soak(options: SoakOptions): Promise<SoakReport> {
  const began = performance.now();
  const chance = chanceOf(options.seed);
  const symbols = Array.from({ length: options.intents }, (_, index) => `S${index + 1}`);
  const database = await openDatabase({ url: options.databaseUrl, applicationName: "countersign-soak" });
  await migrate(database);
  // Held while the storm is prepared, so that each place is met.
  const holds = symbols.flatMap((symbol): Hold[] =>
    chance.below(0.25) ? [{ symbol, place: chance.pick(PLACES) }] : [],
  );
  const barriers = await raiseBarriers(database, holds);
  const machines = await startMachines({ ...options, symbols });
  const report = { kills: 0, placed: 0, faults: {}, halts: 0, restarting: 0 };
  const storm: Soak = {
    chance,
    machines,
    barriers,
    report,
    started: async (of) => {
      const found = await database.pool.query("SELECT 1 FROM symbol_runs WHERE symbol = ANY($1)", [of]);
      return found.rows.length > 0;
    },
    left: weatherFor(options.intents),
  };
  const count = async (condition: string) => {
    const { rows } = await database.pool.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM symbol_runs r JOIN executions e ON e.id = r.execution_id WHERE e.approval = 'auto' AND ${condition}`,
    );
    return rows[0]?.count ?? 0;
  };
  const state = async () => ({
    runs: await database.pool
      .query("SELECT symbol, status, error FROM symbol_runs WHERE status IN ('queued', 'running', 'working')")
      .then(({ rows }) => rows),
    orders: await database.pool
      .query(
        "SELECT symbol, leg, attempt, status FROM orders WHERE status IN ('INITIALIZED', 'SUBMITTING', 'UNKNOWN')",
      )
      .then(({ rows }) => rows),
  });
  try {
    await manySmallOrders(machines.desk().url);
    for (let from = 0; from < symbols.length; from += CHUNK) {
      const chunk = symbols.slice(from, from + CHUNK);
      await startRuns(storm, chunk);
      // The next ones come while these are still at work.
      while ((await count("r.status IN ('queued', 'running')")) > CHUNK / 2) await gust(storm);
    }
    while ((await count("r.status IN ('queued', 'running')")) > 0) await gust(storm);

    const calm = performance.now();
    await barriers.remove();
    await machines.broker.clearFaults();
    await machines.broker.logInAgain();
    await resume(storm);
    const inTheAir =
      "SELECT 1 FROM orders WHERE status IN ('SUBMITTING', 'UNKNOWN') UNION ALL SELECT 1 FROM symbol_runs r JOIN executions e ON e.id = r.execution_id WHERE e.approval = 'auto' AND r.status IN ('queued', 'running')";
    await until(
      "nothing is in the air",
      async () => ((await database.pool.query(inTheAir)).rows.length === 0 ? true : null),
      { ms: CALM_MS, state },
    );
    // The next session ends every entry: filled, or expired with its day.
    await callDesk(machines.desk().url, "POST", "/api/market/next", { sessions: 1 });
    await until("every thread has ended", async () => ((await count(GOING_ON)) === 0 ? true : null), {
      ms: CALM_MS,
      state,
    });
    const findings = await inspect(database.pool, await machines.broker.orders());
    const times = { seconds: secondsSince(began), calming: secondsSince(calm) };
    return {
      ...findings,
      ...report,
      ...times,
      restarting: Math.round(report.restarting),
      seed: options.seed,
    };
  } finally {
    await machines.end();
    await database.close();
  }
}

const secondsSince = (moment: number) => Math.round((performance.now() - moment) / 1000);

function weatherFor(intents: number): Soak["left"] {
  return { kills: Math.ceil(intents / 8), faults: Math.ceil(intents / 2), halts: Math.ceil(intents / 20) };
}

/** One moment of the storm. */
async function gust(storm: Soak): Promise<void> {
  const { chance, machines, barriers, report, left } = storm;
  await pause(chance.between(100, 900));
  await machines.broker.logInAgain();
  const standing = await barriers.standing();
  if (standing.length > 0) {
    // Whoever stands there is one of the two; the one that was not killed goes on as if nothing had been.
    await kill(storm, chance.pick(["desk", "worker", "both"] as const));
    report.placed += standing.length;
    for (const symbol of standing) await barriers.cut(symbol);
    return;
  }
  if (chance.below(0.1) && left.kills-- > 0)
    await kill(storm, chance.pick(["desk", "worker", "both"] as const));
  if (chance.below(0.35) && left.faults-- > 0) {
    const fault = chance.pick(FAULTS);
    report.faults[fault.kind] = (report.faults[fault.kind] ?? 0) + 1;
    await machines.broker.addFault({ ...fault, skip: chance.below(0.5) ? 1 : 0 });
  }
  if (chance.below(0.04) && left.halts-- > 0) {
    report.halts += 1;
    await halt(storm);
    await resume(storm);
  }
}

/** A halt waits for whoever is about to send; one that stands at a place of ours is killed there, or both would wait. */
async function halt(storm: Soak): Promise<void> {
  let answered = false;
  const halting = withDesk(storm, (url) =>
    callDesk(url, "POST", "/api/trading-state/halt", { reason: "soak" }),
  ).finally(() => {
    answered = true;
  });
  while (!answered) {
    await Promise.race([halting.catch(() => undefined), pause(500)]);
    for (const symbol of answered ? [] : await storm.barriers.standing()) {
      storm.report.placed += 1;
      await kill(storm, "worker");
      await storm.barriers.cut(symbol);
    }
  }
  await halting;
}

async function kill(storm: Soak, which: "desk" | "worker" | "both"): Promise<void> {
  const began = performance.now();
  storm.report.kills += which === "both" ? 2 : 1;
  await storm.machines.kill(which);
  storm.report.restarting += (performance.now() - began) / 1000;
}

const resume = (storm: Soak) =>
  withDesk(storm, (url) => callDesk(url, "POST", "/api/trading-state/resume", { reason: "soak" }));

/** Asked again only when the lost answer's request did not take effect. */
async function startRuns(storm: Soak, symbols: readonly string[]): Promise<void> {
  await withDesk(storm, async (url) => {
    if (await storm.started(symbols)) return;
    await callDesk(url, "POST", "/api/executions", { symbols, approval: "auto" });
  });
}

/** A person who asks again, and logs in again where that is what the desk says: the broker's faults hit them as well. */
async function withDesk(storm: Soak, call: (url: string) => Promise<unknown>): Promise<void> {
  for (let left = TRIES; ; left -= 1) {
    try {
      await call(storm.machines.desk().url);
      return;
    } catch (error) {
      if (left <= 1) throw error;
      await storm.machines.broker.logInAgain();
      await pause(1_000);
    }
  }
}
