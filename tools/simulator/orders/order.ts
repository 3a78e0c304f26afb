// An order, an execution and a ticket as the simulator keeps them. Types and small pure readings of them.
import type { SessionIndex } from "../market/sessions.ts";

export type SimSide = "BUY" | "SELL";
export type SimOrderType = "LMT" | "MKT" | "STP" | "STOP_LIMIT";
export type SimTimeInForce = "DAY" | "GTC";

/** IBKR's own words for the state of an order. */
export type SimOrderStatus =
  | "Inactive"
  | "PendingSubmit"
  | "PreSubmitted"
  | "Submitted"
  | "Filled"
  | "PendingCancel"
  | "Cancelled";

/** A validated ticket. Prices in the instrument's currency, quantity in shares. */
export type Ticket = {
  conid: number;
  type: SimOrderType;
  side: SimSide;
  tif: SimTimeInForce;
  quantity: number;
  limit: number | null;
  stop: number | null;
  clientId: string | null;
  /** The parent's cOID. */
  parentRef: string | null;
  singleGroup: boolean;
  outsideRth: boolean | null;
};

export type SimOrder = {
  id: number;
  /** The cOID; null on children. */
  clientId: string | null;
  parentId: number | null;
  ocaGroup: string | null;
  conid: number;
  type: SimOrderType;
  side: SimSide;
  tif: SimTimeInForce;
  quantity: number;
  limit: number | null;
  stop: number | null;
  outsideRth: boolean | null;
  status: SimOrderStatus;
  /** Shares filled; value is the decimal text of the sum of price × quantity. */
  filled: number;
  value: string;
  commission: string;
  /** A stop whose price was touched and that now works as a market or limit order. */
  triggered: boolean;
  reason: string | null;
  /** Market time of acceptance and of the last change, epoch milliseconds. */
  acceptedAt: number;
  changedAt: number;
  changedIn: SessionIndex;
  /** Machine time at which an acknowledged cancel takes effect. */
  cancelAt: number | null;
};

export type SimFill = {
  executionId: string;
  orderId: number;
  clientId: string | null;
  conid: number;
  side: SimSide;
  quantity: number;
  price: number;
  commission: string;
  /** Resulting position in the instrument. */
  position: number;
  at: number;
  session: SessionIndex;
  /** Machine time from which the commission is reported. */
  commissionAt: number;
};

const ENDED: readonly SimOrderStatus[] = ["Filled", "Cancelled", "Inactive"];

export function isWorking(order: SimOrder): boolean {
  return !ENDED.includes(order.status);
}

export function remaining(order: SimOrder): number {
  return Math.max(0, round(order.quantity - order.filled));
}

/** Removes binary dust from sums of fractional shares. */
export function round(quantity: number): number {
  return Math.round(quantity * 1e6) / 1e6;
}
