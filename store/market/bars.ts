// The cache of finished bars, one copy per source and instrument. Effects: database. A forming bar is never stored.
import { and, eq, lte, max, sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import type { Bar, BarSeries, Timeframe } from "../model/bar.ts";
import { MarketDataError } from "../model/errors.ts";
import type { Conid, Instant, SessionDate, Ticker } from "../model/ids.ts";
import { CHECK_VIOLATION, only, sqlState } from "../rows.ts";
import { toInstant } from "../schema/columns.ts";
import { barSeries, bars } from "../schema/index.ts";

/** `source` names where bars may be mixed: "ibkr", or "simulator" with what tells its data apart. */
export type SeriesKey = { source: string; conid: Conid; timeframe: Timeframe };

export type SavedBars = {
  seriesId: number;
  inserted: number;
  /** Bars that the broker now states otherwise than before. */
  revised: number;
};

/**
 * Stores the finished bars; the span they cover is replaced, unchanged bars are not rewritten.
 * When the oldest of them now closes elsewhere than stored (a split, another adjustment), older bars are dropped.
 * @throws MarketDataError `bar_impossible` when a bar's prices contradict each other.
 */
export async function saveBars(db: Db, input: { source: string; series: BarSeries }): Promise<SavedBars> {
  const { series } = input;
  const column = (name: keyof Bar) => series.bars.map((bar) => bar[name]);
  try {
    const result = await db.execute<SavedBars>(sql`
      with line as (
        insert into bar_series (source, conid, timeframe, symbol, delay_seconds, as_of)
        values (${input.source}, ${series.conid}, ${series.timeframe}, ${series.symbol},
          ${series.source.delaySeconds}, ${series.asOf})
        on conflict (source, conid, timeframe) do update set
          symbol = excluded.symbol, delay_seconds = excluded.delay_seconds,
          as_of = greatest(bar_series.as_of, excluded.as_of), updated_at = now()
        returning id
      ), incoming as (
        select * from unnest(
          ${sql.param(column("date"))}::date[], ${sql.param(column("open"))}::numeric[],
          ${sql.param(column("high"))}::numeric[], ${sql.param(column("low"))}::numeric[],
          ${sql.param(column("close"))}::numeric[], ${sql.param(column("volume"))}::numeric[]
        ) as bar (date, open, high, low, close, volume)
      ), saved as (
        insert into bars (series_id, date, open, high, low, close, volume, as_of)
        select line.id, incoming.*, ${series.asOf}::timestamptz from line, incoming
        on conflict (series_id, date) do update set
          open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
          volume = excluded.volume, as_of = excluded.as_of
        where (bars.open, bars.high, bars.low, bars.close, bars.volume)
          is distinct from (excluded.open, excluded.high, excluded.low, excluded.close, excluded.volume)
        returning xmax = 0 as inserted
      ), span as (
        select line.id, min(incoming.date) as first, max(incoming.date) as last
        from line, incoming group by line.id
      ), readjusted as (
        select 1 from span
        join bars on bars.series_id = span.id and bars.date = span.first
        join incoming on incoming.date = span.first
        where bars.close <> incoming.close
      ), dropped as (
        delete from bars using span
        where bars.series_id = span.id and (
          (bars.date between span.first and span.last and bars.date not in (select date from incoming))
          or (bars.date < span.first and exists (select 1 from readjusted))
        )
      )
      select line.id as "seriesId",
        (select count(*)::int from saved where inserted) as inserted,
        (select count(*)::int from saved where not inserted) as revised
      from line`);
    return only(result.rows, "saving bars");
  } catch (error) {
    if (sqlState(error) !== CHECK_VIOLATION) throw error;
    throw new MarketDataError(
      "bar_impossible",
      `a ${series.timeframe} bar of ${series.symbol} contradicts itself`,
      {
        cause: error,
        facts: { symbol: series.symbol, timeframe: series.timeframe },
      },
    );
  }
}

export type StoredBars = {
  seriesId: number;
  symbol: Ticker;
  /** Market time of the newest answer stored for this series. */
  asOf: Instant;
  delaySeconds: number;
  /** Ascending; at most `limit`, the newest of those that were finished by `upTo`. */
  bars: Bar[];
};

export type LoadBars = SeriesKey & {
  /** Last session whose close has passed. */
  upTo: SessionDate;
  limit: number;
  /**
   * Weekly only: the calendar says that `upTo` ends its week early (a holiday on Friday). Without it a week counts as
   * finished from its Friday on, so that no bar ever tells what came after `upTo`.
   */
  weekEndsOnUpTo?: boolean;
};

/** The newest finished bars as of the close of `upTo`; null when nothing of this series was ever stored. */
export async function loadBars(db: Db, query: LoadBars): Promise<StoredBars | null> {
  const lastDate =
    query.timeframe === "daily" || query.weekEndsOnUpTo === true
      ? sql`${query.upTo}::date`
      : // The Sunday of the last week whose Friday is not after upTo.
        sql`(date_trunc('week', ${query.upTo}::date + 3)::date - 1)`;
  const result = await db.execute<{
    id: number;
    symbol: Ticker;
    asOf: string;
    delay: number;
    bars: [SessionDate[], ...Bar["open"][][]];
  }>(sql`
    select series.id, series.symbol, series.as_of::text as "asOf", series.delay_seconds as delay,
      (select json_build_array(
          coalesce(json_agg(b.date order by b.date), '[]'), json_agg(b.open::text order by b.date),
          json_agg(b.high::text order by b.date), json_agg(b.low::text order by b.date),
          json_agg(b.close::text order by b.date), json_agg(b.volume::text order by b.date))
        from (
          select * from bars where bars.series_id = series.id and bars.date <= ${lastDate}
          order by bars.date desc limit ${query.limit}
        ) b) as bars
    from bar_series series
    where source = ${query.source} and conid = ${query.conid} and timeframe = ${query.timeframe}`);
  const row = result.rows[0];
  if (row === undefined) return null;
  const [dates, open, high, low, close, volume] = row.bars;
  const at = (column: Bar["open"][] | null | undefined, index: number): Bar["open"] => {
    const value = column?.[index];
    if (value === undefined) throw new MarketDataError("bar_impossible", "a stored bar has no price");
    return value;
  };
  return {
    seriesId: row.id,
    symbol: row.symbol,
    asOf: toInstant(row.asOf),
    delaySeconds: row.delay,
    bars: dates.map((date, index) => ({
      date,
      open: at(open, index),
      high: at(high, index),
      low: at(low, index),
      close: at(close, index),
      volume: at(volume, index),
    })),
  };
}

/** Date of the newest stored bar (a week by its first session), not after `upTo` if given; null when there is none. */
export async function latestBarDate(
  db: Db,
  query: SeriesKey & { upTo?: SessionDate },
): Promise<SessionDate | null> {
  const [row] = await db
    .select({ date: max(bars.date) })
    .from(bars)
    .innerJoin(barSeries, eq(barSeries.id, bars.seriesId))
    .where(
      and(
        eq(barSeries.source, query.source),
        eq(barSeries.conid, query.conid),
        eq(barSeries.timeframe, query.timeframe),
        query.upTo === undefined ? undefined : lte(bars.date, query.upTo),
      ),
    );
  return (row?.date as SessionDate | null | undefined) ?? null;
}
