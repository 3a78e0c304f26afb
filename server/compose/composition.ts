// Where all concretes meet: database, objects, gateways, models, queue, desk and pages become one running desk.
// Effects: everything. Parts are closed in the opposite order of their opening, also when the start fails midway.
import { createDesk } from "#graph/create-desk.ts";
import { DEFAULT_DESK_SETTINGS, type Desk } from "#graph/desk.ts";
import type { Database } from "#store/database.ts";
import type { ExecutionId, Instant, Ticker } from "#store/model/ids.ts";
import { AGENT_STAGES } from "#store/model/run.ts";
import { tradeOutcomes } from "#store/results/trades.ts";
import { listExecutions } from "#store/runs/executions.ts";
import { prepareFonts } from "#tools/charts/fonts.ts";
import type { Config } from "../config/config.ts";
import { settingsInForce } from "../config/settings-in-force.ts";
import { dataFolderCheck, modelCheck, refusedMarketData } from "../doctor/own-parts.ts";
import { gatewayAlerts } from "../gateway/alerts.ts";
import { sharedOrderLock } from "../gateway/order-lock.ts";
import { createSensors, marketCheck } from "../gateway/sensors.ts";
import { resultsOfStage } from "../http/api/prompts/results.ts";
import { createApp } from "../http/app.tsx";
import type { DeskDescription } from "../http/deps.ts";
import { brokerTasks } from "../jobs/broker-tasks.ts";
import { firstResultsTask } from "../jobs/first-results.ts";
import { losingTradesTask } from "../jobs/losing-trades.ts";
import { openQueue, type SymbolRunQueue } from "../jobs/queue.ts";
import { leavingReplays } from "../jobs/replays-at-home.ts";
import { scheduleTask } from "../jobs/schedules.ts";
import { startWatch } from "../jobs/watch.ts";
import { openBroker, openMarket } from "./broker.ts";
import { Closers } from "./closers.ts";
import { adminToken, announceDesk, openDataFolder, withdrawDesk } from "./data-folder.ts";
import { ownDatabase } from "./database.ts";
import { prepareFirstStart } from "./first-start.ts";
import { type Gateways, openGateways } from "./gateways.ts";
import type { DeskFetch } from "./http-server.ts";
import { openLog } from "./log.ts";
import { composeModels, describeModels } from "./models.ts";
import { openObjects } from "./objects.ts";
import { reconciledFirst } from "./reconciled-first.ts";
import { openSimulators } from "./simulators.ts";
import { newId, newToken, systemClock } from "./system-clock.ts";

export const VERSION = "0.1.0";

export type ComposeOptions = {
  /** Take jobs from the queue. */
  workers: boolean;
  /** A further machine: no pages, no recurring work, no claim on the data folder. */
  workerOnly?: boolean;
  /** Address that the pages are served at; absent in a process that does not listen. */
  serveAt?: string;
  /** Told in a line what takes long or was refused. */
  tell(line: string): void;
  /** Aborted by Ctrl-C: a start under way goes no further. */
  signal?: AbortSignal;
};

export type Composition = {
  fetch: DeskFetch;
  token: string;
  /** True when the token was made by this start: to be shown once. */
  freshToken: boolean;
  tokenPlace: string;
  desk: Desk;
  database: Database;
  queue: SymbolRunQueue;
  gateways: Gateways;
  describe(): DeskDescription;
  /** Writes where this desk is reached. */
  announce(url: string): void;
  /** Starts the very first execution of a new desk on the simulator; null when there was one before. */
  firstExecution(): Promise<{ executionId: ExecutionId; symbols: readonly Ticker[] } | null>;
  close(): Promise<void>;
};

/** Milliseconds that work in hand is given to park itself at the end. */
const STOP_MS = 10_000;

/** @throws InputError, ConflictError, UnavailableError with one clear message; what was opened is closed again. */
export async function compose(config: Config, options: ComposeOptions): Promise<Composition> {
  const closers = new Closers();
  try {
    return await composeWith(config, options, closers);
  } catch (error) {
    // What did not close cleanly follows from the failure, which is the thing to tell.
    await closers.close().catch(() => undefined);
    throw error;
  }
}

async function composeWith(config: Config, options: ComposeOptions, closers: Closers): Promise<Composition> {
  const folder = openDataFolder(config.dataDir);
  const log = openLog(folder.log);
  closers.add(() => log.flush());
  const warn = (facts: Readonly<Record<string, unknown>>, message: string) => log.logger.warn(facts, message);

  const opened = await ownDatabase(
    { config, folder, tell: options.tell, warn, closers },
    options.workerOnly !== true,
  );
  options.signal?.throwIfAborted();
  const { database } = opened;
  const objects = await openObjects(config, folder);
  prepareFonts(folder.cache);
  const models = composeModels(config);

  const simulators = await openSimulators({
    marketDataDir: config.marketDataDir,
    stateDir: folder.gateway,
    ...(config.market.start === undefined ? {} : { start: config.market.start }),
    clock: systemClock,
  });
  for (const fault of simulators.faults) options.tell(`market data: ${fault.message}`);
  const alerts = gatewayAlerts(database, warn);
  closers.add(() => alerts.settled());
  const gateways = openGateways({
    config,
    simulators,
    clock: systemClock,
    sharedLedger: opened.pacingLedger,
    sharedOrderLock: (gateway) => sharedOrderLock(database, gateway),
    processName: newId(),
    alerts,
  });
  closers.add(() => gateways.close());

  const { parallelism } = config.worker;
  const queue = await openQueue(database.url, { parallelism, retry: config.retry }, warn);
  closers.add(() => queue.stop(STOP_MS));
  const first = reconciledFirst({
    db: database.db,
    now: () => systemClock.now(),
    // A further worker leaves that to the desk whose work it shares.
    ...(options.workerOnly === true ? {} : { reconcile: () => watch.now("reconcile") }),
  });
  const desk = createDesk({
    database,
    objects,
    gateways,
    mayTrade: first.mayTrade,
    models,
    clock: systemClock,
    newId,
    enqueue: queue.enqueue,
    settings: {
      ...DEFAULT_DESK_SETTINGS,
      mode: config.mode,
      approvalDriftBand: config.approval.driftBand,
      approvalExpiryHours: config.approval.expiryHours,
      maxMissingSessions: config.market.maxMissingSessions,
      nodeDeadlineMs: nodeDeadline(config),
    },
  });
  await prepareFirstStart(database.db, newId);

  options.signal?.throwIfAborted();
  const { token, fresh, place, keep } = adminToken(config.dataDir, config.adminToken, newToken);
  const mainKind = await gateways.mainKind;
  const parts = { config, gateways, simulators, kind: mainKind, database, clock: systemClock };
  const broker = await openBroker(parts);
  // A reading that a loaded machine or a lost session broke off is taken again: the answer must show what the move did.
  const readBack = async () => {
    for (let tries = 0; tries < 3 && !(await watch.now("track")); tries += 1);
    await watch.now("portfolio");
    await watch.now("losing trades");
    // What fell due in between starts at this session and not at the next one.
    await watch.now("schedules");
  };
  // A schedule that nobody has looked at yet begins at the time that is left, not at the one that is moved to.
  const beforeMove = async () => {
    await watch.now("schedules");
  };
  const market = openMarket({ ...parts, beforeMove, afterMove: readBack });
  const { health } = await gateways.mainClient();
  const sensors = createSensors({
    // Also while the session is not ready: the clock needs none.
    now: mainKind === "ibkr" ? async () => systemClock.now() : (gateways.remote?.now ?? broker.port.now),
    health,
    onEvent: (event) => log.logger.info({ ...event }, "sensor"),
  });
  const recurring = brokerTasks({
    database,
    gateways,
    desk,
    queue,
    clock: systemClock,
    log: warn,
    reconciled: first.told,
    compared: first.compared,
    mainClient: gateways.mainClient,
    sensors,
  });
  const schedules = scheduleTask({
    database,
    desk,
    gateways: gateways,
    log: (facts, message) => log.logger.info(facts, message),
  });
  const losses = losingTradesTask({
    database,
    account: () => broker.port.accountId,
    limit: config.alerts.losingTrades,
  });
  const results = firstResultsTask({
    account: () => broker.port.accountId,
    work: [
      (accountId) => tradeOutcomes(database.db, accountId),
      ...AGENT_STAGES.map(
        (stage) => () => resultsOfStage({ database, clock: systemClock, log: log.logger }, stage),
      ),
    ],
  });
  const watch = startWatch(
    options.workerOnly === true ? [] : [...recurring, losses, schedules, ...market.tasks, results],
    warn,
  );
  closers.add(() => watch.stop());

  const describe = (): DeskDescription => ({
    version: VERSION,
    mode: config.mode,
    database: opened.description,
    broker: broker.describe(),
    model: describeModels(config, models),
    modelOffline: config.model === null,
    artifacts: objects.describe(),
    address: options.serveAt ?? "not served",
    // Every page asks for a description; only one shows the settings.
    get settings() {
      return settingsInForce(config);
    },
    notices: config.notices,
  });

  const ending = new AbortController();
  const app = await createApp({
    database,
    objects,
    desk,
    broker: broker.port,
    market: market.control,
    describe,
    checks: [
      first.check,
      async () => queueCheck(queue),
      async () => marketCheck(sensors.reading()),
      ...simulators.faults.map((fault) => async () => refusedMarketData(fault)),
      async () => modelCheck(config, models),
      async () => dataFolderCheck(config.dataDir, systemClock),
    ],
    auth: { token, ...config.web },
    cacheDir: folder.cache,
    clock: systemClock,
    newId,
    log: log.logger,
    signal: ending.signal,
  });
  closers.add(() => app.close());
  closers.add(async () => ending.abort());

  options.signal?.throwIfAborted();
  void watch.now("sensors");
  // Not awaited: a gateway that is down keeps no one from the pages. Orders wait for it (reconciled-first.ts).
  void watch.now("reconcile").then(() => watch.now("portfolio"));
  if (options.workers) {
    await queue.work(options.workerOnly === true ? leavingReplays(database, desk) : desk.advance);
    await desk.requeueUnfinished();
  }
  return {
    fetch: app.fetch as DeskFetch,
    token,
    freshToken: fresh,
    tokenPlace: place,
    desk,
    database,
    queue,
    gateways,
    describe,
    announce: (url) => {
      // Only now: a token of a start that failed would never have been shown to anyone.
      keep();
      announceDesk(config.dataDir, { pid: process.pid, url, startedAt: systemClock.now().toISOString() });
      closers.add(async () => withdrawDesk(config.dataDir));
    },
    firstExecution: () => firstExecution(database, desk, mainKind),
    close: () => closers.close(),
  };
}

/**
 * Milliseconds for one pass of a node: enough for two model questions with all their retries and waits, so that a slow
 * model ends by its own deadline and is told as what it is.
 */
function nodeDeadline({ models }: Config): number {
  const question = models.timeoutMs * (1 + models.maxRetries);
  return Math.max(DEFAULT_DESK_SETTINGS.nodeDeadlineMs, 2 * question + 60_000);
}

async function firstExecution(database: Database, desk: Desk, kind: "ibkr" | "simulator") {
  if (kind !== "simulator") return null;
  const { rows } = await listExecutions(database.db, { limit: 1 });
  if (rows.length > 0) return null;
  const { executionId } = await desk.startExecution({});
  const { rows: started } = await listExecutions(database.db, { limit: 1 });
  return { executionId, symbols: started[0]?.parameters.symbols ?? [] };
}

async function queueCheck(queue: SymbolRunQueue) {
  const { queued, active } = await queue.depth();
  const provenAt = systemClock.now().toISOString() as Instant;
  return { name: "queue", state: "ok" as const, detail: `${active} running, ${queued} waiting`, provenAt };
}
