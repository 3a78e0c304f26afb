// The order verbs that ask something of the broker: submit, modify, cancel, preview, suppress. Effects: network.
import { z } from "zod";
import { InputError, toErrorRecord, VendorError } from "#store/model/errors.ts";
import type { BrokerOrderId } from "#store/model/ids.ts";
import { Currency, type DecimalString } from "#store/model/money.ts";
import { errorOf, verdictOf } from "../wire/answers.ts";
import { amountOf, NumberLike, plainText } from "../wire/values.ts";
import { nameLegs } from "./legs.ts";
import type { OrderParts } from "./parts.ts";
import { maySuppress } from "./question-policy.ts";
import { submitChain, surelyNotSent } from "./submit.ts";
import { bareTicket, wireTickets } from "./tickets.ts";
import type { CancelOutcome, IbkrOrders, OrderPreview, OrderTicket, SubmitOptions } from "./types.ts";

export type OrderRequests = Pick<IbkrOrders, "submit" | "modify" | "cancel" | "preview" | "suppress">;

/** IBKR takes at most this many ids per call. */
const MOST_SUPPRESSED = 51;

export function createOrderRequests(parts: OrderParts): OrderRequests {
  return {
    submit: (tickets, options = {}) => submit(parts, tickets, options),
    modify: (brokerOrderId, ticket, options = {}) => modify(parts, { brokerOrderId, ticket }, options),
    cancel: (brokerOrderId, signal) => cancel(parts, brokerOrderId, signal),
    preview: (tickets, signal) => preview(parts, tickets, signal),
    suppress: (messageIds, signal) => suppress(parts, messageIds, signal),
  };
}

async function submit(parts: OrderParts, tickets: readonly OrderTicket[], options: SubmitOptions) {
  const { accountId } = await parts.ready(options.signal);
  const orders = wireTickets(tickets, accountId);
  const path = `/iserver/account/${accountId}/orders`;
  const outcome = await parts.exclusively(() =>
    submitChain(parts, { path, body: { orders }, tickets }, options),
  );
  return outcome.kind === "accepted" ? nameLegs(parts, tickets, outcome) : outcome;
}

/** One bare, complete ticket: what is left out would be dropped from the order. Its client order id stays what it was. */
async function modify(
  parts: OrderParts,
  of: { brokerOrderId: BrokerOrderId; ticket: OrderTicket },
  options: SubmitOptions,
) {
  const { accountId } = await parts.ready(options.signal);
  const body = bareTicket(of.ticket, accountId);
  const path = `/iserver/account/${accountId}/order/${of.brokerOrderId}`;
  return parts.exclusively(() => submitChain(parts, { path, body, tickets: [of.ticket] }, options));
}

const CancelAnswer = z.looseObject({ msg: z.string(), order_id: NumberLike.nullish() });

async function cancel(
  parts: OrderParts,
  brokerOrderId: BrokerOrderId,
  signal?: AbortSignal,
): Promise<CancelOutcome> {
  const { accountId } = await parts.ready(signal);
  const path = `/iserver/account/${accountId}/order/${brokerOrderId}`;
  return parts.exclusively(async () => {
    try {
      const body = await parts.calls.once({
        method: "DELETE",
        path,
        priority: "order",
        deadlineMs: parts.timing.orderDeadlineMs,
        freshConnection: true,
        ...(signal === undefined ? {} : { signal }),
      });
      const verdict = verdictOf(body);
      const call = { method: "DELETE", path, gateway: parts.calls.address };
      if (verdict.kind === "refused") return cancelRefused(verdict.message);
      if (verdict.kind !== "ok")
        return { kind: "unknown", cause: toErrorRecord(errorOf(verdict, call, body.status)) };
      const answer = CancelAnswer.safeParse(body.json);
      if (answer.success) return { kind: "requested", message: answer.data.msg };
      const odd = new VendorError(
        "cancel_answer_unclear",
        `The cancel was answered: ${body.text.slice(0, 200)}`,
      );
      return { kind: "unknown", cause: toErrorRecord(odd) };
    } catch (error) {
      if (surelyNotSent(error)) throw error;
      return { kind: "unknown", cause: toErrorRecord(error) };
    }
  });
}

function cancelRefused(message: string): CancelOutcome {
  const code = /doesn't exist|not found/i.test(message) ? "order_not_found" : "order_not_cancellable";
  return { kind: "refused", code, message };
}

const Change = z.looseObject({ after: z.string().nullish() });
const PreviewAnswer = z.looseObject({
  amount: z
    .looseObject({
      amount: z.string().nullish(),
      commission: z.string().nullish(),
      total: z.string().nullish(),
    })
    .nullish(),
  equity: Change.nullish(),
  initial: Change.nullish(),
  maintenance: Change.nullish(),
  warn: z.string().nullish(),
  error: z.string().nullish(),
});

async function preview(
  parts: OrderParts,
  tickets: readonly OrderTicket[],
  signal?: AbortSignal,
): Promise<OrderPreview> {
  const { accountId } = await parts.ready(signal);
  const path = `/iserver/account/${accountId}/orders/whatif`;
  // A what-if has no life at the broker: the client order id must stay unused.
  const orders = wireTickets(tickets, accountId).map(({ cOID: _, parentId: __, ...ticket }) => ticket);
  const answer = await parts.exclusively(() =>
    parts.calls.read({
      method: "POST",
      path,
      body: { orders: orders.slice(0, 1) },
      schema: PreviewAnswer,
      attempts: 2,
      explain: (message, status) =>
        status < 500
          ? new VendorError("preview_refused", plainText(message), { facts: { status } })
          : undefined,
      ...(signal === undefined ? {} : { signal }),
    }),
  );
  const notional = money(answer.amount?.amount, "amount");
  const commission = money(answer.amount?.commission, "commission");
  const named = [notional, commission, money(answer.amount?.total, "total")].find(
    (one) => one?.currency != null,
  );
  const warning = answer.warn === null || answer.warn === undefined ? "" : plainText(answer.warn);
  return {
    currency: Currency.parse(named?.currency ?? "USD"),
    notional: notional?.amount ?? null,
    commission: commission?.amount ?? null,
    initialMarginAfter: money(answer.initial?.after, "initial margin")?.amount ?? null,
    maintenanceMarginAfter: money(answer.maintenance?.after, "maintenance margin")?.amount ?? null,
    equityWithLoanAfter: money(answer.equity?.after, "equity")?.amount ?? null,
    warning: warning === "" ? null : warning,
  };
}

function money(
  text: string | null | undefined,
  what: string,
): { amount: DecimalString; currency: string | null } | null {
  return text === null || text === undefined || text.trim() === "" ? null : amountOf(text, what);
}

const SuppressAnswer = z.looseObject({ status: z.string() });

async function suppress(
  parts: OrderParts,
  messageIds: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const forbidden = messageIds.filter((id) => !maySuppress(id));
  if (forbidden.length > 0 || messageIds.length === 0 || messageIds.length > MOST_SUPPRESSED) {
    throw new InputError(
      "questions_not_suppressible",
      `Only questions that the written policy always confirms may be switched off: ${forbidden.join(", ")}.`,
      { facts: { forbidden } },
    );
  }
  await parts.ready(signal);
  await parts.calls.read({
    method: "POST",
    path: "/iserver/questions/suppress",
    body: { messageIds },
    schema: SuppressAnswer,
    ...(signal === undefined ? {} : { signal }),
  });
}
