// What a chart draws, once: the drawing, its legend and tags, and the description in prompts are all made from this table.
// Pure. A line that is not in here is neither drawn nor named.
import { INDICATORS, type Indicator } from "#store/model/workflow/definition.ts";
import { INDICATOR_PARAMETERS as P } from "#tools/indicators/index.ts";

/** Fields of a drawn row; each comes from the indicator table (see scene/rows.ts). */
export type RowField =
  | "sma20"
  | "sma50"
  | "sma200"
  | "bbUpper"
  | "bbLower"
  | "stUp"
  | "stDown"
  | "volAvg"
  | "macd"
  | "signal"
  | "hist"
  | "rsi";

/** Colours by name, as a prompt may say them; all at least 3 : 1 against white. */
export const COLOURS = {
  green: "#0a8f5b",
  red: "#d62839",
  orange: "#d97706",
  blue: "#1c6fd6",
  purple: "#7b2cbf",
  grey: "#566174",
  black: "#111827",
} as const;
export type ColourName = keyof typeof COLOURS;

/** Colours without a meaning: grid, frames, text. */
export const INK = { text: "#1b2430", frame: "#9aa4b2", grid: "#e6e9ee", faint: "#b8c0cc" } as const;

export type SeriesDefinition = {
  name: string;
  parameters: string;
  meaning: string;
  /** Its words in the legend line above the price panel. */
  legend?: string;
  /** Drawn when the workflow chooses this indicator; always when absent. */
  of?: Indicator;
} & (
  | { mark: "candles"; colours: { up: ColourName; down: ColourName } }
  | { mark: "bars"; field: RowField | "v"; colours: { up: ColourName; down: ColourName }; upWhen: string }
  | { mark: "line"; field: RowField; colour: ColourName; width: number }
  | { mark: "band"; lower: RowField; upper: RowField; colour: ColourName }
  | { mark: "level"; at: number | "lastClose"; colour: ColourName; dash: readonly number[] }
);

/** A value written to the right of a panel, in the series' colour. `field` "c" is the close, "v" the volume. */
export type TagDefinition = {
  label: string;
  field: RowField | "c" | "v";
  colour: ColourName | "bySign" | "byCandle";
  of?: Indicator;
};

export type PanelDefinition = {
  id: "price" | "volume" | "macd" | "rsi";
  title: string;
  /** A panel of its own for this indicator. */
  of?: Indicator;
  /** Share of the height that all panels have together. */
  share: number;
  /** `labelExpr` is a Vega expression over `datum.value` and `datum.label`. */
  axis: { tickCount?: number; values?: readonly number[]; labelExpr?: string };
  /** In drawing order. */
  series: readonly SeriesDefinition[];
  tags: readonly TagDefinition[];
};

const upDown = { up: "green", down: "red" } as const;
const { fast, slow, signal } = P.macd;
const band = `(${P.bollinger.period}, ${P.bollinger.deviations})`;
const trend = `(${P.supertrend.period}, ${P.supertrend.multiplier})`;
const sma = (period: number) => ({
  name: `SMA ${period}`,
  legend: `SMA ${period}`,
  parameters: `${period} closes`,
  of: "sma" as const,
});

// Keeps the labels of very high prices inside the left margin: 850K.
const thousandsFrom = (limit: number) =>
  `abs(datum.value) >= ${limit} ? format(datum.value / 1000, ',') + 'K' : datum.label`;

export const CHART_PANELS: readonly PanelDefinition[] = [
  {
    id: "price",
    title: "Price",
    share: 0.6,
    axis: { tickCount: 10, labelExpr: thousandsFrom(100_000) },
    series: [
      {
        mark: "band",
        name: `Bollinger ${band}`,
        legend: `Bollinger ${band}`,
        of: "bollinger",
        parameters: `SMA ${P.bollinger.period} ± ${P.bollinger.deviations} standard deviations`,
        lower: "bbLower",
        upper: "bbUpper",
        colour: "grey",
        meaning: "shaded band between two dashed lines",
      },
      {
        mark: "candles",
        name: "Candles",
        parameters: "open, high, low, close",
        colours: upDown,
        meaning: "green when the close is at or above the open, red when below; finished bars only",
      },
      {
        mark: "line",
        ...sma(P.smaFast),
        field: "sma20",
        colour: "orange",
        width: 1.8,
        meaning: "simple moving average",
      },
      {
        mark: "line",
        ...sma(P.smaMiddle),
        field: "sma50",
        colour: "blue",
        width: 1.8,
        meaning: "simple moving average",
      },
      {
        mark: "line",
        ...sma(P.smaSlow),
        field: "sma200",
        colour: "purple",
        width: 2.2,
        meaning: "simple moving average",
      },
      {
        mark: "line",
        name: `SuperTrend ${trend} up`,
        legend: "SuperTrend up",
        of: "supertrend",
        parameters: `ATR ${P.supertrend.period}, multiplier ${P.supertrend.multiplier}`,
        field: "stUp",
        colour: "green",
        width: 2.8,
        meaning: "thick line below the candles while SuperTrend is up",
      },
      {
        mark: "line",
        name: `SuperTrend ${trend} down`,
        legend: "SuperTrend down",
        of: "supertrend",
        parameters: `ATR ${P.supertrend.period}, multiplier ${P.supertrend.multiplier}`,
        field: "stDown",
        colour: "red",
        width: 2.8,
        meaning: "thick line above the candles while SuperTrend is down",
      },
      {
        mark: "level",
        name: "Last close",
        parameters: "close of the last bar",
        at: "lastClose",
        colour: "black",
        dash: [2, 3],
        meaning: "dotted horizontal line",
      },
    ],
    tags: [
      { label: "Close", field: "c", colour: "black" },
      { label: "SMA20", field: "sma20", colour: "orange", of: "sma" },
      { label: "SMA50", field: "sma50", colour: "blue", of: "sma" },
      { label: "SMA200", field: "sma200", colour: "purple", of: "sma" },
      { label: "BB up", field: "bbUpper", colour: "grey", of: "bollinger" },
      { label: "BB low", field: "bbLower", colour: "grey", of: "bollinger" },
      { label: "ST▲", field: "stUp", colour: "green", of: "supertrend" },
      { label: "ST▼", field: "stDown", colour: "red", of: "supertrend" },
    ],
  },
  {
    id: "volume",
    title: "Volume",
    of: "volume",
    share: 0.11,
    // d3 says G for a billion.
    axis: { tickCount: 3, labelExpr: "replace(format(datum.value, '~s'), 'G', 'B')" },
    series: [
      {
        mark: "bars",
        name: "Volume",
        parameters: "shares",
        field: "v",
        colours: upDown,
        upWhen: "datum.c >= datum.o",
        meaning: "bars, coloured like their candles",
      },
      {
        mark: "line",
        name: `Average ${P.volumeAverage}`,
        parameters: `mean of ${P.volumeAverage} bars`,
        field: "volAvg",
        colour: "blue",
        width: 1.6,
        meaning: "mean volume",
      },
    ],
    tags: [
      { label: "Vol", field: "v", colour: "byCandle" },
      { label: `Avg${P.volumeAverage}`, field: "volAvg", colour: "blue" },
    ],
  },
  {
    id: "macd",
    title: `MACD (${fast}, ${slow}, ${signal})`,
    of: "macd",
    share: 0.15,
    axis: { tickCount: 5, labelExpr: thousandsFrom(10_000) },
    series: [
      {
        mark: "level",
        name: "Zero line",
        parameters: "0",
        at: 0,
        colour: "grey",
        dash: [1, 0],
        meaning: "thin horizontal line",
      },
      {
        mark: "bars",
        name: "Histogram",
        parameters: "MACD − signal",
        field: "hist",
        colours: upDown,
        upWhen: "datum.hist >= 0",
        meaning: "bars, green above zero, red below",
      },
      {
        mark: "line",
        name: "MACD",
        parameters: `EMA ${fast} − EMA ${slow}`,
        field: "macd",
        colour: "blue",
        width: 1.8,
        meaning: "MACD line",
      },
      {
        mark: "line",
        name: "Signal",
        parameters: `EMA ${signal} of MACD`,
        field: "signal",
        colour: "orange",
        width: 1.8,
        meaning: "signal line",
      },
    ],
    tags: [
      { label: "MACD", field: "macd", colour: "blue" },
      { label: "Signal", field: "signal", colour: "orange" },
      { label: "Hist", field: "hist", colour: "bySign" },
    ],
  },
  {
    id: "rsi",
    title: `RSI (${P.rsi})`,
    of: "rsi",
    share: 0.14,
    axis: { values: [30, 50, 70] },
    series: [
      {
        mark: "level",
        name: "70",
        parameters: "RSI 70",
        at: 70,
        colour: "red",
        dash: [4, 3],
        meaning: "dashed, overbought above",
      },
      {
        mark: "level",
        name: "50",
        parameters: "RSI 50",
        at: 50,
        colour: "grey",
        dash: [2, 3],
        meaning: "dashed, the middle",
      },
      {
        mark: "level",
        name: "30",
        parameters: "RSI 30",
        at: 30,
        colour: "green",
        dash: [4, 3],
        meaning: "dashed, oversold below",
      },
      {
        mark: "line",
        name: `RSI ${P.rsi}`,
        parameters: `Wilder, ${P.rsi} bars`,
        field: "rsi",
        colour: "purple",
        width: 1.8,
        meaning: "relative strength",
      },
    ],
    tags: [{ label: "RSI", field: "rsi", colour: "purple" }],
  },
];

const selections = new Map<string, readonly PanelDefinition[]>();

/**
 * The panels of a chart with these indicators, each with the series and tags that belong to them; price and candles are
 * always there. Shares add up to 1 again.
 */
export function panelsFor(indicators: readonly Indicator[] = INDICATORS): readonly PanelDefinition[] {
  const key = INDICATORS.filter((one) => indicators.includes(one)).join();
  const known = selections.get(key);
  if (known !== undefined) return known;
  const chosen = ({ of }: { of?: Indicator }) => of === undefined || indicators.includes(of);
  const panels = CHART_PANELS.filter(chosen);
  const all = panels.reduce((sum, { share }) => sum + share, 0);
  const made = panels.map((panel) => ({
    ...panel,
    share: panel.share / all,
    series: panel.series.filter(chosen),
    tags: panel.tags.filter(chosen),
  }));
  selections.set(key, made); // at most one per subset of six
  return made;
}

/** Which indicator a drawn field belongs to. */
export const FIELD_INDICATOR: Readonly<Record<RowField, Indicator>> = {
  sma20: "sma",
  sma50: "sma",
  sma200: "sma",
  bbUpper: "bollinger",
  bbLower: "bollinger",
  stUp: "supertrend",
  stDown: "supertrend",
  volAvg: "volume",
  macd: "macd",
  signal: "macd",
  hist: "macd",
  rsi: "rsi",
};
