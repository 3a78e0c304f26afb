// What a call costs by the configured price table. Pure; decimals throughout.
import type { DecimalString } from "#store/model/money.ts";
import { dec, toDecimalString } from "#store/model/money.ts";

/** US dollars per million tokens. */
export type ModelPrice = { inputPerMillion: DecimalString; outputPerMillion: DecimalString };
/** By model name as sent to the server. */
export type PriceTable = Readonly<Record<string, ModelPrice>>;

/** US dollars, at most 12 places; null when the table does not know the model: never a guess. */
export function costOf(
  price: ModelPrice | undefined,
  tokens: { input: number; output: number },
): DecimalString | null {
  if (price === undefined) return null;
  const input = dec(price.inputPerMillion).times(tokens.input);
  const output = dec(price.outputPerMillion).times(tokens.output);
  return toDecimalString(input.plus(output).dividedBy(1_000_000));
}
