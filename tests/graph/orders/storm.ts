// A storm on the order path: seeded crashes at every named point, lost answers, refused children, dead sessions, double
// clicks, halts. What the simulator holds at the end is compared with what was countersigned and with our rows.

import { halt, resume } from "#graph/orders/halt.ts";
import { reconcile } from "#graph/orders/reconcile.ts";
import { submitOrder } from "#graph/orders/submit.ts";
import { trackOrders } from "#graph/orders/track.ts";
import { ORDER_STEPS, type OrderDeps, type OrderStep, type SubmitRequest } from "#graph/orders/types.ts";
import type { Database } from "#store/database.ts";
import { DeskError, InvariantError } from "#store/model/errors.ts";
import { isTerminal } from "#store/model/order.ts";
import { setSymbolRunStatus } from "#store/runs/symbol-runs.ts";
import { ordersOfRun } from "#store/trading/orders.ts";
import type { FaultKind } from "#tools/simulator/index.ts";
import type { BarText } from "../../tools/simulator/rig.ts";
import { orderRig, type Rig } from "./rig.ts";

export type StormReport = {
  intents: number;
  crashes: number;
  faults: number;
  /** Parents that the broker ever took. */
  taken: number;
  /** Runs with more than one parent at the broker. */
  duplicates: string[];
  /** Orders at the broker that no countersigned row of ours stands for. */
  uncountersigned: string[];
  /** Rows of ours that are neither at an end nor working at the broker. */
  lost: string[];
  /** Rows whose status, quantity or fills differ from the broker's. */
  different: string[];
};

const SYMBOLS = ["AAPL", "MSFT", "NVDA", "TSLA", "AMZN"];
const FAULTS: readonly FaultKind[] = [
  "hang",
  "drop",
  "unavailable",
  "html",
  "hang_after",
  "drop_after",
  "unavailable_after",
  "reject_child",
  "stale_question",
  "bridge_loss",
];
const PATHS = ["/orders", "/reply", "/account/orders", "/trades"];

class Crash extends Error {}
type Chance = { next(): number; below(share: number): boolean; pick<Item>(from: readonly Item[]): Item };

/** @param of.intents countersigned orders to send; the same seed gives the same storm */
export async function orderStorm(
  database: Database,
  of: { intents: number; seed: number },
): Promise<StormReport> {
  const chance = chanceOf(of.seed);
  const rounds = Math.ceil(of.intents / SYMBOLS.length);
  const walks = Object.fromEntries(SYMBOLS.map((symbol) => [symbol, walk(chance, rounds + 2)]));
  const { AAPL: bars = [], ...more } = walks;
  const rig = await orderRig(database, {
    bars,
    more,
    settings: { cash: 10_000_000, session: { relogin: "automatic" } },
  });
  const report: StormReport = {
    intents: 0,
    crashes: 0,
    faults: 0,
    taken: 0,
    duplicates: [],
    uncountersigned: [],
    lost: [],
    different: [],
  };
  const requests: SubmitRequest[] = [];
  for (let round = 0; report.intents < of.intents; round += 1) {
    for (const symbol of SYMBOLS) {
      if (report.intents >= of.intents) break;
      requests.push(await oneIntent(rig, { symbol, chance, report, close: closeOf(walks[symbol], round) }));
    }
    rig.simulator.next();
    rig.clock.advance(60_000);
    await calm(rig, () => trackOrders(rig.restarted()));
  }
  rig.simulator.faults.clear();
  rig.clock.advance(120_000);
  await reconcile(rig.restarted());
  await inspect(rig, requests, report);
  return report;
}

async function oneIntent(
  rig: Rig,
  of: { symbol: string; chance: Chance; report: StormReport; close: number },
): Promise<SubmitRequest> {
  const { chance, report, close } = of;
  const at = (share: number) => (close * share).toFixed(2);
  rig.simulator.faults.clear();
  const request = await rig.countersigned({
    symbol: of.symbol,
    price: close.toFixed(2),
    stop: at(0.96),
    target: at(1.06),
    limits: {
      riskPerTrade: "0.0001",
      maxPositionValue: "1",
      maxConcentration: "4",
      maxOrdersPerDay: 10_000,
      maxDailyLoss: "1",
      maxWeeklyLoss: "1",
      cooldownSessions: 0,
      allowAdd: true,
      minStopAtr: "0.1",
    },
  });
  report.intents += 1;
  await setSymbolRunStatus(rig.database.db, { id: request.symbolRunId, status: "working" });
  if (chance.below(0.6)) {
    report.faults += 1;
    rig.simulator.faults.add({
      kind: chance.pick(FAULTS),
      path: chance.pick(PATHS),
      skip: chance.below(0.5) ? 1 : 0,
    });
  }
  const clicks = chance.below(0.2) ? 2 : 1;
  await Promise.all(Array.from({ length: clicks }, () => attempt(rig, request, { chance, report })));
  if (chance.below(0.05)) await haltAndResume(rig);
  // Somebody takes it over until the rows say that it is settled.
  for (let tries = 0; tries < 6 && (await unsettled(rig, request)); tries += 1) {
    rig.clock.advance(31_000);
    if (chance.below(0.5)) await calm(rig, () => trackOrders(rig.restarted()));
    await attempt(rig, request, { chance, report });
  }
  rig.simulator.faults.clear();
  rig.clock.advance(31_000);
  await calm(rig, () => trackOrders(rig.restarted()));
  return request;
}

/** One worker's try; it may die at any named point. */
async function attempt(
  rig: Rig,
  request: SubmitRequest,
  of: { chance: Chance; report: StormReport },
): Promise<void> {
  const { chance, report } = of;
  const deadly = chance.below(0.4) ? chance.pick(ORDER_STEPS) : null;
  const deps: OrderDeps = rig.restarted((step: OrderStep) => {
    if (step !== deadly) return;
    report.crashes += 1;
    throw new Crash(step);
  });
  await calm(rig, () => submitOrder(deps, request));
}

async function haltAndResume(rig: Rig): Promise<void> {
  await calm(rig, () =>
    halt(rig.restarted(), { state: "HALTED", reason: "storm", who: "storm", cancelOpen: true }),
  );
  await resume(rig.deps, { reason: "over", who: "storm" });
}

/** Expected failures are the storm; a broken invariant is not one of them, except where two workers race for a row. */
async function calm(_rig: Rig, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const raced = error instanceof InvariantError && /cannot take/.test(error.message);
    if (
      !(error instanceof Crash || (error instanceof DeskError && !(error instanceof InvariantError)) || raced)
    )
      throw error;
  }
}

async function unsettled(rig: Rig, request: SubmitRequest): Promise<boolean> {
  const rows = await ordersOfRun(rig.database.db, request.symbolRunId);
  return (
    rows.length === 0 || rows.some((row) => ["INITIALIZED", "SUBMITTING", "UNKNOWN"].includes(row.status))
  );
}

async function inspect(rig: Rig, requests: readonly SubmitRequest[], report: StormReport): Promise<void> {
  const { db } = rig.database;
  const atBroker = rig.simulator.orders();
  const parents = atBroker.filter((order) => order.clientId !== null);
  report.taken = parents.length;
  const known = new Map<string, string>();
  for (const { symbolRunId } of requests) {
    const rows = await ordersOfRun(db, symbolRunId);
    const entries = rows.filter((row) => row.leg === "entry");
    for (const row of rows) if (row.clientOrderId !== null) known.set(row.clientOrderId, symbolRunId);
    const taken = parents.filter((order) => entries.some((row) => row.clientOrderId === order.clientId));
    if (taken.length > 1) report.duplicates.push(symbolRunId);
    for (const row of rows) {
      const there = atBroker.find((order) => String(order.id) === row.brokerOrderId);
      const settled = isTerminal(row.status) || there !== undefined;
      if (!settled || entries.length === 0) report.lost.push(`${row.leg} ${row.status}`);
      if (there === undefined) continue;
      const ended = ["Filled", "Cancelled", "Inactive"].includes(there.status);
      const same =
        Number(row.filledQuantity) === there.filled &&
        (Number(row.quantity) === there.quantity || row.parentOrderId !== null) &&
        ended === isTerminal(row.status) &&
        (there.status === "Filled") === (row.status === "FILLED");
      if (!same)
        report.different.push(
          `${row.leg}: ${row.status} ${row.filledQuantity}, broker ${there.status} ${there.filled}`,
        );
    }
  }
  for (const order of parents)
    if (!known.has(order.clientId ?? "")) report.uncountersigned.push(String(order.clientId));
}

/** Sessions that move a little, so that some entries fill, some expire, and brackets end both ways. */
function walk(chance: Chance, length: number): BarText[] {
  let last = 100;
  return Array.from({ length }, (): BarText => {
    const open = round(last * (1 + (chance.next() - 0.5) * 0.03));
    const close = round(open * (1 + (chance.next() - 0.5) * 0.06));
    const high = round(Math.max(open, close) * (1 + chance.next() * 0.01));
    const low = round(Math.min(open, close) * (1 - chance.next() * 0.01));
    last = close;
    return [open, high, low, close, chance.below(0.2) ? 1_500 : 1_000_000];
  });
}

function closeOf(bars: readonly BarText[] | undefined, round: number): number {
  return round === 0 ? 100 : (bars?.[round - 1]?.[3] ?? 100);
}

const round = (value: number) => Math.round(value * 100) / 100;

/** Mulberry32. */
function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    below: (share) => next() < share,
    pick: (from) => {
      const one = from[Math.floor(next() * from.length)];
      if (one === undefined) throw new Error("nothing to pick from");
      return one;
    },
  };
}
