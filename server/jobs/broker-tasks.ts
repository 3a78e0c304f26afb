// What the desk asks the broker on its own: tickle, orders in hand, reconciliation; and its own clean-up.
import type { Desk } from "#graph/desk.ts";
import { type GatewayRegistry, MAIN_SESSION } from "#graph/gateway.ts";
import { refreshPortfolio } from "#graph/orders/portfolio.ts";
import { reconcile } from "#graph/orders/reconcile.ts";
import { trackOrders } from "#graph/orders/track.ts";
import type { OrderDeps } from "#graph/orders/types.ts";
import type { Database } from "#store/database.ts";
import { pruneKeys } from "#store/idempotency.ts";
import { pruneLiveEvents } from "#store/live-events.ts";
import { toErrorRecord } from "#store/model/errors.ts";
import type { SymbolRunId } from "#store/model/ids.ts";
import { sessionsInDoubt } from "#store/trading/orders.ts";
import type { Clock } from "#tools/clock.ts";
import type { IbkrClient } from "#tools/ibkr/client.ts";
import type { Sensors } from "../gateway/sensors.ts";
import type { QueueLog, SymbolRunQueue } from "./queue.ts";
import type { WatchTask } from "./watch.ts";

export type BrokerTaskParts = {
  database: Database;
  gateways: GatewayRegistry;
  /** The main session's client, also while its gateway is down. */
  mainClient(): Promise<Pick<IbkrClient, "keepAlive">>;
  sensors: Pick<Sensors, "look">;
  desk: Desk;
  queue: SymbolRunQueue;
  clock: Clock;
  log: QueueLog;
  /** Told after each reconciliation: null, or why it failed. */
  reconciled(failure: string | null): Promise<void>;
  /** Whether the books were compared: before that not even a missing stop is sent. */
  compared(): Promise<boolean>;
};

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** A round that the end of the desk broke off says nothing about the broker. */
async function reconcileTold<Result>(
  parts: BrokerTaskParts,
  round: () => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  try {
    const result = await round();
    await parts.reconciled(null);
    return result;
  } catch (error) {
    if (!signal.aborted) await parts.reconciled(toErrorRecord(error).message);
    throw error;
  }
}

export function brokerTasks(parts: BrokerTaskParts): WatchTask[] {
  const { database, gateways, desk, queue, clock, log } = parts;
  const order = async (): Promise<OrderDeps> => ({
    database,
    clock,
    gateway: await gateways.open(MAIN_SESSION),
  });
  const goOn = (runs: readonly SymbolRunId[]) => queue.enqueue(database.db, runs);

  return [
    {
      name: "tickle",
      everyMs: MINUTE,
      run: async (signal) => {
        // Not through `open`, which wants a ready session: a lost one is what this looks for.
        await (await parts.mainClient()).keepAlive(signal);
      },
    },
    {
      name: "sensors",
      everyMs: 15 * SECOND,
      run: async (signal) => {
        await parts.sensors.look(signal);
      },
    },
    {
      name: "track",
      everyMs: 5 * SECOND,
      run: async (signal) => {
        const deps = await order();
        // Also without working orders, when it asks the broker nothing: it finds runs whose wake-up was lost.
        const tracked = await trackOrders(deps, signal, { mayProtect: await parts.compared() });
        await goOn(tracked.finishedRuns);
        if (tracked.fills > 0) await refreshPortfolio(deps, signal);
      },
    },
    {
      // A replay's market stands still, so only what was in the air when a process died needs looking up.
      name: "replays in doubt",
      everyMs: 15 * SECOND,
      run: async (signal) => {
        for (const session of await sessionsInDoubt(database.db)) {
          if (session === MAIN_SESSION) continue;
          const gateway = await gateways.open(session);
          await goOn((await trackOrders({ database, clock, gateway }, signal)).finishedRuns);
        }
      },
    },
    {
      // Positions and account figures also move without a fill of ours: prices, fees, trades by hand.
      name: "portfolio",
      everyMs: MINUTE,
      run: async (signal) => refreshPortfolio(await order(), signal),
    },
    {
      name: "reconcile",
      everyMs: 5 * MINUTE,
      run: async (signal) => {
        const result = await reconcileTold(parts, async () => reconcile(await order(), signal), signal);
        await goOn(result.finishedRuns);
        for (const mismatch of result.mismatches) log({ ...mismatch }, "the desk and the broker disagree");
      },
    },
    {
      name: "expire approvals",
      everyMs: 15 * SECOND,
      run: async () => {
        await desk.expireApprovals();
      },
    },
    {
      name: "prune checkpoints",
      everyMs: 10 * MINUTE,
      run: async () => {
        await desk.pruneCheckpoints();
      },
    },
    {
      name: "forget what was told and asked",
      everyMs: 10 * MINUTE,
      run: async () => {
        await Promise.all([pruneLiveEvents(database.db), pruneKeys(database.db)]);
      },
    },
  ];
}
