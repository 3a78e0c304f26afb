// The life of a submission until it is an order or a refusal: parsing, checks, questions, acceptance.
// Effects: through the book. Another submission invalidates the questions of the one before.
import type { Clock } from "#tools/clock.ts";
import { type Answer, isRecord, refusal } from "../../wire.ts";
import { isWorking, type SimOrder, type Ticket } from "../order.ts";
import { createQuestionChain, type QuestionChain } from "./chain.ts";
import { asked, type ChecksOf, refusalReason } from "./checks.ts";
import { createPrompts } from "./prompts.ts";
import { questionsAbout } from "./questions.ts";
import { NOT_JSON, type Parsed, parseSubmission, parseTicket, type Refusal } from "./ticket.ts";

export type Submissions = {
  submit(body: unknown): Answer;
  modify(orderId: number, body: unknown): Answer;
  reply(id: string, body: unknown): Answer;
  /** The confirmed reply that is answered "Service Unavailable" although the order goes live. */
  replyStale(id: string): Answer;
  /** Answers an advanced reject prompt. */
  notification(body: unknown): Answer;
  suppress(messageIds: readonly string[]): void;
  unsuppress(): void;
  /** Forgets questions and suppressions: they last for a brokerage session. */
  forget(): void;
};

export type SubmissionsOf = ChecksOf & {
  clock: Clock;
  accountId: string;
  /** Faults asked for by a test: a child that the exchange refuses, a prompt instead of an acceptance. */
  takeFault: (kind: "reject_child" | "advanced_prompt") => boolean;
};

const SERVICE_UNAVAILABLE: Answer = { status: 503, body: { error: "Service Unavailable", statusCode: 503 } };

export function createSubmissions(of: SubmissionsOf): Submissions {
  const { settings } = of;
  const chain = createQuestionChain({
    clock: of.clock,
    lifetimeMs: settings.orders.replyLifetimeMs,
    accountId: of.accountId,
  });
  const prompts = createPrompts();
  /** cOIDs that a declined question used up, where that is set. */
  const declined = new Set<string>();

  const duplicate = (tickets: readonly Ticket[]): Answer | undefined => {
    const taken = tickets.find(
      ({ clientId }) => clientId !== null && (of.book.clientIdTaken(clientId) || declined.has(clientId)),
    );
    if (taken === undefined) return undefined;
    const text = `Order couldn't be submitted: Local order ID=${taken.clientId ?? ""} is already registered.`;
    return refusal(text, settings.orders.duplicateStatus);
  };

  const accept = (tickets: readonly Ticket[], failures: readonly string[]): Answer => {
    const taken = duplicate(tickets);
    if (taken !== undefined) return taken;
    if (of.takeFault("advanced_prompt")) return prompts.ask(() => of.book.place(tickets));
    return { status: 200, body: [...failures.map(failedRow), ...of.book.place(tickets).map(acceptedRow)] };
  };

  return {
    submit: (body) => {
      const parsed = parseSubmission(body, of.market);
      if (!parsed.ok) return refusal(parsed.refusal.error, parsed.refusal.status);
      const sorted = sortTickets(parsed.value.tickets, () => of.takeFault("reject_child"));
      if (sorted.refusal !== undefined) return refusal(sorted.refusal.error, sorted.refusal.status);
      chain.invalidate();
      const { tickets, failures } = sorted;
      const taken = duplicate(tickets);
      if (taken !== undefined) return taken;
      const reason = refusalReason(tickets, of);
      if (reason !== undefined) return refusal(reason);
      return chain.begin({
        questions: questions(tickets, of),
        finish: () => accept(tickets, failures),
        declined: () => {
          if (!settings.orders.declinedConsumesClientId) return;
          for (const { clientId } of tickets) if (clientId !== null) declined.add(clientId);
        },
      });
    },
    modify: (orderId, body) => modify(of, chain, { orderId, body }),
    reply: chain.reply,
    replyStale: (id) => {
      chain.finishSilently(id);
      return SERVICE_UNAVAILABLE;
    },
    notification: prompts.answer,
    suppress: chain.suppress,
    unsuppress: chain.unsuppress,
    forget: () => {
      chain.invalidate();
      chain.unsuppress();
    },
  };
}

function questions(tickets: readonly Ticket[], of: ChecksOf) {
  return tickets.flatMap((ticket) => {
    const known = asked(ticket, of);
    return known === undefined ? [] : questionsAbout(known);
  });
}

/** A complete new ticket for a working order; contract and side stay, and so does what was filled. */
function modify(
  of: SubmissionsOf,
  chain: QuestionChain,
  request: { orderId: number; body: unknown },
): Answer {
  const { orderId, body } = request;
  const order = of.book.order(orderId);
  if (order === undefined) return refusal(`OrderID ${orderId} doesn't exist`, 400);
  if (!isWorking(order)) return refusal("Order is inactive", 400);
  if (!isRecord(body)) return refusal(NOT_JSON, 400);
  const parsed = parseTicket({ ...body, parentId: undefined }, of.market);
  if (!parsed.ok) return refusal(parsed.refusal.error, parsed.refusal.status);
  const ticket = parsed.value;
  if (ticket.conid !== order.conid || ticket.side !== order.side || ticket.quantity < order.filled) {
    return refusal("Order attributes cannot be modified: contract, side or a quantity already filled.");
  }
  chain.invalidate();
  return chain.begin({
    questions: questions([ticket], of),
    finish: () => {
      const current = of.book.order(orderId);
      if (current === undefined || !isWorking(current)) return refusal("Order is inactive", 400);
      return { status: 200, body: [acceptedRow(of.book.modify(orderId, ticket))] };
    },
  });
}

type Sorted =
  | { refusal: Refusal }
  | { refusal?: undefined; tickets: readonly Ticket[]; failures: readonly string[] };

/** A refused parent refuses all; a refused child fails alone: brackets are not atomic. */
function sortTickets(parsed: readonly Parsed<Ticket>[], rejectsChild: () => boolean): Sorted {
  const tickets: Ticket[] = [];
  const failures: string[] = [];
  for (const [index, one] of parsed.entries()) {
    if (!one.ok && (index === 0 || one.refusal.status !== 200)) return { refusal: one.refusal };
    if (!one.ok) failures.push(one.refusal.error);
    else if (index > 0 && one.value.parentRef !== null && rejectsChild()) {
      failures.push("Order rejected by the exchange.");
    } else tickets.push(one.value);
  }
  return { tickets, failures };
}

const failedRow = (text: string) => ({
  order_id: "-1",
  order_status: "Failed",
  text,
  warning_message: "Order rejected by the exchange.",
});

function acceptedRow(order: SimOrder): Record<string, string> {
  return {
    order_id: String(order.id),
    order_status: order.status,
    encrypt_message: "1",
    ...(order.clientId === null ? {} : { local_order_id: order.clientId }),
    ...(order.parentId === null ? {} : { parent_order_id: String(order.parentId) }),
    ...(order.ocaGroup === null ? {} : { oca_group_id: order.ocaGroup }),
  };
}
