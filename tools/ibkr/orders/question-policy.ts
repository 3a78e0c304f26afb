// The written policy on the broker's questions: what each known message id is answered, and why. Pure data.
// Invariant: an id that is not here is never confirmed.
import type { OrderType } from "#store/model/order.ts";

export type QuestionAction = "confirm" | "refuse" | "ask";

export type QuestionRule = {
  id: string;
  action: QuestionAction;
  why: string;
  /** Another action when the submission holds an order of this type. */
  when?: { type: OrderType; action: QuestionAction; why: string };
};

const CONFIRMED: readonly QuestionRule[] = [
  {
    id: "o163",
    action: "confirm",
    why: "Price far from the market: the risk gate has bounded the entry, and stops and targets lie away by design.",
  },
  {
    id: "o382",
    action: "confirm",
    why: "Many ticks from the market: bounded by the risk gate like o163.",
  },
  {
    id: "o383",
    action: "confirm",
    why: "Many shares: the size comes from the risk gate, which bounds value and loss rather than the count.",
  },
  {
    id: "o10151",
    action: "confirm",
    why: "General disclosure about market orders; whether one may be sent was decided before.",
  },
  {
    id: "o10152",
    action: "confirm",
    why: "General disclosure about stop orders: every entry carries a stop.",
  },
  {
    id: "o10153",
    action: "confirm",
    why: "The broker may cap a price against unfair fills: that can only cost a fill, never a worse one.",
  },
  {
    id: "o10331",
    action: "confirm",
    why: "General disclosure about stop orders: every entry carries a stop.",
  },
  {
    id: "o403",
    action: "confirm",
    why: "Would fill at once: a limit is bounded by its own price.",
    when: {
      type: "STOP",
      action: "ask",
      why: "A stop that would trigger at once may lie on the wrong side of the market.",
    },
  },
];

const ASKED: readonly QuestionRule[] = [
  {
    id: "o354",
    action: "ask",
    why: "No market data at the broker: the order could not be checked against a price.",
  },
  {
    id: "o451",
    action: "ask",
    why: "Value above the broker's preset: a second pair of eyes was wanted there.",
  },
  { id: "o2137", action: "ask", why: "An order on the other side is working: both could fill." },
  { id: "o10138", action: "ask", why: "A change of size beyond the broker's preset." },
  { id: "o10336", action: "ask", why: "Limited liquidity: closing may fail or cost." },
];

const REFUSED: readonly QuestionRule[] = [
  { id: "o2136", action: "refuse", why: "Mixed allocation: the desk trades one account." },
  { id: "o2165", action: "refuse", why: "Fractions: the desk sends whole shares." },
  { id: "o10082", action: "refuse", why: "A called bond: the desk trades stocks." },
  { id: "o10164", action: "refuse", why: "Cash quantity: the desk sends shares." },
  { id: "o10223", action: "refuse", why: "Cash quantity: the desk sends shares." },
  { id: "o10288", action: "refuse", why: "Crypto: the desk trades stocks." },
  { id: "o10332", action: "refuse", why: "Crypto: the desk trades stocks." },
  { id: "o10333", action: "refuse", why: "Option exercise: the desk trades stocks." },
  { id: "o10334", action: "refuse", why: "Another account than the selected one: the account is pinned." },
  { id: "o10335", action: "refuse", why: "Belongs to another program's order window." },
  { id: "p6", action: "refuse", why: "Distribution over several accounts: the account is pinned." },
  {
    id: "p12",
    action: "refuse",
    why: "Offers a price management algorithm after a refusal: the order as decided was refused.",
  },
];

export const QUESTION_POLICY: readonly QuestionRule[] = [...CONFIRMED, ...ASKED, ...REFUSED];

const BY_ID = new Map(QUESTION_POLICY.map((rule) => [rule.id, rule]));

/** What to do with a question. Unknown and missing ids are told to a person, whose word does not confirm them either. */
export function policyFor(
  messageId: string | null,
  of: { types: readonly OrderType[]; confirmedByPerson: readonly string[] },
): { action: QuestionAction; why: string } {
  const rule = messageId === null ? undefined : BY_ID.get(messageId);
  if (rule === undefined) {
    return {
      action: "refuse",
      why: "The written policy does not know this question; such are confirmed by nobody.",
    };
  }
  const applied = rule.when !== undefined && of.types.includes(rule.when.type) ? rule.when : rule;
  if (applied.action === "ask" && of.confirmedByPerson.includes(rule.id)) {
    return { action: "confirm", why: "A person confirmed this question for this order." };
  }
  return { action: applied.action, why: applied.why };
}

/** Ids that may be switched off for a session: those that are confirmed whatever the order. */
export function maySuppress(messageId: string): boolean {
  const rule = BY_ID.get(messageId);
  return rule?.action === "confirm" && rule.when === undefined;
}

/** The table of docs/broker-questions.md. */
export function questionTable(): string {
  const rows = QUESTION_POLICY.map(({ id, action, why, when }) => {
    const exception = when === undefined ? "" : ` With a ${when.type} order: **${when.action}**. ${when.why}`;
    return `| ${id} | ${action} | ${why}${exception} |`;
  });
  return ["| id | answer | why |", "|---|---|---|", ...rows].join("\n");
}
