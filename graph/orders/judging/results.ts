// What the account won or lost per session, from its stated worth at the end of each. Pure.
import type { SessionDate } from "#store/model/ids.ts";
import { type DecimalString, dec, toDecimalString } from "#store/model/money.ts";
import type { RecentActivity } from "#tools/risk/input.ts";

type Worth = { readonly date: SessionDate; readonly netLiquidation: DecimalString };

/**
 * Result of each session = worth at its end − worth at the end of the last date before it; the session at hand is
 * measured to `now`. Money that was paid in or out counts too: a withdrawal looks like a loss, and stops entries.
 * On the desk's first day there is no such date: then the day is measured from its first statement.
 * @param worth last statement per exchange date, ascending; `now.first` the oldest statement of all these days
 */
export function sessionResults(
  worth: readonly Worth[],
  now: { session: SessionDate; netLiquidation: DecimalString; first: DecimalString | null },
): RecentActivity["results"] {
  const { session, netLiquidation, first } = now;
  const earlier = worth.filter((day) => day.date < session);
  const begin = earlier.length === 0 && first !== null ? [{ date: session, netLiquidation: first }] : earlier;
  const known = [...begin, { date: session, netLiquidation }];
  return known.slice(1).map((day, index) => ({
    session: day.date,
    result: toDecimalString(
      dec(day.netLiquidation).minus(known[index]?.netLiquidation ?? day.netLiquidation),
    ),
  }));
}
