// Everything the web side asks of the rest of the desk. Types only: concretes meet in server/composition.
import type { Desk } from "#graph/desk.ts";
import type { Settlement } from "#graph/orders/settle-block.ts";
import type { ObjectStore } from "#store/artifacts/object-store.ts";
import type { Database } from "#store/database.ts";
import type { AccountId, Instant, OrderId, Ticker } from "#store/model/ids.ts";
import type { Instrument } from "#store/model/instrument.ts";
import type { RunMode } from "#store/model/run.ts";
import type { Clock } from "#tools/clock.ts";

/** One proven fact about a part of the desk; `detail` is text for people and never holds a secret. */
export type HealthCheck = {
  name: string;
  state: "ok" | "degraded" | "down";
  detail: string;
  /** One step that a person can take; null or absent when nothing is to be done. */
  todo?: string | null;
  /** When this was last proven by a round trip; null when it never was. */
  provenAt: Instant | null;
};

/** The broker of the main session as pages and API show it. */
export type BrokerPort = {
  kind: "ibkr" | "simulator";
  accountId: AccountId | null;
  /** Paper, or real money. */
  paper: boolean;
  /** What the last round trip proved; answers at once, asks nobody. */
  health(): HealthCheck;
  /** Business time, UTC. */
  now(signal: AbortSignal): Promise<Date>;
  /** The instrument of a ticker as the broker knows it. @throws InputError when unknown or ambiguous. */
  resolve(symbol: Ticker, signal: AbortSignal): Promise<Instrument>;
  /** The kill switch's further acts, after the state has been set: cancel working entries, close what the desk holds. */
  windDown(of: WindDown, signal: AbortSignal): Promise<WoundDown>;
  /** Asks the broker to cancel one working order. @throws NotFoundError, ConflictError when it is not working. */
  cancel(order: OrderId, who: string, signal: AbortSignal): Promise<void>;
  /** Settles what the two books disagree on. @throws NotFoundError, ConflictError when it is settled or cannot be so. */
  settle(of: Settlement, signal: AbortSignal): Promise<void>;
};

export type WindDown = { cancelOpen: boolean; flatten: boolean; reason: string; who: string };
export type WoundDown = {
  cancelRequested: number;
  exitsSent: number;
  /** What the broker did not take, in words. */
  failed: readonly string[];
};

/** The simulator's market clock; absent with a real broker. */
export type MarketControl = {
  /** Moves to just after the close of the session that lies so many sessions ahead; returns the new market time. */
  next(sessions: number, signal: AbortSignal): Promise<Date>;
  /** The last instant the data reach, when known. */
  end(): Date | null;
};

/** What the desk runs on, in words: header, settings page, health. No secrets, no passwords inside URLs. */
export type DeskDescription = {
  version: string;
  mode: Exclude<RunMode, "replay">;
  /** For example "embedded PostgreSQL 18.4". */
  database: string;
  /** For example "gateway simulator, account DU1000001". */
  broker: string;
  /** For example "offline analyst, no LLM configured" or "gpt-4o-mini at api.openai.com". */
  model: string;
  modelOffline: boolean;
  /** For example "files in ./data/artifacts". */
  artifacts: string;
  address: string;
  /** Every effective setting with where it came from; secrets already masked. */
  settings: readonly { key: string; value: string; source: string }[];
  /** What a person should know about the configuration: exposed addresses, unchecked certificates. */
  notices: readonly string[];
};

export type WebLog = {
  error(facts: Readonly<Record<string, unknown>>, message: string): void;
  warn(facts: Readonly<Record<string, unknown>>, message: string): void;
  info(facts: Readonly<Record<string, unknown>>, message: string): void;
};

export type WebDeps = {
  database: Database;
  objects: ObjectStore;
  desk: Desk;
  broker: BrokerPort;
  market: MarketControl | null;
  describe(): DeskDescription;
  /** Further checks for the authenticated health answer (queue, models); database and artifacts are checked here. */
  checks: readonly ((signal: AbortSignal) => Promise<HealthCheck>)[];
  auth: {
    /** At least 16 characters. Sessions are signed with a key derived from it: a new token ends them all. */
    token: string;
    /** True behind TLS: the cookie is then marked Secure and bound to this host by its name. */
    secureCookie: boolean;
    /** Addresses or networks of proxies whose X-Forwarded-For is believed; default none. */
    trustedProxies?: readonly string[];
    /** Sign-in tries in a row that fail before a client is locked out for `lockoutMs`. */
    maxFailures?: number;
    lockoutMs?: number;
  };
  limits?: {
    /** Requests a client may make at once, and the rate in requests per second at which it earns new ones. */
    burst?: number;
    perSecond?: number;
    /** Largest request body in bytes. */
    bodyBytes?: number;
  };
  /** Folder for the compiled style sheet; written when the styles' hash changes. */
  cacheDir: string;
  clock: Clock;
  newId(): string;
  log: WebLog;
  /** Aborted at shutdown: event streams end, LISTEN closes. */
  signal: AbortSignal;
};
