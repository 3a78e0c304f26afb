// What a sample says and how sure it is: shares with Wilson's interval, means with Student's. Pure and deterministic.
// Both take the cases for independent; trades that overlap in time or symbol are less than that, and say less.
import { z } from "zod";

/** Below so many cases no share and no mean is stated as a finding: the interval is wider than any difference that matters. */
export const FEWEST_CASES = 20;

/** Two-sided 95 %. */
const Z = 1.959963984540054;

/** `count` cases of `of`; the share with its 95 % interval, null without any case. */
export const Share = z.object({
  count: z.number().int(),
  of: z.number().int(),
  share: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** Whether there are cases enough to say anything. */
  enough: z.boolean(),
});
export type Share = z.infer<typeof Share>;

/** The mean of `of` values with its 95 % interval; no interval below two values. */
export const Mean = z.object({
  of: z.number().int(),
  mean: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  enough: z.boolean(),
});
export type Mean = z.infer<typeof Mean>;

/** Wilson's score interval: never beyond 0 and 1, and honest for few cases and shares near the ends. */
export function shareOf(count: number, of: number): Share {
  if (of === 0) return { count, of, share: null, low: null, high: null, enough: false };
  const share = count / of;
  const square = Z ** 2;
  const middle = share + square / (2 * of);
  const reach = Z * Math.sqrt((share * (1 - share)) / of + square / (4 * of ** 2));
  const whole = 1 + square / of;
  // At the ends the exact bound is the end itself.
  const low = count === 0 ? 0 : Math.max(0, (middle - reach) / whole);
  const high = count === of ? 1 : Math.min(1, (middle + reach) / whole);
  return { count, of, share, low, high, enough: of >= FEWEST_CASES };
}

/** Student's interval on the sample's own spread. */
export function meanOf(values: readonly number[]): Mean {
  const of = values.length;
  if (of === 0) return { of, mean: null, low: null, high: null, enough: false };
  const mean = values.reduce((sum, value) => sum + value, 0) / of;
  if (of === 1) return { of, mean, low: null, high: null, enough: false };
  const spread = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (of - 1);
  const reach = studentQuantile(of - 1) * Math.sqrt(spread / of);
  return { of, mean, low: mean - reach, high: mean + reach, enough: of >= FEWEST_CASES };
}

// 97.5 % quantiles of Student's t for 1 to 10 degrees of freedom; beyond, the expansion is exact to four places.
const SMALL = [12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281];

/** The 97.5 % quantile; Cornish and Fisher's expansion in 1 / degrees of freedom. */
export function studentQuantile(degrees: number): number {
  const small = SMALL[degrees - 1];
  if (small !== undefined) return small;
  const first = (Z ** 3 + Z) / 4;
  const second = (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / 96;
  const third = (3 * Z ** 7 + 19 * Z ** 5 + 17 * Z ** 3 - 15 * Z) / 384;
  return Z + first / degrees + second / degrees ** 2 + third / degrees ** 3;
}
