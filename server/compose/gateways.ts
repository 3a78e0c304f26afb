// Which broker a run reaches: the built-in simulator in process, a simulator over HTTP, or IBKR's gateway.
// Effects: network from first use on. The one place where clients, pacing and clocks meet.
import type { Gateway, GatewayRegistry } from "#graph/gateway.ts";
import { MAIN_SESSION } from "#graph/gateway.ts";
import { ConflictError, DeskError, UnavailableError } from "#store/model/errors.ts";
import type { AccountId } from "#store/model/ids.ts";
import type { Clock, MarketClock } from "#tools/clock.ts";
import type { IbkrClient, IbkrClientOptions } from "#tools/ibkr/client.ts";
import type { PacingBudget } from "#tools/ibkr/pacing/budget.ts";
import { pacingGate } from "#tools/ibkr/pacing/gate.ts";
import type { PacingLedger } from "#tools/ibkr/pacing/ledger.ts";
import { memoryLedger } from "#tools/ibkr/pacing/memory.ts";
import { httpTransport } from "#tools/ibkr/transport/http.ts";
import { inProcessTransport } from "#tools/ibkr/transport/in-process.ts";
import type { Config } from "../config/config.ts";
import type { GatewayAlerts } from "../gateway/alerts.ts";
import { configuredClient, gatewayKey } from "../gateway/client.ts";
import { type RemoteSimulator, remoteSimulator } from "../gateway/remote-simulator.ts";
import { trustOf } from "../gateway/trust.ts";
import type { Simulators } from "./simulators.ts";

export type GatewayParts = {
  config: Config;
  simulators: Simulators;
  clock: Clock;
  /** The pacing memory that all processes share for one gateway. */
  sharedLedger(gateway: string): PacingLedger;
  /** Keeps the order conversations of all processes with one gateway apart. */
  sharedOrderLock(gateway: string): NonNullable<IbkrClientOptions["orderLock"]>;
  processName: string;
  alerts: Pick<GatewayAlerts, "sessionChanged" | "penalised">;
};

export type Gateways = GatewayRegistry & {
  /** What the main session is, known before anything was asked. */
  mainKind: Promise<"ibkr" | "simulator">;
  /** The main session's client, also while its gateway is down. */
  mainClient(): Promise<IbkrClient>;
  /** Control of a simulator that another process serves; null without IBKR_GATEWAY_URL. */
  remote: RemoteSimulator | null;
  close(): Promise<void>;
};

export function openGateways(parts: GatewayParts): Gateways {
  const { gatewayUrl } = parts.config;
  const remote = gatewayUrl === null ? null : remoteSimulator(gatewayUrl, trustOf(parts.config));
  const kind = kindOf(remote);
  const connections = new Map<string, Promise<Connection>>();

  const connect = async (session: string): Promise<Connection> => {
    if (session !== MAIN_SESSION || gatewayUrl === null || remote === null) return inProcess(parts, session);
    const taken = await kind.taken;
    const marketClock: MarketClock = taken === "simulator" ? remote : { now: async () => parts.clock.now() };
    return overHttp(parts, { url: gatewayUrl, kind: taken, marketClock });
  };
  const connection = (session: string): Promise<Connection> => {
    let known = connections.get(session);
    if (known === undefined) {
      known = connect(session);
      known.catch(() => connections.delete(session));
      connections.set(session, known);
    }
    return known;
  };
  return {
    mainKind: kind.taken,
    remote,
    mainClient: async () => (await connection(MAIN_SESSION)).client,
    async open(session) {
      const { account, ...gateway } = await connection(session);
      if (account !== null) return { ...gateway, accountId: account };
      const { accountId } = await gateway.client.ensureReady(AbortSignal.timeout(READY_MS));
      await kind.confirm();
      return { ...gateway, accountId };
    },
    async close() {
      const all = await Promise.allSettled(connections.values());
      await Promise.all(
        all.map((one) => (one.status === "fulfilled" ? one.value.client.close() : undefined)),
      );
    },
  };
}

const READY_MS = 30_000;

/** A gateway before its account is proven; `account` null: only a ready session can tell. */
type Connection = Omit<Gateway, "accountId"> & { account: AccountId | null };

function inProcess(parts: GatewayParts, session: string): Connection {
  const simulator = parts.simulators.open(session);
  const account = parts.simulators.accountOf(session);
  const address = "in-process gateway simulator";
  const marketClock = simulator.clock;
  const client = configuredClient({
    config: parts.config,
    session,
    kind: "simulator",
    transport: inProcessTransport({ fetch: simulator.fetch, address }),
    pacing: paced(parts, { session, address, ledger: memoryLedger(parts.clock) }),
    clock: parts.clock,
    marketClock,
    accountId: account,
    onSessionChange: (change) => parts.alerts.sessionChanged(session, change),
  });
  return { kind: "simulator", session, client, marketClock, account, barSource: parts.simulators.barSource };
}

type Remote = { url: string; kind: "ibkr" | "simulator"; marketClock: MarketClock };

function overHttp(parts: GatewayParts, { url, kind, marketClock }: Remote): Connection {
  const key = gatewayKey(url);
  const session = MAIN_SESSION;
  const client = configuredClient({
    config: parts.config,
    session,
    kind,
    transport: httpTransport({ url, trust: trustOf(parts.config) }),
    pacing: paced(parts, { session, address: key, ledger: parts.sharedLedger(key) }),
    clock: parts.clock,
    marketClock,
    accountId: parts.config.account,
    orderLock: parts.sharedOrderLock(key),
    onSessionChange: (change) => parts.alerts.sessionChanged(session, change),
  });
  const barSource = kind === "ibkr" ? "ibkr" : `simulator:${new URL(url).host}`;
  return { kind, session, client, marketClock, account: null, barSource };
}

function paced(
  parts: GatewayParts,
  { session, address, ledger }: { session: string; address: string; ledger: PacingLedger },
): PacingBudget {
  return pacingGate({
    ledger,
    processName: `${parts.processName}-${session}`,
    onPenalty: (until) => parts.alerts.penalised({ session, address, until: new Date(until) }),
  });
}

type Kind = "ibkr" | "simulator";

/** What a gateway is. One that did not answer at the start is taken for IBKR's, which has to be confirmed before use. */
function kindOf(remote: RemoteSimulator | null): { taken: Promise<Kind>; confirm(): Promise<void> } {
  let first = remote === null ? Promise.resolve("simulator" as const) : probe(remote);
  return {
    taken: first.then((kind) => kind ?? "ibkr"),
    async confirm() {
      if (remote === null || (await first) !== null) return;
      const kind = await probe(remote);
      if (kind === "ibkr") first = Promise.resolve(kind);
      else throw kind === null ? kindUnknown() : kindTurnedOut();
    },
  };
}

function kindUnknown(): UnavailableError {
  return new UnavailableError("gateway_kind_unknown", "The gateway has not told yet what it is.", {
    facts: { sent: false },
  });
}

function kindTurnedOut(): ConflictError {
  return new ConflictError(
    "gateway_is_simulator",
    "The gateway is a simulator. It did not answer when this desk started, which therefore took it for IBKR's: restart the desk, so that simulated prices are never kept as real ones.",
    { facts: { sent: false } },
  );
}

const PROBE_MS = 5_000;

/**
 * A simulator answers its control call; IBKR's gateway redirects or refuses any path that is not its API.
 * Null: nothing answered.
 */
async function probe(simulator: RemoteSimulator): Promise<Kind | null> {
  try {
    await simulator.now(AbortSignal.timeout(PROBE_MS));
    return "simulator";
  } catch (error) {
    return error instanceof DeskError && error.code === "not_a_simulator" ? "ibkr" : null;
  }
}
