// The advanced reject prompt: an answer of its own shape, answered by a notification. Own memory only.
import { type Answer, isRecord, refusal } from "../../wire.ts";

export type Prompts = {
  /** Asks instead of accepting; `place` runs when the prompt is answered, whatever option was chosen. */
  ask(place: () => void): Answer;
  answer(body: unknown): Answer;
};

const TEXT =
  "If your order is not immediately executable, our systems may, depending on market conditions, reject your order if its limit price is more than the allowed amount away from the reference price at that time.\nUse the Price Management Algo?";
const FIRST_ORDER_ID = 900_000_000;
const FIRST_REQUEST_ID = 22_000;

export function createPrompts(): Prompts {
  const waiting = new Map<number, () => void>();
  let counter = 0;
  return {
    ask: (place) => {
      counter += 1;
      const orderId = FIRST_ORDER_ID + counter;
      waiting.set(orderId, place);
      const body = {
        orderId,
        reqId: String(FIRST_REQUEST_ID + counter),
        dismissable: [],
        text: TEXT,
        options: ["Use on this order", "Always use", "Do not use"],
        type: "M",
        messageId: "p12",
        prompt: true,
      };
      return { status: 200, body };
    },
    answer: (body) => {
      const orderId = isRecord(body) && typeof body.orderId === "number" ? body.orderId : -1;
      const place = waiting.get(orderId);
      if (place === undefined) return refusal(`OrderID ${orderId} doesn't exist`, 400);
      waiting.delete(orderId);
      place();
      return { status: 200, body: "Request was submitted" };
    },
  };
}
