// The desk's client on one gateway connection, as configured: certificate, account, paper, pacing. Effects: network from first use.
import type { AccountId } from "#store/model/ids.ts";
import type { Clock, MarketClock } from "#tools/clock.ts";
import type { IbkrClient, IbkrClientOptions } from "#tools/ibkr/client.ts";
import { createIbkrClient } from "#tools/ibkr/create-client.ts";
import type { PacingBudget } from "#tools/ibkr/pacing/budget.ts";
import type { GatewayTransport } from "#tools/ibkr/transport/transport.ts";
import { isLoopback } from "#tools/ibkr/transport/trust.ts";
import type { Config } from "../config/config.ts";

export type ConfiguredClient = {
  config: Pick<Config, "mode">;
  session: string;
  kind: "ibkr" | "simulator";
  transport: GatewayTransport;
  pacing: PacingBudget;
  clock: Clock;
  marketClock: MarketClock;
  accountId: AccountId | null;
  /** What somebody wants otherwise than it is configured. */
  instead?: Partial<IbkrClientOptions>;
} & Pick<IbkrClientOptions, "orderLock" | "onSessionChange" | "timing">;

export function configuredClient(of: ConfiguredClient): IbkrClient {
  const { orderLock, onSessionChange, timing, accountId } = of;
  return createIbkrClient({
    transport: of.transport,
    pacing: of.pacing,
    clock: of.clock,
    marketClock: of.marketClock,
    requirePaper: of.config.mode === "paper",
    gatewayKind: of.kind,
    session: of.session,
    ...(accountId === null ? {} : { accountId }),
    ...(orderLock === undefined ? {} : { orderLock }),
    ...(timing === undefined ? {} : { timing }),
    ...(onSessionChange === undefined ? {} : { onSessionChange }),
    ...of.instead,
  });
}

/** Names what IBKR counts and locks by: one text for all ways of writing this machine. */
export function gatewayKey(url: string): string {
  const { protocol, hostname, port } = new URL(url);
  const host = isLoopback(hostname) ? "localhost" : hostname.toLowerCase();
  return `${host}:${port || (protocol === "https:" ? "443" : "80")}`;
}
