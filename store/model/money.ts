// Decimal arithmetic for prices, quantities and money. Pure. No price or amount is ever a float outside indicators.
import { Decimal } from "decimal.js";
import { z } from "zod";

/** A plain decimal number as text, such as "-12.50": no exponent, no grouping, no currency sign. */
export const DecimalString = z
  .string()
  .regex(/^-?\d{1,20}(\.\d{1,12})?$/, "a plain decimal number, such as 12.50")
  .brand("DecimalString");
export type DecimalString = z.infer<typeof DecimalString>;

/** ISO 4217 code in upper case. */
export const Currency = z.string().regex(/^[A-Z]{3}$/);
export type Currency = z.infer<typeof Currency>;

export { Decimal };

/** Any finite number or decimal text as a Decimal. @throws RangeError on NaN, Infinity or text that is no number. */
export function dec(value: Decimal.Value): Decimal {
  const result = new Decimal(value);
  if (!result.isFinite()) throw new RangeError(`not a finite decimal: ${String(value)}`);
  return result;
}

/** The canonical text of a decimal, at most 12 places, without exponent: what JSON and SQL carry. */
export function toDecimalString(value: Decimal.Value): DecimalString {
  const rounded = dec(value).toDecimalPlaces(12);
  return (rounded.isZero() ? "0" : rounded.toFixed()) as DecimalString;
}
