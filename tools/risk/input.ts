// What the risk engine is given: one typed, plain-JSON snapshot. Types only; everything that can be missing is nullable.
import type { BarSource, Quote } from "#store/model/bar.ts";
import type { TradeDecision } from "#store/model/decision.ts";
import type { AccountId, Conid, Instant, OrderLeg, SessionDate } from "#store/model/ids.ts";
import type { Instrument } from "#store/model/instrument.ts";
import type { DecimalString } from "#store/model/money.ts";
import type { AccountSummary, OrderSide, OrderStatus, Position } from "#store/model/order.ts";
import type { TradingState } from "#store/model/risk.ts";
import type { RunMode } from "#store/model/run.ts";
import type { RiskLimits } from "#store/model/strategy.ts";

/** A value and when it was read, on the machine's clock (UTC). */
export type Observed<Value> = { readonly value: Value; readonly at: Instant };

/** The newest finished daily bar of the run's own series, and where that series came from. */
export type LastBar = {
  readonly date: SessionDate;
  readonly close: DecimalString;
  /** Daily ATR(14) at that bar, price units; null when too few bars. */
  readonly atr: DecimalString | null;
  readonly source: BarSource;
};

/** One order that is not yet terminal, ours or external. `price`: what it would trade at; null when nobody can say. */
export type OpenOrder = {
  readonly conid: Conid;
  readonly leg: OrderLeg;
  readonly side: OrderSide;
  readonly remaining: DecimalString;
  readonly price: DecimalString | null;
  readonly status: OrderStatus;
  readonly external: boolean;
};

/** Room already promised to another run of this desk whose order does not exist yet. */
export type Reservation = {
  readonly conid: Conid;
  readonly side: OrderSide;
  readonly quantity: DecimalString;
  readonly notional: DecimalString;
};

/** What the account did lately; money in its currency. */
export type RecentActivity = {
  /** Entries that this desk sent in the session at hand (the next one, while the market is closed). */
  readonly entriesToday: number;
  /** Result per session after commissions, realised and unrealised, newest last; the one at hand included. */
  readonly results: readonly { readonly session: SessionDate; readonly result: DecimalString }[];
};

export type MarketPhase = {
  /** Business time at the broker, UTC. */
  readonly at: Instant;
  readonly open: boolean;
  /** The session that an order sent now belongs to: the open one, else the next. */
  readonly session: SessionDate;
  /** The newest session that is over. */
  readonly lastFinished: SessionDate;
  /** First session of the exchange week of `session`. */
  readonly weekStart: SessionDate;
  /** Sessions before `session`, newest first: what a cool-down counts. */
  readonly earlier: readonly SessionDate[];
};

/** The broker's own estimate for the order as planned (IBKR "whatif"). Money in the account's currency. */
export type BrokerPreview = {
  readonly quantity: DecimalString;
  readonly equityAfter: DecimalString;
  readonly initialMarginAfter: DecimalString;
  readonly error: string | null;
};

/**
 * What a person or the risk manager asked for: only ever less, or another limit within the same rules. `question`: a person
 * said yes to the quantity shown, and it is not to grow with what has become free since.
 */
export type RequestedChange = {
  readonly by: "person" | "risk_manager" | "question";
  readonly maxQuantity: DecimalString | null;
  readonly limitPrice: DecimalString | null;
};

export type RiskInput = {
  /** The machine's clock: ages of what was read. */
  readonly now: Instant;
  readonly mode: RunMode;
  readonly tradingState: TradingState;
  readonly limits: RiskLimits;
  readonly decision: TradeDecision;
  readonly instrument: Instrument;
  /** The broker that the order would go to. */
  readonly broker: {
    readonly gateway: "ibkr" | "simulator";
    readonly session: string;
    readonly accountId: AccountId;
  };
  readonly market: MarketPhase | null;
  readonly lastBar: LastBar | null;
  readonly quote: Quote | null;
  readonly account: Observed<AccountSummary> | null;
  readonly positions: Observed<readonly Position[]> | null;
  readonly openOrders: Observed<readonly OpenOrder[]> | null;
  readonly reservations: readonly Reservation[] | null;
  readonly activity: Observed<RecentActivity> | null;
  /** Why nothing new may go out in this symbol (unresolved reconciliation mismatch); null: nothing known. */
  readonly blocked: string | null;
  readonly preview: BrokerPreview | null;
  readonly requested: RequestedChange | null;
};
