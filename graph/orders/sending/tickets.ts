// A plan as order rows and as the tickets that go out: entry, stop, target; or one exit. Pure; ids are deterministic.

import { InvariantError } from "#store/model/errors.ts";
import {
  type ApprovalId,
  clientOrderId,
  derivedId,
  type ExecutionId,
  type OrderId,
  type OrderLeg,
  type SessionDate,
  type SymbolRunId,
  type VerdictId,
} from "#store/model/ids.ts";
import type { Instrument } from "#store/model/instrument.ts";
import type { DecimalString } from "#store/model/money.ts";
import type { OrderSide, OrderType, TimeInForce } from "#store/model/order.ts";
import type { OrderPlan } from "#store/model/risk.ts";
import type { NewOrder, OrderRow } from "#store/trading/orders.ts";
import type { OrderTicket } from "#tools/ibkr/orders/types.ts";
import type { Gateway } from "../../gateway.ts";

type Leg = {
  readonly leg: OrderLeg;
  readonly side: OrderSide;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly limitPrice: DecimalString | null;
  readonly stopPrice: DecimalString | null;
};

/** The entry lives for its session; stop and target guard the position until one of them ends it. */
export function legsOf(plan: OrderPlan): readonly Leg[] {
  const { side, entryType, limitPrice } = plan;
  const first = { side, type: entryType, timeInForce: "DAY", limitPrice, stopPrice: null } as const;
  if (plan.effect === "close") return [{ leg: "exit", ...first }];
  const away = side === "BUY" ? "SELL" : "BUY";
  return [
    { leg: "entry", ...first },
    {
      leg: "stop",
      side: away,
      type: "STOP",
      timeInForce: "GTC",
      limitPrice: null,
      stopPrice: plan.stopPrice,
    },
    {
      leg: "target",
      side: away,
      type: "LIMIT",
      timeInForce: "GTC",
      limitPrice: plan.targetPrice,
      stopPrice: null,
    },
  ];
}

export type Intent = {
  readonly symbolRunId: SymbolRunId;
  readonly executionId: ExecutionId;
  readonly verdictId: VerdictId;
  readonly approvalId: ApprovalId;
  readonly plan: OrderPlan;
  readonly instrument: Pick<Instrument, "conid" | "symbol">;
  readonly gateway: Pick<Gateway, "accountId" | "session">;
  /** The session that the order belongs to; part of the client order id. */
  readonly session: SessionDate;
  /** Rises only after the attempt before is known not to be at the broker. */
  readonly attempt: number;
};

export function orderIdOf(symbolRunId: SymbolRunId, leg: OrderLeg, attempt: number): OrderId {
  return derivedId("order", symbolRunId, leg, attempt) as OrderId;
}

/** The intent rows of one attempt, the parent first. */
export function intentRows(intent: Intent): NewOrder[] {
  const { symbolRunId, executionId, plan, instrument, attempt, session } = intent;
  const legs = legsOf(plan);
  const parent = orderIdOf(symbolRunId, legs[0]?.leg ?? "entry", attempt);
  return legs.map((leg) => {
    const id = leg === legs[0] ? parent : orderIdOf(symbolRunId, leg.leg, attempt);
    return {
      ...leg,
      id,
      symbolRunId,
      verdictId: intent.verdictId,
      approvalId: intent.approvalId,
      clientOrderId: clientOrderId({
        executionId,
        symbol: instrument.symbol,
        leg: leg.leg,
        sessionDate: session,
        attempt,
      }),
      brokerOrderId: null,
      parentOrderId: id === parent ? null : parent,
      attempt,
      gatewaySession: intent.gateway.session,
      accountId: intent.gateway.accountId,
      conid: instrument.conid,
      symbol: instrument.symbol,
      quantity: plan.quantity,
      currency: plan.currency,
      status: "INITIALIZED",
      filledQuantity: "0" as DecimalString,
      averageFillPrice: null,
      reason: null,
      external: false,
    };
  });
}

/** What a stored row says on the wire. @throws InvariantError for a row that was never ours to send. */
export function ticketOf(row: OrderRow, instrument: Pick<Instrument, "priceIncrements"> | null): OrderTicket {
  if (row.clientOrderId === null)
    throw new InvariantError("an order without a client order id", { orderId: row.id });
  const { leg, conid, symbol, side, type, timeInForce, quantity, limitPrice, stopPrice } = row;
  return {
    leg,
    clientOrderId: row.clientOrderId,
    conid,
    symbol,
    side,
    type,
    timeInForce,
    quantity,
    limitPrice,
    stopPrice,
    ...(instrument === null ? {} : { priceIncrements: instrument.priceIncrements }),
  };
}

/** The entry (or exit) alone, for the broker's estimate; nothing of it is ever sent as an order. */
export function previewTicket(
  plan: OrderPlan,
  of: { symbolRunId: SymbolRunId; instrument: Pick<Instrument, "conid" | "symbol"> },
): OrderTicket {
  const [first] = legsOf(plan);
  if (first === undefined) throw new InvariantError("a plan without legs");
  const { conid, symbol } = of.instrument;
  const id = derivedId("preview", of.symbolRunId).replaceAll("-", "").slice(0, 20);
  return {
    ...first,
    clientOrderId: `CS-preview-${id}` as OrderTicket["clientOrderId"],
    conid,
    symbol,
    quantity: plan.quantity,
  };
}
