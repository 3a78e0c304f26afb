// The pacing port: who may call the gateway when. One budget per gateway address. Types only.
import type { GatewayMethod } from "../transport/transport.ts";

/** Orders and cancels first, then reads that a run waits for, then background reads. */
export type PacingPriority = "order" | "read" | "background";

export type PacingAsk = {
  method: GatewayMethod;
  /** API path without the query, such as "/iserver/account/orders". */
  path: string;
  priority: PacingPriority;
  /** Rather than wait longer than this (ms), fail with UnavailableError "gateway_paced". No bound when absent. */
  maxWaitMs?: number;
  /** Until when (ms from the grant) the call surely is over; the slot of a crashed process ends then. */
  leaseMs?: number;
  signal?: AbortSignal;
};

/** The right to send one request now. Release when its answer is in (or it failed): windows count from there. */
export type PacingPermit = { release(): Promise<void> };

export type PacingStatus = {
  /** UTC instant (ms) until which IBKR's penalty box keeps every call back; null when free. */
  penaltyUntil: number | null;
  /** Calls of this process that wait for their turn. */
  waiting: number;
};

export type PacingBudget = {
  acquire(ask: PacingAsk): Promise<PacingPermit>;
  /** A 429 came: nothing is sent for this long (ms), by any process that shares the budget. */
  penalty(durationMs: number): Promise<void>;
  status(): PacingStatus;
};
