// `countersign doctor --acceptance`: the numbered cases against the configured gateway. Effects: reads, and with `trade`
// orders of one share away from the market. Invariant: never on a login that is not proven to be paper.
import { MAIN_SESSION } from "#graph/gateway.ts";
import { InputError } from "#store/model/errors.ts";
import { type AccountId, Ticker } from "#store/model/ids.ts";
import { isTerminal } from "#store/model/order.ts";
import type { AcceptanceNeeds } from "#tools/ibkr/acceptance/bench.ts";
import { type AcceptanceResult, runAcceptance } from "#tools/ibkr/acceptance/cases.ts";
import { ACCEPTANCE_PREFIX, gatewayBench } from "#tools/ibkr/acceptance/gateway-bench.ts";
import type { IbkrClient, IbkrClientOptions } from "#tools/ibkr/client.ts";
import { createIbkrClient } from "#tools/ibkr/create-client.ts";
import { memoryPacing } from "#tools/ibkr/pacing/memory.ts";
import type { ReadySession } from "#tools/ibkr/session/health.ts";
import { inProcessTransport } from "#tools/ibkr/transport/in-process.ts";
import { loadMarketData } from "#tools/simulator/market/load.ts";
import { createSimulator } from "#tools/simulator/simulator.ts";
import { newId, systemClock } from "../compose/system-clock.ts";
import type { Config } from "../config/config.ts";
import { type GatewayParts, gatewayClient, whatAnswers } from "./gateway-look.ts";

export type AcceptanceTarget = {
  /** For people: what is tested. */
  name: string;
  /** Clients on one pacing budget; each call makes another. */
  create(options: Partial<IbkrClientOptions>): IbkrClient;
  /** Time between two looks at the gateway (ms), where it is not the machine's. */
  wait?(ms: number): Promise<void>;
};

export type AcceptanceOptions = {
  trade: boolean;
  symbol: string;
  signal: AbortSignal;
  /** Told once the session is ready and before the first case. */
  onReady(ready: ReadySession, target: AcceptanceTarget): void;
  onResult(result: AcceptanceResult): void;
};

export type AcceptanceReport = {
  gateway: string;
  account: AccountId;
  results: AcceptanceResult[];
  /** Broker ids of our orders that could not be taken back. */
  leftBehind: string[];
};

/** A simulator of its own in this process, with no memory: the desk's own one is never traded on. */
export async function simulatedTarget(config: Pick<Config, "marketDataDir">): Promise<AcceptanceTarget> {
  const { market } = await loadMarketData(
    config.marketDataDir === null ? {} : { directory: config.marketDataDir },
  );
  const simulator = createSimulator({ market, accountId: "DU1000001", clock: systemClock });
  const pacing = memoryPacing(systemClock);
  const transport = inProcessTransport({ fetch: simulator.fetch, address: "in-process gateway simulator" });
  return {
    name: "a gateway simulator of its own in this process",
    create: (options) =>
      createIbkrClient({
        transport,
        pacing,
        clock: systemClock,
        marketClock: simulator.clock,
        gatewayKind: "simulator",
        session: MAIN_SESSION,
        requirePaper: true,
        ...options,
      }),
  };
}

/** The configured gateway, with the budget and the order lock of the desk. */
export async function gatewayTarget(parts: GatewayParts): Promise<AcceptanceTarget> {
  const answering = await whatAnswers(parts);
  const { gatewayUrl } = parts.config;
  return {
    name: `the ${answering.kind === "simulator" ? "gateway simulator" : "gateway"} at ${gatewayUrl}`,
    // Paper is demanded whatever the desk's mode is.
    create: (options) => gatewayClient(parts, { ...answering, instead: { requirePaper: true, ...options } }),
  };
}

/** @throws UnavailableError, ConflictError when the session is not ready, or not paper */
export async function acceptance(
  target: AcceptanceTarget,
  options: AcceptanceOptions,
): Promise<AcceptanceReport> {
  const symbol = Ticker.safeParse(options.symbol.toUpperCase());
  if (!symbol.success) throw new InputError("symbol", `--symbol: ${options.symbol} is no ticker`);
  const clients: IbkrClient[] = [];
  const create: AcceptanceTarget["create"] = (wanted) => {
    const client = target.create(wanted);
    clients.push(client);
    return client;
  };
  try {
    const first = create({});
    const ready = await first.ensureReady(options.signal);
    options.onReady(ready, target);
    const bench = gatewayBench({
      create,
      symbol: symbol.data,
      newId,
      signal: options.signal,
      ...(target.wait === undefined ? {} : { wait: target.wait }),
    });
    const allowed: AcceptanceNeeds[] = options.trade ? ["reads", "trades"] : ["reads"];
    const results = await runAcceptance(bench, allowed, options.onResult);
    const leftBehind = options.trade ? await takeBackAll(first) : [];
    return { gateway: target.name, account: ready.accountId, results, leftBehind };
  } finally {
    await Promise.allSettled(clients.map((client) => client.close()));
  }
}

/** Orders of this program that a failed case left at the broker; a child ends with its parent. */
async function takeBackAll(client: IbkrClient): Promise<string[]> {
  const ours = (await client.orders.live()).filter(
    (order) => order.clientOrderId?.startsWith(ACCEPTANCE_PREFIX) === true && !isTerminal(order.status),
  );
  const left: string[] = [];
  for (const { brokerOrderId } of ours) {
    const { kind } = await client.orders.cancel(brokerOrderId);
    if (kind !== "requested") left.push(brokerOrderId);
  }
  return left;
}
