// SuperTrend, which technicalindicators lacks. Pure; the definition is in the docstring.
import { type Ranges, wilderAverage } from "./library.ts";
import { at, type Series } from "./series.ts";

/** `line` is the active band in price; `direction` 1 in an uptrend (line below the close), -1 in a downtrend. */
export type Supertrend = { line: Series; direction: Series };

/**
 * Bands at (high + low) / 2 ± multiplier × RMA(true range, period); the first true range is high − low.
 * The lower band only rises unless the previous close fell below it; the upper band mirrors that.
 * It starts down; it turns up when the close is strictly above the upper band, down when strictly below the lower.
 */
export function supertrend(ranges: Ranges, of: { period: number; multiplier: number }): Supertrend {
  const { high, low, close } = ranges;
  const average = wilderAverage(trueRanges(ranges), of.period);
  const line: (number | null)[] = [];
  const direction: (number | null)[] = [];
  let bands: { upper: number; lower: number; direction: 1 | -1 } | undefined;
  for (const [index, range] of average.entries()) {
    if (range === null) {
      line.push(null);
      direction.push(null);
      continue;
    }
    const middle = (at(high, index) + at(low, index)) / 2;
    const fresh = { upper: middle + of.multiplier * range, lower: middle - of.multiplier * range };
    bands = next(bands, fresh, { close: at(close, index), previousClose: close[index - 1] });
    line.push(bands.direction === 1 ? bands.lower : bands.upper);
    direction.push(bands.direction);
  }
  return { line, direction };
}

type Bands = { upper: number; lower: number };

function next(
  before: (Bands & { direction: 1 | -1 }) | undefined,
  fresh: Bands,
  { close, previousClose }: { close: number; previousClose: number | undefined },
): Bands & { direction: 1 | -1 } {
  if (before === undefined || previousClose === undefined) return { ...fresh, direction: -1 };
  const upper = fresh.upper < before.upper || previousClose > before.upper ? fresh.upper : before.upper;
  const lower = fresh.lower > before.lower || previousClose < before.lower ? fresh.lower : before.lower;
  if (before.direction === -1) return { upper, lower, direction: close > upper ? 1 : -1 };
  return { upper, lower, direction: close < lower ? -1 : 1 };
}

function trueRanges({ high, low, close }: Ranges): number[] {
  return high.map((top, index) => {
    const bottom = at(low, index);
    const previous = close[index - 1];
    if (previous === undefined) return top - bottom;
    return Math.max(top - bottom, Math.abs(top - previous), Math.abs(bottom - previous));
  });
}
