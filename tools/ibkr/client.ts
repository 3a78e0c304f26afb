// The desk's IBKR client as others see it: domain types in, domain types out. Types only; built in create-client.ts.
import type { BarSeries, Quote, Timeframe } from "#store/model/bar.ts";
import type { AccountId, Conid, SessionDate, Ticker } from "#store/model/ids.ts";
import type { Instrument } from "#store/model/instrument.ts";
import type { Currency, DecimalString } from "#store/model/money.ts";
import type { AccountSummary, Position } from "#store/model/order.ts";
import type { Clock, MarketClock } from "../clock.ts";
import type { IbkrOrders } from "./orders/types.ts";
import type { PacingBudget } from "./pacing/budget.ts";
import type { ReadySession, SessionChange, SessionHealth } from "./session/health.ts";
import type { GatewayTransport } from "./transport/transport.ts";

export type { IbkrOrders } from "./orders/types.ts";

export type HistoryRequest = {
  instrument: Instrument;
  timeframe: Timeframe;
  /** How many finished bars are wanted; fewer come when the instrument is younger. */
  count: number;
  /** Only bars of this exchange date and later (what a cache is missing). */
  since?: SessionDate;
  /** Only bars up to and including this exchange date. */
  until?: SessionDate;
  signal?: AbortSignal;
};

/** One currency of the account's cash ledger; "BASE" is the sum in the account's currency. */
export type LedgerLine = {
  currency: Currency | "BASE";
  cash: DecimalString;
  settledCash: DecimalString;
  netLiquidation: DecimalString;
  stockValue: DecimalString;
  realizedPnl: DecimalString;
  unrealizedPnl: DecimalString;
};

export type IbkrClient = {
  readonly gatewayKind: "ibkr" | "simulator";
  readonly session: string;
  readonly address: string;
  /**
   * Proves (or opens) the brokerage session and the account. Cheap while proven recently.
   * @throws UnavailableError or ConflictError, code = the health's code, with the state and what to do in facts.
   */
  ensureReady(signal?: AbortSignal): Promise<ReadySession>;
  /** What is known now, without asking. */
  health(): SessionHealth;
  /** Asks now and returns what is; never throws for a gateway that is down. */
  check(signal?: AbortSignal): Promise<SessionHealth>;
  /** The tickle that a server sends every 60 s; also notices loss and return. Never throws for a gateway that is down. */
  keepAlive(signal?: AbortSignal): Promise<SessionHealth>;
  /** The one US stock of that ticker, confirmed by contract info. @throws NotFoundError, ConflictError, MarketDataError */
  resolveStock(symbol: Ticker, signal?: AbortSignal): Promise<Instrument>;
  confirmConid(conid: Conid, signal?: AbortSignal): Promise<Instrument>;
  /** Ascending finished bars and the forming one. @throws MarketDataError, UnavailableError, VendorError */
  history(request: HistoryRequest): Promise<BarSeries>;
  /** A snapshot; calls of the same moment share a request. */
  quote(instrument: Pick<Instrument, "conid">, signal?: AbortSignal): Promise<Quote>;
  summary(signal?: AbortSignal): Promise<AccountSummary>;
  ledger(signal?: AbortSignal): Promise<LedgerLine[]>;
  positions(signal?: AbortSignal): Promise<Position[]>;
  readonly orders: IbkrOrders;
  close(): Promise<void>;
};

export type IbkrClientOptions = {
  transport: GatewayTransport;
  pacing: PacingBudget;
  clock: Clock;
  /** Business time: the simulator's clock, or system time with a real gateway. */
  marketClock: MarketClock;
  /** The pinned account. Without it, a login that sees several accounts is refused with their list. */
  accountId?: AccountId;
  /** Demand a paper login; a live account is then refused. */
  requirePaper: boolean;
  gatewayKind: "ibkr" | "simulator";
  session: string;
  /** Take the brokerage session from another platform when it competes. Default false. */
  takeOver?: boolean;
  /**
   * Runs one order request with its questions at a time; by default within this process. Where several processes send
   * orders through one gateway, a lock that they share: another order request in between can invalidate a question.
   */
  orderLock?: <Out>(work: () => Promise<Out>) => Promise<Out>;
  /** Loss and return of the session. */
  onSessionChange?: (change: SessionChange) => void;
  /** Overrides of waiting times, for tests. */
  timing?: Partial<IbkrTiming>;
};

/** Waiting times in ms. */
export type IbkrTiming = {
  /** How long a proven session counts as ready without asking again. */
  provenForMs: number;
  /** Deadlines per call. */
  readDeadlineMs: number;
  orderDeadlineMs: number;
  historyDeadlineMs: number;
  /** Between two looks at a snapshot or a session that is not filled yet. */
  pollMs: number;
  /** Base of the backoff between attempts of a failed read. */
  retryMs: number;
  /** How long quote() gathers calls into one request. */
  gatherMs: number;
  /** What a 429 costs. */
  penaltyMs: number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
};
