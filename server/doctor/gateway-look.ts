// Looks at the configured gateway without a desk: one proof of the session, told in plain words. Effects: network.
import { DeskError } from "#store/model/errors.ts";
import type { Instant } from "#store/model/ids.ts";
import type { Clock, MarketClock } from "#tools/clock.ts";
import type { IbkrClient, IbkrClientOptions } from "#tools/ibkr/client.ts";
import { pacingGate } from "#tools/ibkr/pacing/gate.ts";
import type { PacingLedger } from "#tools/ibkr/pacing/ledger.ts";
import { httpTransport } from "#tools/ibkr/transport/http.ts";
import { isLoopback } from "#tools/ibkr/transport/trust.ts";
import type { Config } from "../config/config.ts";
import { insecurities } from "../config/config.ts";
import { configuredClient } from "../gateway/client.ts";
import { remoteSimulator } from "../gateway/remote-simulator.ts";
import { trustOf } from "../gateway/trust.ts";
import type { HealthCheck } from "../http/deps.ts";
import { adviceFor } from "./advice.ts";

/** A part of the desk with what to do about it; `todo` null: nothing. */
export type DoctorCheck = HealthCheck & { todo: string | null };

export type GatewayParts = {
  config: Config & { gatewayUrl: string };
  clock: Clock;
  /** The budget that all processes share, or one of this process where there is no database. */
  ledger: PacingLedger;
  processName: string;
  signal: AbortSignal;
} & Pick<IbkrClientOptions, "timing" | "orderLock">;

const CHECK_MS = 45_000;
const PROBE_MS = 5_000;

/** Never throws for a gateway that is wrong: what is wrong is what it returns. */
export async function lookAtGateway(parts: GatewayParts): Promise<DoctorCheck[]> {
  const { kind, marketClock } = await whatAnswers(parts);
  const client = gatewayClient(parts, { kind, marketClock });
  try {
    const boxed = await penaltyOf(parts.ledger);
    const session =
      boxed === null ? await sessionOf(client, parts.signal) : boxedCheck(client.address, boxed);
    return [session, ...complaints(parts.config, kind)];
  } finally {
    await client.close();
  }
}

export type AnsweringGateway = { kind: "ibkr" | "simulator"; marketClock: MarketClock };

/** A simulator tells its market's time; whatever else answers, or nothing, is treated as IBKR's. */
export async function whatAnswers(parts: GatewayParts): Promise<AnsweringGateway> {
  const remote = remoteSimulator(parts.config.gatewayUrl, trustOf(parts.config));
  try {
    await remote.now(
      AbortSignal.any([parts.signal, AbortSignal.timeout(parts.timing?.readDeadlineMs ?? PROBE_MS)]),
    );
    return { kind: "simulator", marketClock: remote };
  } catch {
    return { kind: "ibkr", marketClock: { now: async () => parts.clock.now() } };
  }
}

/** A client as the desk would make it, but for what is wanted `instead`. */
export function gatewayClient(
  parts: GatewayParts,
  of: AnsweringGateway & { instead?: Partial<IbkrClientOptions> },
): IbkrClient {
  const { config } = parts;
  return configuredClient({
    config,
    session: "main",
    transport: httpTransport({ url: config.gatewayUrl, trust: trustOf(config) }),
    pacing: pacingGate({ ledger: parts.ledger, processName: parts.processName }),
    clock: parts.clock,
    accountId: config.account,
    kind: of.kind,
    marketClock: of.marketClock,
    ...(of.instead === undefined ? {} : { instead: of.instead }),
    ...(parts.orderLock === undefined ? {} : { orderLock: parts.orderLock }),
    ...(parts.timing === undefined ? {} : { timing: parts.timing }),
  });
}

async function sessionOf(client: IbkrClient, signal: AbortSignal): Promise<DoctorCheck> {
  const name = "broker";
  try {
    const health = await client.check(AbortSignal.any([signal, AbortSignal.timeout(CHECK_MS)]));
    const ready = health.state === "ready";
    const penalty = health.penaltyUntil;
    if (penalty !== null) return boxedCheck(health.gateway, penalty);
    return {
      name,
      state: ready ? "ok" : "down",
      detail: ready
        ? `${client.gatewayKind === "simulator" ? "simulator" : "gateway"} at ${health.gateway}: ${health.reason}`
        : health.reason,
      todo: adviceFor(health),
      provenAt: health.lastProvenAt,
    };
  } catch (error) {
    if (!(error instanceof DeskError)) throw error;
    const asHealth = { code: error.code, reason: error.message, action: null, gateway: client.address };
    return { name, state: "down", detail: error.message, todo: adviceFor(asHealth), provenAt: null };
  }
}

async function penaltyOf(ledger: PacingLedger): Promise<Instant | null> {
  return ledger.update((record, now) => {
    const { penaltyUntil } = record;
    const boxed = penaltyUntil !== null && penaltyUntil > now;
    return { record, result: boxed ? (new Date(penaltyUntil).toISOString() as Instant) : null };
  });
}

function boxedCheck(gateway: string, until: Instant): DoctorCheck {
  const code = "gateway_penalty";
  const reason = `IBKR answered "too many requests": nothing may be sent to ${gateway} before ${until}.`;
  const todo = adviceFor({ code, reason, action: null, gateway });
  return { name: "broker", state: "down", detail: reason, todo, provenAt: null };
}

/** What works and should not be so. */
function complaints(config: GatewayParts["config"], kind: "ibkr" | "simulator"): DoctorCheck[] {
  const { protocol, hostname } = new URL(config.gatewayUrl);
  const told = insecurities(config).map((detail) => ({
    detail,
    todo: "Take gateway.insecureCertificate out of countersign.yaml; countersign doctor then shows the fingerprint to pin.",
  }));
  if (protocol === "http:" && kind === "ibkr" && !isLoopback(hostname)) {
    told.push({
      detail: `Plain HTTP to ${hostname}: whoever is on the way can read and change orders.`,
      todo: "Set listenSsl: true in the gateway's root/conf.yaml and use https:// in IBKR_GATEWAY_URL.",
    });
  }
  return told.map((one) => ({ name: "gateway security", state: "degraded", provenAt: null, ...one }));
}
