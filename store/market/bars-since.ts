// What the market did after a chart was drawn, from the bar cache. Effects: database reads. For people who look back;
// no agent is ever given these bars.
import { sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import type { Bar } from "../model/bar.ts";
import type { SessionDate } from "../model/ids.ts";

export type BarsSince = {
  /** Ascending, the first so many after `after`. */
  bars: Bar[];
  /** How the cache states the close of `after` now; null when it has no such bar. Another value than the chart's tells of
   * a split or another adjustment since: the bars then do not go on from the chart. */
  closeThen: Bar["close"] | null;
};

export async function barsSince(
  db: Db,
  of: { seriesId: number; after: SessionDate; limit: number },
): Promise<BarsSince> {
  const result = await db.execute<Bar>(sql`
    select date::text as date, open::text as open, high::text as high, low::text as low, close::text as close,
      volume::text as volume
    from bars where series_id = ${of.seriesId} and date >= ${of.after}::date order by date limit ${of.limit + 1}`);
  const [first, ...rest] = result.rows;
  if (first === undefined) return { bars: [], closeThen: null };
  if (first.date === of.after) return { bars: rest, closeThen: first.close };
  return { bars: result.rows.slice(0, of.limit), closeThen: null };
}
