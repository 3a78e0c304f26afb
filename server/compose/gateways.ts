// Which broker a run reaches: the built-in simulator in process, a simulator over HTTP, or IBKR's gateway.
// Effects: network from first use on. The one place where clients, pacing and clocks meet.
import { readFileSync } from "node:fs";
import type { Gateway, GatewayRegistry } from "#graph/gateway.ts";
import { MAIN_SESSION } from "#graph/gateway.ts";
import { InputError } from "#store/model/errors.ts";
import type { AccountId } from "#store/model/ids.ts";
import type { Clock, MarketClock } from "#tools/clock.ts";
import type { IbkrClient } from "#tools/ibkr/client.ts";
import { createIbkrClient } from "#tools/ibkr/create-client.ts";
import { pacingGate } from "#tools/ibkr/pacing/gate.ts";
import type { PacingLedger } from "#tools/ibkr/pacing/ledger.ts";
import { memoryLedger } from "#tools/ibkr/pacing/memory.ts";
import type { SessionChange } from "#tools/ibkr/session/health.ts";
import { httpTransport } from "#tools/ibkr/transport/http.ts";
import { inProcessTransport } from "#tools/ibkr/transport/in-process.ts";
import type { GatewayTransport } from "#tools/ibkr/transport/transport.ts";
import type { Config } from "../config/config.ts";
import { type RemoteSimulator, remoteSimulator } from "./remote-simulator.ts";
import type { Simulators } from "./simulators.ts";

export type GatewayParts = {
  config: Config;
  simulators: Simulators;
  clock: Clock;
  /** The pacing memory that all processes share for one gateway address. */
  sharedLedger(address: string): PacingLedger;
  processName: string;
  onSessionChange(session: string, change: SessionChange): void;
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
  const mainKind = remote === null ? Promise.resolve("simulator" as const) : probe(remote);
  const connections = new Map<string, Promise<Connection>>();

  const connect = async (session: string): Promise<Connection> => {
    if (session !== MAIN_SESSION || gatewayUrl === null || remote === null) return inProcess(parts, session);
    const kind = await mainKind;
    const marketClock: MarketClock = kind === "simulator" ? remote : { now: async () => parts.clock.now() };
    return overHttp(parts, { url: gatewayUrl, kind, marketClock });
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
    mainKind,
    remote,
    mainClient: async () => (await connection(MAIN_SESSION)).client,
    async open(session) {
      const { account, ...gateway } = await connection(session);
      if (account !== null) return { ...gateway, accountId: account };
      const { accountId } = await gateway.client.ensureReady(AbortSignal.timeout(READY_MS));
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
  const transport = inProcessTransport({ fetch: simulator.fetch, address: "in-process gateway simulator" });
  const ledger = memoryLedger(parts.clock);
  const marketClock = simulator.clock;
  const client = clientOf(parts, {
    session,
    kind: "simulator",
    transport,
    ledger,
    marketClock,
    accountId: account,
  });
  return { kind: "simulator", session, client, marketClock, account, barSource: parts.simulators.barSource };
}

type Remote = { url: string; kind: "ibkr" | "simulator"; marketClock: MarketClock };

function overHttp(parts: GatewayParts, { url, kind, marketClock }: Remote): Connection {
  const client = clientOf(parts, {
    session: MAIN_SESSION,
    kind,
    transport: httpTransport({ url, trust: trustOf(parts.config) }),
    ledger: parts.sharedLedger(new URL(url).host),
    marketClock,
    accountId: parts.config.account,
  });
  const barSource = kind === "ibkr" ? "ibkr" : `simulator:${new URL(url).host}`;
  return { kind, session: MAIN_SESSION, client, marketClock, account: null, barSource };
}

type ClientOf = {
  session: string;
  kind: "ibkr" | "simulator";
  transport: GatewayTransport;
  ledger: PacingLedger;
  marketClock: MarketClock;
  accountId: AccountId | null;
};

function clientOf(parts: GatewayParts, of: ClientOf): IbkrClient {
  return createIbkrClient({
    transport: of.transport,
    pacing: pacingGate({ ledger: of.ledger, processName: `${parts.processName}-${of.session}` }),
    clock: parts.clock,
    marketClock: of.marketClock,
    ...(of.accountId === null ? {} : { accountId: of.accountId }),
    requirePaper: parts.config.mode === "paper",
    gatewayKind: of.kind,
    session: of.session,
    onSessionChange: (change) => parts.onSessionChange(of.session, change),
  });
}

function trustOf(config: Config) {
  const { certificateFingerprint: fingerprint, certificateAuthority } = config.gateway;
  return {
    ...(fingerprint === undefined ? {} : { fingerprints: [fingerprint] }),
    ...(certificateAuthority === undefined ? {} : { ca: readAuthority(certificateAuthority) }),
  };
}

function readAuthority(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new InputError(
      "certificate_authority_unreadable",
      `gateway.certificateAuthority: cannot read ${file}`,
      { cause },
    );
  }
}

const PROBE_MS = 5_000;

/** A simulator answers its control call; IBKR's gateway redirects or refuses any path that is not its API. */
async function probe(simulator: RemoteSimulator): Promise<"ibkr" | "simulator"> {
  try {
    await simulator.now(AbortSignal.timeout(PROBE_MS));
    return "simulator";
  } catch {
    return "ibkr";
  }
}
