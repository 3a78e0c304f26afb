// Everything of one chart that depends on its bars: rows, domains, ticks, tags and titles. Pure.
import type { Timeframe } from "#store/model/bar.ts";
import { MarketDataError } from "#store/model/errors.ts";
import type { Ticker } from "#store/model/ids.ts";
import type { Indicator } from "#store/model/workflow/definition.ts";
import { at, decimalsOf, type IndicatorTable, priceDecimals, roundTo } from "#tools/indicators/index.ts";
import { COLOURS, type PanelDefinition, panelsFor, type TagDefinition } from "../definition.ts";
import { type ChartSize, type Geometry, geometryOf, slotsFor } from "./geometry.ts";
import { legendOf } from "./legend.ts";
import { percentText, volumeText } from "./number-text.ts";
import { lastRow, type Row, rowsOf } from "./rows.ts";
import { spread, type Tag } from "./tags.ts";
import { dateTicks } from "./ticks.ts";

export type ChartInput = {
  symbol: Ticker;
  timeframe: Timeframe;
  /** Finished bars with their indicators; more bars than are shown. */
  table: IndicatorTable;
  /** Bars drawn at most: the last ones. */
  barsShown: number;
  /** What is drawn besides the candles; all when absent. */
  indicators?: readonly Indicator[];
  size: ChartSize;
};

export type Domain = readonly [number, number];
type PanelId = PanelDefinition["id"];

/** What the compiled specification is fed with: named values and named lists of rows. */
export type Scene = {
  geometry: Geometry;
  params: Readonly<Record<string, unknown>>;
  datasets: Readonly<Record<string, readonly object[]>>;
};

/** The names of a panel's parameters and lists, shared with specification.ts. */
export const domainName = (id: PanelId) => `${id}Domain`;
export const tagsName = (id: PanelId) => `${id}Tags`;

/** @throws MarketDataError `no_bars` when there is nothing to draw. */
export function sceneOf(input: ChartInput): Scene {
  const { table, barsShown, indicators } = input;
  const chosen = panelsFor(indicators);
  const rows = rowsOf(table, barsShown, indicators);
  const last = lastRow(table, indicators);
  if (last === undefined) throw new MarketDataError("no_bars", `${input.symbol}: no finished bar to draw`);
  const geometry = geometryOf(input.size, slotsFor(rows.length, barsShown), chosen);
  const domains = domainsOf(rows);
  const ticks = dateTicks(
    rows.map(({ d }) => d),
    geometry.step,
  );
  const panels = chosen.map(({ id, tags }) => {
    const place = { domain: domains[id], height: geometry.panelHeights[id] };
    return [tagsName(id), tagsOf(tags, { last, ...place })] as const;
  });
  return {
    geometry,
    params: {
      ...Object.fromEntries(chosen.map(({ id }) => [domainName(id), domains[id]])),
      tickValues: ticks.values,
      tickLabels: ticks.labels,
      lastClose: last.c,
      // A body lower than this many price units would be invisible: 1.6 pixels.
      minBody: (1.6 * (domains.price[1] - domains.price[0])) / geometry.panelHeights.price,
      ...titlesOf(input, rows),
    },
    datasets: { rows, legend: legendOf(rows, chosen), ...Object.fromEntries(panels) },
  };
}

function titlesOf(input: ChartInput, rows: readonly Row[]): { title: string; headline: string } {
  const { close, dates } = input.table;
  const last = at(close, close.length - 1);
  const decimals = priceDecimals(last);
  const before = close.at(-2);
  const change = before === undefined ? "" : ` (${percentText(roundTo(100 * (last / before - 1), 2))})`;
  const name = input.timeframe === "daily" ? "Daily" : "Weekly";
  return {
    title: `${input.symbol} · ${name} · ${at(rows, 0).d} → ${at(dates, dates.length - 1)}`,
    headline: `Close ${roundTo(last, decimals).toFixed(decimals)}${change}`,
  };
}

function domainsOf(rows: readonly Row[]): Record<PanelId, Domain> {
  const [low, high] = extent(rows, ["l", "h"]);
  const [bottom, top] = extent(rows, ["l", "h", "bbLower", "bbUpper", "sma20", "sma50", "stUp", "stDown"]);
  // Bands and lines may stretch the price range by a quarter on each side; a line beyond that is cut off, its tag stays.
  const reach = 0.25 * (high - low);
  const price = padded([Math.max(bottom, low - reach), Math.min(top, high + reach)], high);
  const oscillator =
    Math.max(...extent(rows, ["macd", "signal", "hist"]).map(Math.abs)) * 1.12 || high * 0.01;
  const volume = Math.max(0, ...extent(rows, ["v", "volAvg"])) * 1.15 || 1;
  return { price, volume: [0, volume], macd: [-oscillator, oscillator], rsi: [0, 100] };
}

// Never above 100 % of a flat price: a range of 0 becomes 2 % of the price.
function padded([bottom, top]: Domain, price: number): Domain {
  const margin = top > bottom ? (top - bottom) * 0.025 : price * 0.01;
  return [bottom - margin, top + margin];
}

function extent(rows: readonly Row[], fields: readonly Exclude<keyof Row, "d" | "i">[]): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const row of rows) {
    for (const field of fields) {
      const value = row[field];
      if (value === null) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low > high ? [0, 0] : [low, high];
}

type Place = { last: Row; domain: Domain; height: number };

function tagsOf(tags: readonly TagDefinition[], place: Place): Tag[] {
  const { last, domain, height } = place;
  const found = tags.flatMap(({ label, field, colour }) => {
    const value = last[field];
    if (value === null) return [];
    const share = (value - domain[0]) / (domain[1] - domain[0]);
    const from = Math.min(height, Math.max(0, height * (1 - share)));
    const rising = colour === "bySign" ? value >= 0 : (last.c ?? 0) >= (last.o ?? 0);
    const name = colour === "bySign" || colour === "byCandle" ? (rising ? "green" : "red") : colour;
    return [
      { text: `${label} ${tagText(field, value, last.c ?? value)}`, colour: COLOURS[name], from, y: from },
    ];
  });
  return spread(found, height);
}

// Rounded as the values in prompts are, so that picture and block agree to the last digit.
function tagText(field: TagDefinition["field"], value: number, close: number): string {
  if (field === "v" || field === "volAvg") return volumeText(value);
  const oscillator = field === "macd" || field === "signal" || field === "hist";
  const unit = field === "rsi" ? "rsi" : oscillator ? "range" : "price";
  const decimals = decimalsOf(unit, close);
  return roundTo(value, decimals).toFixed(decimals);
}
