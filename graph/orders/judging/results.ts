// What the account won or lost per session, from its stated worth at the end of each. Pure.
import type { SessionDate } from "#store/model/ids.ts";
import { type DecimalString, dec, toDecimalString } from "#store/model/money.ts";
import type { RecentActivity } from "#tools/risk/input.ts";

type Worth = { readonly date: SessionDate; readonly netLiquidation: DecimalString };

/**
 * Result of each session = worth at its end − worth at the end of the last date before it; the session at hand is
 * measured to `now`. Money that was paid in or out counts too: a withdrawal looks like a loss, and stops entries.
 * @param worth last statement per exchange date, ascending
 */
export function sessionResults(
  worth: readonly Worth[],
  now: { session: SessionDate; netLiquidation: DecimalString },
): RecentActivity["results"] {
  const known = [
    ...worth.filter((day) => day.date < now.session),
    { date: now.session, netLiquidation: now.netLiquidation },
  ];
  return known.slice(1).map((day, index) => ({
    session: day.date,
    result: toDecimalString(
      dec(day.netLiquidation).minus(known[index]?.netLiquidation ?? day.netLiquidation),
    ),
  }));
}
