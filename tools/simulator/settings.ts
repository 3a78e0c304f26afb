// What can be set on a simulator: the real gateway's published figures by default, shorter ones for tests. Pure.
// Where nobody publishes how the gateway behaves (facts 14), the choice made here says so.

export type SimulatorSettings = {
  /** Money of the account at its opening, in USD. */
  cash: number;
  session: SessionSettings;
  pacing: PacingSettings;
  data: DataSettings;
  orders: OrderSettings;
  /** Caller addresses that are served; empty means everybody. Others get 404 "Access Denied". */
  allowedAddresses: readonly string[];
  /** Received requests kept in the journal; older ones are forgotten, their counts are not. */
  journalLength: number;
};

export type SessionSettings = {
  /** Milliseconds without any request after which the brokerage session is lost. */
  idleMs: number;
  /** Milliseconds after a login until a person must log in again. */
  maximumMs: number;
  /** Brokerage session reset at midnight New York. */
  midnightReset: boolean;
  /** Milliseconds that ssodh/init takes to open the brokerage session. */
  initMs: number;
  /** Who logs in again after the maximum: a person (`POST /_sim/login`), or the simulator itself. */
  relogin: "manual" | "automatic";
  /** False makes it a live login: isPaper false, LOGIN_TYPE 1. */
  paper: boolean;
  /** Milliseconds from a websocket's upgrade to its greeting; what is sent before is lost. */
  streamGreetingMs: number;
  /** Unpublished: POST /iserver/account for the account already selected. */
  accountAlreadySet: 200 | 501;
};

export type PacingSettings = {
  enforced: boolean;
  globalPerSecond: number;
  /** How long the address is boxed after a breach. */
  penaltyMs: number;
  /** Breaches after which the address is blocked for good; null: never. */
  permanentAfter: number | null;
  historyConcurrent: number;
  historyPerMinute: number;
  /** Milliseconds by which an interval may be missed: network jitter, not a breach. */
  toleranceMs: number;
};

export type DataSettings = {
  subscription: "realtime" | "delayed" | "none";
  /** Milliseconds from the first request of a snapshot field to its first value. */
  warmMs: number;
  /** Milliseconds without a request after which a snapshot stream is released. */
  releaseMs: number;
  /** The first history call of a brokerage session fails, as reported. */
  firstHistoryFails: boolean;
  /** How long the portfolio's positions are served from their cache. */
  positionsCacheMs: number;
};

export type OrderSettings = {
  /** o163: limit away from the last price by more than this share. */
  pricePercent: number;
  /** o383: more shares than this. */
  sizeLimit: number;
  /** o451: more USD than this. */
  valueLimit: number;
  /** Refused outright: a limit through the market by more than this share. */
  refusePercent: number;
  /** Unpublished: how long a question may be answered. */
  replyLifetimeMs: number;
  /** Unpublished: whether a declined question uses up its cOID. */
  declinedConsumesClientId: boolean;
  /** Unpublished: status of a duplicate cOID. */
  duplicateStatus: 200 | 400;
  clientIdLifetimeMs: number;
  /** Milliseconds from the cancel's acknowledgement to the cancel. */
  cancelMs: number;
  /** Milliseconds from an execution to its commission. */
  commissionMs: number;
  /** Unpublished: children of a parent that ended after a partial fill. */
  childrenOfPartialParent: "cancel" | "activate";
  allowShort: boolean;
  /** Largest share of a bar's volume that orders can take. */
  participation: number;
  /** Basis points lost by market and stop orders, never outside the bar. */
  slippageBps: number;
};

const MINUTE = 60_000;

export const DEFAULT_SETTINGS: SimulatorSettings = {
  cash: 100_000,
  session: {
    idleMs: 6 * MINUTE,
    maximumMs: 24 * 60 * MINUTE,
    midnightReset: true,
    initMs: 250,
    relogin: "manual",
    paper: true,
    streamGreetingMs: 50,
    accountAlreadySet: 200,
  },
  pacing: {
    enforced: true,
    globalPerSecond: 10,
    penaltyMs: 15 * MINUTE,
    permanentAfter: null,
    historyConcurrent: 5,
    historyPerMinute: 50,
    toleranceMs: 25,
  },
  data: {
    subscription: "realtime",
    warmMs: 500,
    releaseMs: 5 * MINUTE,
    firstHistoryFails: false,
    positionsCacheMs: MINUTE,
  },
  orders: {
    pricePercent: 0.03,
    sizeLimit: 500,
    valueLimit: 100_000,
    refusePercent: 0.2,
    replyLifetimeMs: 5 * MINUTE,
    declinedConsumesClientId: false,
    duplicateStatus: 200,
    clientIdLifetimeMs: 24 * 60 * MINUTE,
    cancelMs: 250,
    commissionMs: 500,
    childrenOfPartialParent: "cancel",
    allowShort: true,
    participation: 0.1,
    slippageBps: 0,
  },
  allowedAddresses: [],
  journalLength: 5_000,
};

/** Any part of the settings; what is left out keeps its default. */
export type SettingsOverride = Partial<
  Omit<SimulatorSettings, "session" | "pacing" | "data" | "orders"> & {
    session: Partial<SessionSettings>;
    pacing: Partial<PacingSettings>;
    data: Partial<DataSettings>;
    orders: Partial<OrderSettings>;
  }
>;

export function withDefaults(override: SettingsOverride = {}): SimulatorSettings {
  return {
    ...DEFAULT_SETTINGS,
    ...override,
    session: { ...DEFAULT_SETTINGS.session, ...override.session },
    pacing: { ...DEFAULT_SETTINGS.pacing, ...override.pacing },
    data: { ...DEFAULT_SETTINGS.data, ...override.data },
    orders: { ...DEFAULT_SETTINGS.orders, ...override.orders },
  };
}
