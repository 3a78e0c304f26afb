// What goes to the broker as an order and what is read back, in the domain's words. Types only.

import type { ErrorRecord } from "#store/model/errors.ts";
import type {
  AccountId,
  BrokerOrderId,
  ClientOrderId,
  Conid,
  Instant,
  OrderLeg,
  Ticker,
} from "#store/model/ids.ts";
import type { PriceIncrement } from "#store/model/instrument.ts";
import type { Currency, DecimalString } from "#store/model/money.ts";
import type {
  Fill,
  OrderEventKind,
  OrderSide,
  OrderStatus,
  OrderType,
  TimeInForce,
} from "#store/model/order.ts";

/**
 * One leg of a submission. The first ticket of a submission is the parent; stop and target follow as children.
 * Only the parent's client order id travels (IBKR allows none on children); prices are already on the increments.
 */
export type OrderTicket = {
  leg: OrderLeg;
  clientOrderId: ClientOrderId;
  conid: Conid;
  symbol: Ticker;
  side: OrderSide;
  type: OrderType;
  timeInForce: TimeInForce;
  /** Shares. */
  quantity: DecimalString;
  /** For LIMIT, else null. */
  limitPrice: DecimalString | null;
  /** For STOP, else null. */
  stopPrice: DecimalString | null;
  /** The instrument's price steps: a price that lies off them is refused before anything is sent. */
  priceIncrements?: readonly PriceIncrement[];
};

/** One entry of the broker's answer to a submission. `clientOrderId` is null on children (IBKR gives them none). */
export type PlacedOrder = {
  brokerOrderId: BrokerOrderId | null;
  clientOrderId: ClientOrderId | null;
  parentBrokerOrderId: BrokerOrderId | null;
  /** Which ticket it answers; null where neither the answer nor its status tells (see orders.bracket). */
  leg: OrderLeg | null;
  /** IBKR's word, such as PreSubmitted, Inactive or Failed. */
  vendorStatus: string;
  status: OrderStatus;
  text: string | null;
};

/** A question that the broker asked about a submission, and what the written policy did with it. */
export type AskedQuestion = {
  messageId: string | null;
  /** Plain text, HTML removed. */
  text: string;
  action: "confirm" | "refuse" | "ask";
  /** Why the policy says so. */
  why: string;
};

/**
 * accepted: at least one order has a broker id and works or rests. `failed` lists legs that were turned down while
 *   others live: an alarm. `childrenListed` is false when the answer does not show every child: look with `bracket`.
 * refused: surely nothing is live.
 * question: nothing is live; a person must decide on `questions` (the last is the open one) and submit anew.
 * unknown: it may or may not be live; look it up before anything else is sent.
 */
export type SubmitOutcome =
  | {
      kind: "accepted";
      orders: PlacedOrder[];
      failed: PlacedOrder[];
      childrenListed: boolean;
      questions: AskedQuestion[];
    }
  | { kind: "refused"; code: string; message: string; orders: PlacedOrder[]; questions: AskedQuestion[] }
  | { kind: "question"; messageId: string | null; message: string; questions: AskedQuestion[] }
  | { kind: "unknown"; cause: ErrorRecord; questions: AskedQuestion[] };

export type SubmitOptions = {
  /** Message ids that a person confirmed for this very order, beyond the written policy. */
  confirmedByPerson?: readonly string[];
  signal?: AbortSignal;
};

/** cancel/modify answers acknowledge a request only: the state is read afterwards. */
export type CancelOutcome =
  | { kind: "requested"; message: string }
  | { kind: "refused"; code: string; message: string }
  | { kind: "unknown"; cause: ErrorRecord };

/** An order as the broker tells it now. */
export type BrokerOrder = {
  brokerOrderId: BrokerOrderId;
  /** order_ref where it is one of ours by form; null on children, manual orders and in order status. */
  clientOrderId: ClientOrderId | null;
  orderRef: string | null;
  parentBrokerOrderId: BrokerOrderId | null;
  ocaGroup: string | null;
  accountId: AccountId;
  conid: Conid;
  /** "C" and the conid when the broker's symbol is no ticker (an option, say). */
  symbol: Ticker;
  securityType: string;
  side: OrderSide;
  /** Null for a type the desk does not send (external orders); `typeText` has the broker's word. */
  type: OrderType | null;
  typeText: string;
  /** Null once filled (IBKR then says CLOSE) and for words the desk does not use. */
  timeInForce: TimeInForce | null;
  quantity: DecimalString;
  filledQuantity: DecimalString;
  remainingQuantity: DecimalString;
  limitPrice: DecimalString | null;
  stopPrice: DecimalString | null;
  averageFillPrice: DecimalString | null;
  currency: Currency | null;
  /** The broker's word, and its meaning: the event to apply and the status it stands for. */
  vendorStatus: string;
  event: OrderEventKind;
  status: OrderStatus;
  /** Why it was cancelled, rejected or expired, where the broker says so. */
  reason: string | null;
  lastExecutionAt: Instant | null;
};

/** What a look-up by client order id found. `certain`: both lists were properly warmed and shown whole. */
export type OrderLookup = {
  order: BrokerOrder | null;
  /** Children of that order, by their parent id. */
  children: BrokerOrder[];
  fills: Fill[];
  certain: boolean;
};

export type BracketView = {
  parent: BrokerOrder | null;
  stop: BrokerOrder | null;
  target: BrokerOrder | null;
  /** Children beyond one stop and one target: never expected. */
  others: BrokerOrder[];
};

/** Margin and commission as the broker estimates them before an order; money in `currency`. */
export type OrderPreview = {
  currency: Currency;
  notional: DecimalString | null;
  commission: DecimalString | null;
  initialMarginAfter: DecimalString | null;
  maintenanceMarginAfter: DecimalString | null;
  equityWithLoanAfter: DecimalString | null;
  /** The broker's words of warning; null when none. */
  warning: string | null;
};

/** The order desk at the broker. Every verb goes out only while the session is ready. */
export type IbkrOrders = {
  /** Margin and commission, nothing placed. @throws VendorError preview_refused when the broker says no. */
  preview(tickets: readonly OrderTicket[], signal?: AbortSignal): Promise<OrderPreview>;
  /** One POST and its questions. Throws only when surely nothing was sent (not ready, refused connection, paced). */
  submit(tickets: readonly OrderTicket[], options?: SubmitOptions): Promise<SubmitOutcome>;
  /** Replaces a working order by a complete ticket. Same answers as submit; `unknown` means: read it back. */
  modify(brokerOrderId: BrokerOrderId, ticket: OrderTicket, options?: SubmitOptions): Promise<SubmitOutcome>;
  /** Asks for a cancel. Acknowledged is not cancelled: it may still fill. */
  cancel(brokerOrderId: BrokerOrderId, signal?: AbortSignal): Promise<CancelOutcome>;
  /** One order by id; null when IBKR does not know it (its 503 for an unknown id). */
  status(brokerOrderId: BrokerOrderId, signal?: AbortSignal): Promise<BrokerOrder | null>;
  /**
   * All orders of the day, all symbols, warmed. Callers that come while one waits share one request.
   * @throws VendorError live_orders_truncated when the list is as long as IBKR ever makes it (1,000)
   */
  live(signal?: AbortSignal): Promise<BrokerOrder[]>;
  /** Fills of the last seven days, warmed, newest correction only, oldest first. */
  trades(signal?: AbortSignal): Promise<Fill[]>;
  /** Looks an order up in freshly warmed live orders and trades: what decides an unknown outcome. */
  find(clientOrderId: ClientOrderId, signal?: AbortSignal): Promise<OrderLookup>;
  /** The parent and its children as they stand, by the parent's broker id. */
  bracket(parentBrokerOrderId: BrokerOrderId, signal?: AbortSignal): Promise<BracketView>;
  /** Switches listed questions off for this brokerage session. @throws InputError for an id the policy does not confirm. */
  suppress(messageIds: readonly string[], signal?: AbortSignal): Promise<void>;
};
