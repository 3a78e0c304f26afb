// The ways in which the test model server answers badly. Pure.

/** A number is an HTTP status. `hang`: no answer ever. `babble`: prose for ever. */
export type Fault =
  | number
  | "hang"
  | "refusal"
  | "babble"
  | "empty_choices"
  | "truncated"
  | "wrong_symbol"
  | "wrong_type"
  | "invented_price"
  | "unstorable"
  | "wrong_side";

export type Spoken = { content: string | null; refusal?: string; finishReason?: string };

type Answer = Record<string, unknown>;

/** @param correct what the rules would answer. */
export function spoil(fault: Fault, correct: () => object): Spoken {
  const changed = (change: (answer: Answer) => Answer): Spoken => ({
    content: JSON.stringify(change({ ...correct() })),
  });
  switch (fault) {
    case "refusal":
      return { content: null, refusal: "I cannot help with trading." };
    case "babble":
      return { content: "The market, as ever, is a conversation between hope and memory." };
    case "truncated":
      return { content: JSON.stringify(correct()).slice(0, 60), finishReason: "length" };
    case "wrong_symbol":
      return changed((answer) => ({ ...answer, symbol: "ZZZZ" }));
    case "unstorable":
      return changed((answer) => ({ ...answer, summary: "up \u0000 \ud800 down" }));
    case "wrong_type":
      return changed((answer) => ({ ...answer, symbol: 7, verdict: 7 }));
    case "invented_price":
      return changed(inventPrice);
    case "wrong_side":
      return changed((answer) => ({
        ...answer,
        targetPrice: answer.stopPrice ?? null,
        stopPrice: answer.targetPrice ?? null,
      }));
    default:
      throw new Error(`${fault} is no fault of an answer`);
  }
}

/** A price that no bar has, in whatever field the answer has room for. */
function inventPrice(answer: Answer): Answer {
  const said = "It should soon trade at $123.4567.";
  if (typeof answer.currentPrice === "number") return { ...answer, currentPrice: answer.currentPrice * 1.2 };
  if (typeof answer.summary === "string") return { ...answer, summary: `${answer.summary} ${said}` };
  return { ...answer, reason: said };
}
