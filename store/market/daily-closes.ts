// Daily closes as they are stored, for comparisons over time. Effects: database reads. Nothing is filled in or carried on.
import { sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import type { SessionDate, Ticker } from "../model/ids.ts";
import type { DecimalString } from "../model/money.ts";

export type DailyCloses = { symbol: Ticker; closes: ReadonlyMap<SessionDate, DecimalString> };

/** One series for each symbol that has a stored bar of `from`: the one that was asked for last. */
export async function dailyCloses(
  db: Db,
  query: { symbols: readonly Ticker[]; from: SessionDate; to: SessionDate },
): Promise<DailyCloses[]> {
  const result = await db.execute<{ symbol: Ticker; dates: SessionDate[]; closes: DecimalString[] }>(sql`
    with chosen as (
      select distinct on (symbol) id, symbol from bar_series series
      where timeframe = 'daily' and symbol = any(${sql.param([...query.symbols])}::text[])
        and exists (select 1 from bars where series_id = series.id and date = ${query.from}::date)
      order by symbol, as_of desc
    )
    select chosen.symbol, json_agg(bars.date order by bars.date) as dates,
      json_agg(bars.close::text order by bars.date) as closes
    from chosen join bars on bars.series_id = chosen.id
    where bars.date between ${query.from}::date and ${query.to}::date
    group by chosen.symbol`);
  return result.rows.map(({ symbol, dates, closes }) => ({
    symbol,
    closes: new Map(dates.map((date, index) => [date, closes[index] as DecimalString])),
  }));
}

/** Another text after any change of this symbol's stored daily bars: each saving of bars writes their series' row anew. */
export async function closesVersion(db: Db, symbol: Ticker): Promise<string> {
  const result = await db.execute<{ version: string | null }>(sql`
    select string_agg(id || ' ' || xmin::text, ' ' order by id) as version
    from bar_series where timeframe = 'daily' and symbol = ${symbol}`);
  return result.rows[0]?.version ?? "";
}
