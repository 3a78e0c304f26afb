// Every part that a desk would need, looked at without starting one: no run is advanced, no order touched.
// Effects: starts the embedded database if none runs (and stops it again), migrates it; network.
import { toErrorRecord } from "#store/model/errors.ts";
import type { Instant } from "#store/model/ids.ts";
import { memoryLedger } from "#tools/ibkr/pacing/memory.ts";
import { Closers } from "../compose/closers.ts";
import { type DataFolder, openDataFolder } from "../compose/data-folder.ts";
import { type DeskDatabase, openDeskDatabase } from "../compose/database.ts";
import { composeModels } from "../compose/models.ts";
import { openObjects } from "../compose/objects.ts";
import { openSimulators } from "../compose/simulators.ts";
import { newId, systemClock } from "../compose/system-clock.ts";
import type { Config } from "../config/config.ts";
import { gatewayKey } from "../gateway/client.ts";
import { sharedOrderLock } from "../gateway/order-lock.ts";
import { type DoctorCheck, type GatewayParts, lookAtGateway } from "./gateway-look.ts";
import { modelCheck, refusedMarketData } from "./own-parts.ts";

export type LookAround = { config: Config; tell(line: string): void; signal: AbortSignal };

/** The order is the one in which a person should read them. */
export async function lookAround(of: LookAround): Promise<DoctorCheck[]> {
  return withDatabase(of, async ({ folder, database, faults }) => {
    const artifacts = await proven("artifacts", async () =>
      folder === null ? null : (await openObjects(of.config, folder)).describe(),
    );
    return [
      ...(await brokerChecks(of, database)),
      ...faults,
      artifacts,
      modelCheck(of.config, composeModels(of.config)),
    ];
  });
}

/** What reaches the configured gateway with the budget and the lock that all processes share, if they can be had. */
export function gatewayParts(
  { config, signal }: LookAround,
  gatewayUrl: string,
  database: DeskDatabase | null,
): GatewayParts {
  const key = gatewayKey(gatewayUrl);
  return {
    config: { ...config, gatewayUrl },
    clock: systemClock,
    ledger: database?.pacingLedger(key) ?? memoryLedger(systemClock),
    processName: newId(),
    signal,
    ...(database === null ? {} : { orderLock: sharedOrderLock(database.database, key) }),
  };
}

export type Opened = {
  folder: DataFolder | null;
  database: DeskDatabase | null;
  /** How opening them went. */
  faults: DoctorCheck[];
};

/** Runs `body` with the desk's database, or with null where it cannot be had. */
export async function withDatabase<Out>(
  { config, tell }: LookAround,
  body: (opened: Opened) => Promise<Out>,
): Promise<Out> {
  const closers = new Closers();
  try {
    let folder: DataFolder | null = null;
    let database: DeskDatabase | null = null;
    const data = await proven("data folder", async () => {
      folder = openDataFolder(config.dataDir);
      return config.dataDir;
    });
    const store = await proven("database", async () => {
      if (folder === null) return null;
      database = await openDeskDatabase({ config, folder, tell, warn: () => undefined, closers });
      return database.description;
    });
    return await body({ folder, database, faults: [data, store] });
  } finally {
    await closers.close().catch((error: unknown) => tell(toErrorRecord(error).message));
  }
}

async function brokerChecks(of: LookAround, database: DeskDatabase | null): Promise<DoctorCheck[]> {
  const { gatewayUrl } = of.config;
  if (gatewayUrl !== null) {
    return lookAtGateway(gatewayParts(of, gatewayUrl, database)).catch((error: unknown) => [
      failed("broker", error),
    ]);
  }
  let refused: DoctorCheck[] = [];
  const market = await proven("broker", async () => {
    const { faults, barSource } = await openSimulators({
      marketDataDir: of.config.marketDataDir,
      stateDir: of.config.dataDir,
      ...(of.config.market.start === undefined ? {} : { start: of.config.market.start }),
      clock: systemClock,
    });
    refused = faults.map(refusedMarketData);
    return `built-in gateway simulator (${barSource}); no IBKR_GATEWAY_URL is set`;
  });
  return [market, ...refused];
}

/** `prove` returning null: it could not be looked at, because something before it failed. */
async function proven(name: string, prove: () => Promise<string | null>): Promise<DoctorCheck> {
  try {
    const detail = await prove();
    if (detail === null)
      return {
        name,
        state: "degraded",
        detail: "not looked at without the data folder",
        todo: null,
        provenAt: null,
      };
    const provenAt = systemClock.now().toISOString() as Instant;
    return { name, state: "ok", detail, todo: null, provenAt };
  } catch (error) {
    return failed(name, error);
  }
}

function failed(name: string, error: unknown): DoctorCheck {
  return { name, state: "down", detail: toErrorRecord(error).message, todo: null, provenAt: null };
}
