// Pixel sizes of a chart: whole pixels per bar, so that wicks and bodies are sharp. Pure.
import { type PanelDefinition, panelsFor } from "../definition.ts";

/** model: 1024 × 768, one 765-token image that no model scales down. web: 1200 × 1000. */
export const CHART_SIZES = {
  model: { width: 1024, height: 768 },
  web: { width: 1200, height: 1000 },
} as const;
export type ChartSize = keyof typeof CHART_SIZES;

const LEFT = 60;
const TOP = 62;
const BOTTOM = 30;
const GAP = 24;
/** Room to the right for the tags, at least. */
const TAG_ROOM = 134;

export type Geometry = {
  width: number;
  height: number;
  left: number;
  top: number;
  right: number;
  bottom: number;
  gap: number;
  /** Places for bars; the bars shown fill the first ones. */
  slots: number;
  /** Pixels per slot. */
  step: number;
  /** Odd width of a candle's body. */
  body: number;
  plotWidth: number;
  /** 0 for a panel that this chart does not have. */
  panelHeights: Readonly<Record<PanelDefinition["id"], number>>;
};

/**
 * Slots for `bars` bars: `bars` when it is as many as asked for, else rounded up to a multiple of 20, so that charts of
 * young instruments share few compiled specifications.
 */
export function slotsFor(bars: number, barsShown: number): number {
  return bars >= barsShown ? barsShown : Math.min(barsShown, Math.max(40, Math.ceil(bars / 20) * 20));
}

export function geometryOf(size: ChartSize, slots: number, panels = panelsFor()): Geometry {
  const { width, height } = CHART_SIZES[size];
  const step = Math.max(1, Math.floor((width - LEFT - TAG_ROOM) / (slots + 1)));
  const plotWidth = step * (slots + 1);
  const body = Math.min(13, oddBelow(step * 0.75));
  const all = height - TOP - BOTTOM - (panels.length - 1) * GAP;
  const heights = panels.map(({ id, share }) => [id, Math.round(all * share)] as const);
  return {
    width,
    height,
    left: LEFT,
    top: TOP,
    right: width - LEFT - plotWidth,
    bottom: BOTTOM,
    gap: GAP,
    slots,
    step,
    body,
    plotWidth,
    panelHeights: { price: 0, volume: 0, macd: 0, rsi: 0, ...Object.fromEntries(heights) },
  };
}

function oddBelow(value: number): number {
  const whole = Math.max(1, Math.floor(value));
  return whole % 2 === 1 ? whole : whole - 1;
}
