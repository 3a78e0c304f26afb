// What the desk knows of each symbol of its list, in one round trip: instrument, newest bar, newest run. Effects: database.
import { sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import type { Signal } from "../model/decision.ts";
import type { Conid, Instant, SessionDate, SymbolRunId, Ticker } from "../model/ids.ts";
import type { RiskVerdict } from "../model/risk.ts";
import type { SymbolRunStatus } from "../model/run.ts";
import { toInstant } from "../schema/columns.ts";

export type SymbolStatus = {
  symbol: Ticker;
  /** As the broker last resolved it; null before that. */
  instrument: {
    conid: Conid;
    name: string;
    exchange: string;
    currency: string;
    securityType: string;
    indexReplay: boolean;
  } | null;
  /** Newest stored daily bar, and the market time at which the broker gave it. */
  newestBar: { date: SessionDate; asOf: Instant } | null;
  lastRun: {
    id: SymbolRunId;
    status: SymbolRunStatus;
    at: Instant;
    signal: Signal | null;
    verdict: RiskVerdict["verdict"] | null;
  } | null;
};

type Raw = {
  symbol: Ticker;
  instrument: SymbolStatus["instrument"];
  bar: { date: SessionDate; asOf: string } | null;
  run: SymbolStatus["lastRun"];
};

/** In the order asked for. `gateway` tells whose instruments and bars are meant. */
export async function symbolStatuses(
  db: Db,
  of: { gateway: "ibkr" | "simulator"; symbols: readonly Ticker[] },
): Promise<SymbolStatus[]> {
  if (of.symbols.length === 0) return [];
  const result = await db.execute<Raw>(sql`
    select wanted.symbol,
      case when instrument.conid is null then null else json_build_object(
        'conid', instrument.conid, 'name', instrument.name, 'exchange', instrument.exchange,
        'currency', instrument.currency, 'securityType', instrument.security_type,
        'indexReplay', instrument.index_replay) end as instrument,
      case when bar.date is null then null
        else json_build_object('date', bar.date, 'asOf', bar.as_of::text) end as bar,
      case when run.id is null then null else json_build_object(
        'id', run.id, 'status', run.status, 'at', run.created_at::text,
        'signal', decision.signal, 'verdict', verdict.verdict) end as run
    from unnest(${sql.param([...of.symbols])}::text[]) with ordinality as wanted (symbol, place)
    left join lateral (
      select * from instruments where gateway = ${of.gateway} and symbol = wanted.symbol
      order by updated_at desc limit 1
    ) instrument on true
    left join lateral (
      select series.as_of, (select max(date) from bars where series_id = series.id) as date
      from bar_series series
      where series.conid = instrument.conid and series.timeframe = 'daily'
        and split_part(series.source, ':', 1) = ${of.gateway}
      order by series.updated_at desc limit 1
    ) bar on true
    left join lateral (
      select id, status, created_at from symbol_runs
      where symbol = wanted.symbol order by created_at desc, id desc limit 1
    ) run on true
    left join lateral (
      select id, signal from decisions where symbol_run_id = run.id order by visit desc limit 1
    ) decision on true
    left join lateral (
      select verdict from risk_verdicts where decision_id = decision.id
      order by created_at desc, sequence desc limit 1
    ) verdict on true
    order by wanted.place`);
  return result.rows.map(({ symbol, instrument, bar, run }) => ({
    symbol,
    instrument,
    newestBar: bar === null ? null : { date: bar.date, asOf: toInstant(bar.asOf) },
    lastRun: run === null ? null : { ...run, at: toInstant(run.at) },
  }));
}
