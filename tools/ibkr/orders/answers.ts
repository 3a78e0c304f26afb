// The five shapes in which the gateway answers a submission, a modification or a reply. Pure.
// Told apart by shape and keys, never by HTTP status or position.
import { z } from "zod";
import { type Body, errorText } from "../wire/answers.ts";
import { NumberLike } from "../wire/values.ts";

export const PlacedRow = z.looseObject({
  order_id: NumberLike,
  order_status: z.string().nullish(),
  local_order_id: z.string().nullish(),
  parent_order_id: NumberLike.nullish(),
  text: z.string().nullish(),
  warning_message: z.string().nullish(),
});
export type PlacedRow = z.infer<typeof PlacedRow>;

export const QuestionRow = z.looseObject({
  id: z.string(),
  message: z.array(z.string()),
  messageIds: z.array(z.string()).nullish(),
});
export type QuestionRow = z.infer<typeof QuestionRow>;

const AdvancedPrompt = z.looseObject({
  reqId: NumberLike,
  text: z.string(),
  options: z.array(z.string()),
  messageId: z.string().nullish(),
});

export type OrderAnswer =
  | { kind: "answered"; placed: PlacedRow[]; questions: QuestionRow[] }
  | { kind: "refused"; message: string }
  | { kind: "prompt"; message: string; messageId: string | null }
  /** Already registered client order id: an earlier submission may be live. */
  | { kind: "duplicate"; message: string }
  /** The reply id is used up, replaced or too old. */
  | { kind: "stale_reply"; message: string }
  | { kind: "unclear"; message: string };

const Rows = z
  .array(
    z.union([
      QuestionRow.transform((question) => ({ question, placed: null })),
      PlacedRow.transform((placed) => ({ question: null, placed })),
    ]),
  )
  .min(1);

export function orderAnswer(body: Body): OrderAnswer {
  if (!body.isJson) return { kind: "unclear", message: describe(body) };
  const error = errorText(body.json);
  if (error !== null) return refusal(error);
  const prompt = AdvancedPrompt.safeParse(body.json);
  if (prompt.success)
    return { kind: "prompt", message: prompt.data.text, messageId: prompt.data.messageId ?? null };
  const rows = Rows.safeParse(Array.isArray(body.json) ? body.json : [body.json]);
  if (!rows.success) return { kind: "unclear", message: describe(body) };
  const placed = rows.data.flatMap((row) => row.placed ?? []);
  const questions = rows.data.flatMap((row) => row.question ?? []);
  return { kind: "answered", placed, questions };
}

function refusal(message: string): OrderAnswer {
  if (/already registered/i.test(message)) return { kind: "duplicate", message };
  if (/reply id not found/i.test(message)) return { kind: "stale_reply", message };
  return { kind: "refused", message: message.trim() };
}

function describe(body: Body): string {
  const text = body.text.replace(/\s+/g, " ").trim().slice(0, 200);
  return `HTTP ${body.status}${text === "" ? " without a body" : `: ${text}`}`;
}
