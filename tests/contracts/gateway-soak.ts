// Many mixed calls at a misbehaving simulator, by a seed: what happened is counted, so that every order can be accounted for.
import { DeskError } from "#store/model/errors.ts";
import type { BrokerOrderId, ClientOrderId } from "#store/model/ids.ts";
import { dec } from "#store/model/money.ts";
import { bracket, instrumentOf, lastPrice, ticket } from "#tools/ibkr/acceptance/order-steps.ts";
import type { OrderTicket, SubmitOutcome } from "#tools/ibkr/orders/types.ts";
import { type SimulatedBench, simulatedBench } from "./gateway-bench.ts";

export type SoakReport = {
  calls: number;
  faults: Record<string, number>;
  outcomes: Record<string, number>;
  errors: Record<string, number>;
  /** Submissions whose outcome at the broker is not what the client said, by client order id. */
  unaccounted: string[];
  /** Orders that the broker has twice for one client order id. */
  duplicates: string[];
  /** Breaches that no fault caused. */
  breaches: number;
  /** Errors that are no DeskError. */
  unhandled: string[];
  waiting: number;
};

type Soak = {
  bench: SimulatedBench;
  random: () => number;
  report: SoakReport;
  /** What the client said of each submission, and what a look-up said of the open ones. */
  said: Map<ClientOrderId, "live" | "not_live" | "open">;
  known: BrokerOrderId[];
};

const FAULTS = [
  ...["drop", "unavailable", "html", "drop_after", "unavailable_after", "stale_question"],
  ...["reject_child", "advanced_prompt", "session_loss", "bridge_loss", "competing", "too_many"],
  ...["hang", "hang_after"],
];
/** Rare ones: each costs a quarter of an hour of virtual time, or real milliseconds of waiting. */
const RARE = new Set(["too_many", "hang", "hang_after", "session_loss", "competing"]);
const PATHS = ["/orders", "/iserver/reply", "/iserver/account/", "/portfolio", "/marketdata", "/order/"];

export async function soak(of: { calls: number; seed: number }): Promise<SoakReport> {
  const bench = await simulatedBench("in-process", {
    impatient: true,
    simulator: { cash: 50_000_000, orders: { participation: 0.000_05 }, journalLength: 100_000 },
  });
  const report: SoakReport = {
    calls: 0,
    faults: {},
    outcomes: {},
    errors: {},
    unaccounted: [],
    duplicates: [],
    breaches: 0,
    unhandled: [],
    waiting: 0,
  };
  const state: Soak = { bench, random: random(of.seed), report, said: new Map(), known: [] };
  for (report.calls = 1; report.calls <= of.calls; report.calls += 1) {
    if (state.random() < 0.25) arm(state);
    await guarded(state, () => step(state));
    if (state.random() < 0.03 && bench.simulator.view().more) bench.simulator.next();
    if (bench.simulator.session.login() !== "in" || bench.simulator.session.bridge() === "competing")
      bench.simulator.session.logIn();
  }
  bench.simulator.faults.clear();
  await account(state);
  await bench.close();
  return report;
}

function arm({ bench, random: next, report }: Soak): void {
  const kind = FAULTS[Math.floor(next() * FAULTS.length)] ?? "drop";
  if (RARE.has(kind) && next() > 0.08) return;
  const path = PATHS[Math.floor(next() * PATHS.length)];
  report.faults[kind] = (report.faults[kind] ?? 0) + 1;
  bench.simulator.faults.add({
    kind: kind as Parameters<typeof bench.simulator.faults.add>[0]["kind"],
    ...(path === undefined || kind === "stale_question" ? {} : { path }),
  });
}

async function guarded(state: Soak, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof DeskError) {
      state.report.errors[error.code] = (state.report.errors[error.code] ?? 0) + 1;
      return;
    }
    state.report.unhandled.push(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  }
}

async function step(state: Soak): Promise<unknown> {
  const { bench, known, random: next } = state;
  const { client } = bench;
  const one = known[Math.floor(next() * known.length)];
  const dice = next();
  if (dice < 0.4) return submit(state);
  if (dice < 0.5 && one !== undefined) return client.orders.cancel(one);
  if (dice < 0.6 && one !== undefined) return client.orders.status(one);
  if (dice < 0.68) return client.orders.live();
  if (dice < 0.74) return client.orders.trades();
  if (dice < 0.8) return client.positions();
  if (dice < 0.86) return client.summary();
  if (dice < 0.92) return client.quote(await instrumentOf(bench));
  if (dice < 0.95) return client.keepAlive();
  return client.history({ instrument: await instrumentOf(bench), timeframe: "daily", count: 5 });
}

async function submit(state: Soak): Promise<void> {
  // For the day: working orders must not pile up beyond what the broker lists.
  const tickets = (await order(state)).map((one) => ({ ...one, timeInForce: "DAY" as const }));
  const id = tickets[0]?.clientOrderId;
  if (id === undefined) return;
  // Until the client has said something, and when it throws, nothing may be live.
  state.said.set(id, "not_live");
  const outcome = await state.bench.client.orders.submit(tickets);
  state.report.outcomes[outcome.kind] = (state.report.outcomes[outcome.kind] ?? 0) + 1;
  note(state, id, outcome);
}

async function order({ bench, random: next }: Soak): Promise<OrderTicket[]> {
  const dice = next();
  if (dice < 0.3) return bracket(bench, { entry: 0.9 + next() / 10, stop: 0.8, target: 1.2, quantity: "3" });
  if (dice < 0.5) return [await ticket(bench, { quantity: String(1 + Math.floor(next() * 5)) })];
  if (dice < 0.7) return [await ticket(bench, { side: "BUY", stop: 1.05 })];
  const instrument = await instrumentOf(bench);
  const far = dec(await lastPrice(bench, instrument)).gt(0) ? 0.85 + next() / 4 : 1;
  return [await ticket(bench, { limit: far, quantity: next() < 0.1 ? "700" : "2" })];
}

function note({ said, known }: Soak, id: ClientOrderId, outcome: SubmitOutcome): void {
  if (outcome.kind === "accepted") {
    said.set(id, "live");
    for (const placed of outcome.orders) if (placed.brokerOrderId !== null) known.push(placed.brokerOrderId);
  } else said.set(id, outcome.kind === "unknown" ? "open" : "not_live");
}

/** Compares what the client said with what the broker took, and counts what was left behind. */
async function account({ bench, said, report }: Soak): Promise<void> {
  const taken = new Map<string, number>();
  for (const placed of bench.simulator.orders())
    if (placed.clientId !== null) taken.set(placed.clientId, (taken.get(placed.clientId) ?? 0) + 1);
  for (const [id, count] of taken) if (count > 1) report.duplicates.push(id);
  for (const [id, word] of said) {
    if (word === "open") continue;
    if ((word === "live") !== taken.has(id)) report.unaccounted.push(`${id} said ${word}`);
  }
  const answer = await bench.simulator.app.fetch(new Request("http://sim/_sim/journal?entries=false"));
  const journal = (await answer.json()) as { breaches: number };
  const struck = bench.simulator.journal.entries().filter((entry) => entry.fault === "too_many").length;
  report.breaches = journal.breaches - struck;
  // An open outcome of the last day is looked up as the desk does it; older ones have left the broker's lists.
  for (const [id] of [...said].filter(([, word]) => word === "open").slice(-3)) {
    const found = await bench.client.orders.find(id);
    const working = bench.simulator.orders().find((placed) => placed.clientId === id);
    if (working !== undefined && working.filled === 0 && found.order === null && isWorking(working.status))
      report.unaccounted.push(`${id} works at the broker and was not found`);
    if (working === undefined && (found.order !== null || found.fills.length > 0))
      report.unaccounted.push(`${id} was found and is not there`);
  }
  report.waiting = bench.waiting();
}

const isWorking = (status: string) => ["PreSubmitted", "Submitted"].includes(status);

/** Seeded chance (xorshift32). */
function random(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4_294_967_296;
  };
}
