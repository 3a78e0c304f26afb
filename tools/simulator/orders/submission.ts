// The life of a submission until it is an order or a refusal: checks, the chain of questions, the acceptance.
// Effects: through the book. One chain at a time: another submission invalidates the questions of the one before.
import { derivedId } from "#store/model/ids.ts";
import { dec } from "#store/model/money.ts";
import type { Clock } from "#tools/clock.ts";
import type { Account } from "../account/account.ts";
import { type AccountFigures, MARGIN_SHARE } from "../account/figures.ts";
import type { MarketData } from "../market/market.ts";
import { lastPrice, type MarketMoment } from "../market/market-clock.ts";
import type { SimulatorSettings } from "../settings.ts";
import type { OrderBook } from "./book.ts";
import { isWorking, type SimOrder, type Ticket } from "./order.ts";
import { grouped, limitRefusal, type Question, questionsAbout } from "./questions.ts";
import { isRecord, NOT_JSON, type Parsed, parseSubmission, parseTicket } from "./ticket.ts";

export type Answer = { status: number; body: unknown };

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

type SubmissionsOf = {
  book: OrderBook;
  account: Account;
  figures: () => AccountFigures;
  market: MarketData;
  clock: Clock;
  moment: () => MarketMoment;
  settings: SimulatorSettings;
  accountId: string;
  /** Faults asked for by a test: a child that the exchange refuses, a prompt instead of an acceptance. */
  takeFault: (kind: "reject_child" | "advanced_prompt") => boolean;
};

type Chain = {
  id: string;
  askedAt: number;
  asked: Question;
  rest: readonly Question[];
  finish: () => Answer;
  clientIds: readonly string[];
};

const refusal = (error: string, status = 200): Answer => ({ status, body: { error } });
const SERVICE_UNAVAILABLE: Answer = { status: 503, body: { error: "Service Unavailable", statusCode: 503 } };

export function createSubmissions(of: SubmissionsOf): Submissions {
  const { book, settings } = of;
  const suppressed = new Set<string>();
  const declined = new Set<string>();
  const prompts = new Map<number, () => void>();
  let chain: Chain | undefined;
  let counter = 0;
  const machineNow = () => of.clock.now().getTime();
  const newId = (kind: string) => {
    counter += 1;
    return derivedId(kind, of.accountId, machineNow(), counter);
  };

  const about = (ticket: Ticket) => {
    const instrument = of.market.byConid(ticket.conid);
    if (instrument === undefined) return undefined;
    const known = settings.data.subscription === "realtime" ? lastPrice(instrument, of.moment()) : undefined;
    return { ticket, instrument, last: known?.price, settings: settings.orders };
  };

  const marginRefusal = (ticket: Ticket): string | undefined => {
    const held = of.account.holding(ticket.conid)?.quantity ?? dec(0);
    const after = held.plus(ticket.side === "BUY" ? ticket.quantity : -ticket.quantity);
    if (after.isNegative() && ticket.side === "SELL" && !settings.orders.allowShort) {
      return "No trading permissions.";
    }
    if (ticket.parentRef !== null || after.abs().lte(held.abs())) return undefined;
    const instrument = of.market.byConid(ticket.conid);
    const last = instrument === undefined ? undefined : lastPrice(instrument, of.moment())?.price;
    const figures = of.figures();
    const added = dec(ticket.limit ?? ticket.stop ?? last ?? 0).times(after.abs().minus(held.abs()));
    const needed = figures.margin.plus(added.times(MARGIN_SHARE));
    if (needed.lte(figures.equity)) return undefined;
    const money = (amount: { toNumber(): number }) => grouped(amount.toNumber(), 2);
    return `YOUR ORDER IS NOT ACCEPTED. IN ORDER TO OBTAIN THE DESIRED POSITION YOUR EQUITY WITH LOAN VALUE [${money(figures.equity)} USD] MUST EXCEED THE INITIAL MARGIN [${money(needed)} USD]`;
  };

  const duplicate = (ticket: Ticket) =>
    ticket.clientId !== null && (book.clientIdTaken(ticket.clientId) || declined.has(ticket.clientId));
  const duplicateRefusal = (clientId: string | null) =>
    refusal(
      `Order couldn't be submitted: Local order ID=${clientId ?? ""} is already registered.`,
      settings.orders.duplicateStatus,
    );

  /** Asks the next question, or finishes. */
  const proceed = (questions: readonly Question[], rest: Pick<Chain, "finish" | "clientIds">): Answer => {
    const [asked, ...later] = questions.filter((one) => !suppressed.has(one.messageId));
    if (asked === undefined) {
      chain = undefined;
      return rest.finish();
    }
    chain = { ...rest, id: newId("question"), askedAt: machineNow(), asked, rest: later };
    const entry = {
      id: chain.id,
      message: [asked.message],
      isSuppressed: false,
      messageIds: [asked.messageId],
      messageOptions: ["Yes", "No"],
    };
    return { status: 200, body: [entry] };
  };

  const questions = (tickets: readonly Ticket[]) =>
    tickets.flatMap((ticket) => {
      const asked = about(ticket);
      return asked === undefined ? [] : questionsAbout(asked);
    });

  const accept = (tickets: readonly Ticket[], failures: readonly string[]): Answer => {
    const taken = tickets.find(duplicate);
    if (taken !== undefined) return duplicateRefusal(taken.clientId);
    if (of.takeFault("advanced_prompt")) return prompt(tickets);
    const failed = failures.map((text) => ({
      order_id: "-1",
      order_status: "Failed",
      text,
      warning_message: "Order rejected by the exchange.",
    }));
    return { status: 200, body: [...failed, ...book.place(tickets).map(acceptedRow)] };
  };

  const prompt = (tickets: readonly Ticket[]): Answer => {
    counter += 1;
    const orderId = 900_000_000 + counter;
    prompts.set(orderId, () => book.place(tickets));
    const body = {
      orderId,
      reqId: String(22_000 + counter),
      dismissable: [],
      text: "If your order is not immediately executable, our systems may, depending on market conditions, reject your order if its limit price is more than the allowed amount away from the reference price at that time.\nUse the Price Management Algo?",
      options: ["Use on this order", "Always use", "Do not use"],
      type: "M",
      messageId: "p12",
      prompt: true,
    };
    return { status: 200, body };
  };

  /** A refused parent refuses all; a refused child fails alone: brackets are not atomic. */
  const sort = (parsed: readonly Parsed<Ticket>[]) => {
    const tickets: Ticket[] = [];
    const failures: string[] = [];
    for (const [index, one] of parsed.entries()) {
      if (!one.ok && (index === 0 || one.refusal.status !== 200)) return { refusal: one.refusal };
      if (!one.ok) failures.push(one.refusal.error);
      else if (index > 0 && one.value.parentRef !== null && of.takeFault("reject_child")) {
        failures.push("Order rejected by the exchange.");
      } else tickets.push(one.value);
    }
    return { tickets, failures };
  };

  const orphan = (tickets: readonly Ticket[]) =>
    tickets.find(
      ({ parentRef }) =>
        parentRef !== null &&
        !tickets.some((one) => one.clientId === parentRef) &&
        book.byClientId(parentRef) === undefined,
    );

  return {
    submit: (body) => {
      const parsed = parseSubmission(body, of.market);
      if (!parsed.ok) return refusal(parsed.refusal.error, parsed.refusal.status);
      const sorted = sort(parsed.value.tickets);
      if (sorted.refusal !== undefined) return refusal(sorted.refusal.error, sorted.refusal.status);
      chain = undefined;
      const { tickets, failures } = sorted;
      const taken = tickets.find(duplicate);
      if (taken !== undefined) return duplicateRefusal(taken.clientId);
      const lost = orphan(tickets);
      if (lost !== undefined) return refusal(`Parent order ${lost.parentRef ?? ""} not found.`);
      const refused = tickets.map((ticket) => {
        const asked = about(ticket);
        return (asked === undefined ? undefined : limitRefusal(asked)) ?? marginRefusal(ticket);
      });
      const reason = refused.find((text) => text !== undefined);
      if (reason !== undefined) return refusal(reason);
      return proceed(questions(tickets), {
        finish: () => accept(tickets, failures),
        clientIds: tickets.flatMap((ticket) => ticket.clientId ?? []),
      });
    },
    modify: (orderId, body) => {
      const order = book.order(orderId);
      if (order === undefined) return refusal(`OrderID ${orderId} doesn't exist`, 400);
      if (!isWorking(order)) return refusal("Order is inactive", 400);
      if (!isRecord(body)) return refusal(NOT_JSON, 400);
      const parsed = parseTicket({ ...body, parentId: undefined }, of.market);
      if (!parsed.ok) return refusal(parsed.refusal.error, parsed.refusal.status);
      const ticket = parsed.value;
      if (ticket.conid !== order.conid || ticket.side !== order.side || ticket.quantity < order.filled) {
        return refusal("Order attributes cannot be modified: contract, side or a quantity already filled.");
      }
      chain = undefined;
      return proceed(questions([ticket]), {
        finish: () => {
          const current = book.order(orderId);
          if (current === undefined || !isWorking(current)) return refusal("Order is inactive", 400);
          return { status: 200, body: [acceptedRow(book.modify(orderId, ticket))] };
        },
        clientIds: [],
      });
    },
    reply: (id, body) => {
      const current = chain;
      const late = current !== undefined && machineNow() - current.askedAt > settings.orders.replyLifetimeMs;
      if (current === undefined || current.id !== id || late) {
        return refusal(`reply id not found: '${id}'`, 400);
      }
      const confirmed = isRecord(body) ? body.confirmed : undefined;
      if (typeof confirmed !== "boolean") return refusal("Bad Request: confirmed must be a boolean", 400);
      chain = undefined;
      if (confirmed) return proceed(current.rest, current);
      if (settings.orders.declinedConsumesClientId) for (const one of current.clientIds) declined.add(one);
      return refusal("Order not confirmed ");
    },
    replyStale: (id) => {
      if (chain?.id === id) chain.finish();
      chain = undefined;
      return SERVICE_UNAVAILABLE;
    },
    notification: (body) => {
      const orderId = isRecord(body) && typeof body.orderId === "number" ? body.orderId : -1;
      const placed = prompts.get(orderId);
      if (placed === undefined) return refusal(`OrderID ${orderId} doesn't exist`, 400);
      prompts.delete(orderId);
      placed();
      return { status: 200, body: "Request was submitted" };
    },
    suppress: (messageIds) => {
      for (const one of messageIds) suppressed.add(one);
    },
    unsuppress: () => suppressed.clear(),
    forget: () => {
      chain = undefined;
      suppressed.clear();
    },
  };
}

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
