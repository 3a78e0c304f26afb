// The rows that a chart draws: the last bars of a table, rounded one decimal finer than they are written. Pure.
import { INDICATORS, type Indicator } from "#store/model/workflow/definition.ts";
import { at, type IndicatorTable, priceDecimals, roundTo, type Series } from "#tools/indicators/index.ts";
import { FIELD_INDICATOR, type RowField, type SeriesDefinition } from "../definition.ts";

/** One bar: slot index `i`, date `d`, OHLCV, and every drawn field (null where not ready or not chosen). */
export type Row = {
  i: number;
  d: string;
  o: number | null;
  h: number | null;
  l: number | null;
  c: number | null;
  v: number | null;
} & Record<RowField, number | null>;

type Rounding = { price: number; range: number };

/** At most the last `barsShown` bars, oldest first, `i` counting from 0. */
export function rowsOf(
  table: IndicatorTable,
  barsShown: number,
  indicators: readonly Indicator[] = INDICATORS,
): Row[] {
  const start = Math.max(0, table.dates.length - barsShown);
  const price = priceDecimals(table.close.at(-1) ?? 1) + 1;
  return table.dates
    .slice(start)
    .map((_, i) => chosen(rowAt(table, start + i, i, { price, range: price + 1 }), indicators));
}

/** The last bar, unrounded: what tags are written from. */
export function lastRow(
  table: IndicatorTable,
  indicators: readonly Indicator[] = INDICATORS,
): Row | undefined {
  const index = table.dates.length - 1;
  return index < 0 ? undefined : chosen(rowAt(table, index, 0), indicators);
}

/** What the workflow did not choose has no value here: it is in no domain, tag, legend, row or description. */
function chosen(row: Row, indicators: readonly Indicator[]): Row {
  if (indicators.length === INDICATORS.length) return row;
  const left = Object.entries(FIELD_INDICATOR).filter(([, indicator]) => !indicators.includes(indicator));
  const volume = indicators.includes("volume") ? {} : { v: null };
  return { ...row, ...Object.fromEntries(left.map(([field]) => [field, null])), ...volume };
}

function rowAt(table: IndicatorTable, index: number, i: number, rounding?: Rounding): Row {
  const value = (series: Series, decimals: number | undefined) => {
    const found = series[index] ?? null;
    return found === null || decimals === undefined ? found : roundTo(found, decimals);
  };
  const price = (series: Series) => value(series, rounding?.price);
  const range = (series: Series) => value(series, rounding?.range);
  const direction = table.supertrendDirection[index];
  return {
    i,
    d: at(table.dates, index),
    o: price(table.open),
    h: price(table.high),
    l: price(table.low),
    c: price(table.close),
    v: value(table.volume, 0),
    sma20: price(table.sma20),
    sma50: price(table.sma50),
    sma200: price(table.sma200),
    bbUpper: price(table.bollingerUpper),
    bbLower: price(table.bollingerLower),
    stUp: direction === 1 ? price(table.supertrend) : null,
    stDown: direction === -1 ? price(table.supertrend) : null,
    volAvg: value(table.volumeAverage20, 0),
    macd: range(table.macd),
    signal: range(table.macdSignal),
    hist: range(table.macdHistogram),
    rsi: value(table.rsi14, 2),
  };
}

/** Whether a series has at least one value among `rows`: what is not drawn is neither in the legend nor described. */
export function isDrawn(series: SeriesDefinition, rows: readonly Row[]): boolean {
  const field = series.mark === "band" ? series.upper : "field" in series ? series.field : undefined;
  return field === undefined || rows.some((row) => row[field] !== null);
}
