// A simulator with a client on it, in process or over HTTPS, as the acceptance cases want it.
import { clientOrderId, type ExecutionId, type SessionDate, type Ticker } from "#store/model/ids.ts";
import { autoTime } from "#tests/tools/ibkr/auto-time.ts";
import type { AcceptanceBench, AcceptanceCase } from "#tools/ibkr/acceptance/bench.ts";
import type { IbkrClient } from "#tools/ibkr/client.ts";
import { createIbkrClient } from "#tools/ibkr/create-client.ts";
import { memoryPacing } from "#tools/ibkr/pacing/memory.ts";
import { httpTransport } from "#tools/ibkr/transport/http.ts";
import { inProcessTransport } from "#tools/ibkr/transport/in-process.ts";
import type { GatewayTransport } from "#tools/ibkr/transport/transport.ts";
import {
  createSimulator,
  loadMarketData,
  type SettingsOverride,
  type Simulator,
} from "#tools/simulator/index.ts";
import { serveSimulator } from "#tools/simulator/serve/serve.ts";

export type TransportKind = "in-process" | "https";
export type SimulatedBench = AcceptanceBench & {
  simulator: Simulator;
  /** Calls that still wait for their turn. */
  waiting(): number;
  close(): Promise<void>;
};

const START = "2017-12-15" as SessionDate;
const EXECUTION = "5a0ec5f4-2f5a-4f0e-9a53-0c1f6f5b7a99" as ExecutionId;
const market = loadMarketData({}).then((loaded) => loaded.market);

export async function simulatedBench(
  kind: TransportKind,
  of: Pick<AcceptanceCase, "simulator" | "impatient"> = {},
): Promise<SimulatedBench> {
  const time = autoTime();
  const simulator = createSimulator({
    market: await market,
    accountId: "DU1000001",
    clock: time.clock,
    start: START,
    ...(of.simulator === undefined ? {} : { settings: of.simulator as SettingsOverride }),
  });
  const { transport, close } = await connect(kind, simulator);
  const pacing = memoryPacing(time.clock, { timer: time.timer });
  const another = (options: Parameters<AcceptanceBench["another"]>[0]): IbkrClient =>
    createIbkrClient({
      transport: time.watched(transport),
      pacing,
      clock: time.clock,
      marketClock: simulator.clock,
      requirePaper: true,
      gatewayKind: "simulator",
      session: "main",
      timing: { sleep: time.sleep, ...(of.impatient === true ? IMPATIENT : {}) },
      ...options,
    });
  let count = 0;
  return {
    simulator,
    client: another({}),
    another,
    symbol: "AAPL" as Ticker,
    clientOrderId: (leg) => {
      count += 1;
      return clientOrderId({
        executionId: EXECUTION,
        symbol: "AAPL" as Ticker,
        leg,
        sessionDate: START,
        attempt: count,
      });
    },
    control: controlOf(simulator, time.sleep),
    wait: time.sleep,
    waiting: () => pacing.status().waiting,
    close,
  };
}

export const IMPATIENT = { readDeadlineMs: 1_000, orderDeadlineMs: 1_000, historyDeadlineMs: 1_000 };

async function connect(
  kind: TransportKind,
  simulator: Simulator,
): Promise<{ transport: GatewayTransport; close(): Promise<void> }> {
  if (kind === "in-process") {
    const transport = inProcessTransport({ fetch: simulator.fetch, address: "simulator" });
    return { transport, close: () => transport.close() };
  }
  // As unfriendly as IBKR's own: self-signed, without a host name, expired; only its pin lets the client in.
  const served = await serveSimulator(simulator, { host: "127.0.0.1", port: 0, tls: true });
  const fingerprints = served.fingerprint256 === null ? [] : [served.fingerprint256];
  const transport = httpTransport({ url: served.url, trust: { fingerprints } });
  return {
    transport,
    close: async () => {
      await transport.close();
      await served.close();
    },
  };
}

function controlOf(simulator: Simulator, sleep: (ms: number) => Promise<void>): AcceptanceBench["control"] {
  return {
    fault: async (rule) => simulator.faults.add(rule as Parameters<Simulator["faults"]["add"]>[0]),
    loseSession: async (how) => simulator.session.lose(how),
    logIn: async () => simulator.session.logIn(),
    next: async (sessions) => void simulator.next(sessions),
    open: async () => void simulator.open(),
    restart: async (of) => simulator.reset(of),
    pass: sleep,
    received: async () =>
      simulator.journal
        .entries()
        .map(({ method, path, query, body }) => ({ call: `${method} ${path}`, query, body })),
    ordersSeen: async () => simulator.orders().length,
    breaches: async () =>
      simulator.journal.entries().filter((entry) => entry.status === 429 && entry.fault === null).length,
  };
}
