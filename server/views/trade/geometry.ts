// Where bars, levels and fills of a trade's drawing stand, in its own pixels. Pure.
import type { TradeBar, TradePicture } from "./model.ts";

export type DrawingSize = {
  width: number;
  height: number;
  /** Bars before the decision at most. */
  before: number;
  fontSize: number;
};

export const WIDE: DrawingSize = { width: 760, height: 330, before: 110, fontSize: 11 };
export const NARROW: DrawingSize = { width: 400, height: 300, before: 46, fontSize: 11 };

const PAD = { left: 46, top: 14, bottom: 20 };
const LABEL_HEIGHT = 14;
/** Places kept free to the right of the newest bar; more while little has happened since, so that it can be told apart. */
const roomAfter = (later: number) => (later === 0 ? 1 : Math.max(2, 14 - later));

export type Geometry = {
  right: number;
  bottom: number;
  top: number;
  left: number;
  step: number;
  body: number;
  seen: readonly TradeBar[];
  /** Dates after the decision: stored bars, and fills without one. */
  later: readonly string[];
  /** X of the rule between what was seen and what was not. */
  rule: number;
  x(slot: number): number;
  y(price: number): number;
  ticks: readonly number[];
  slotOf(date: string): number;
};

export function geometryOf(picture: TradePicture, size: DrawingSize): Geometry | null {
  const seen = picture.seen.slice(-size.before);
  const last = seen.at(-1);
  if (last === undefined) return null;
  const fills = picture.fills.map((fill) => fill.barDate).filter((date) => date > last.date);
  const later = [...new Set([...picture.since.map((bar) => bar.date), ...fills])].toSorted();
  const left = PAD.left;
  const right = size.width - labelRoom(size);
  const slots = seen.length + later.length + roomAfter(later.length);
  const step = (right - left) / slots;
  const [low, high] = reach(picture, seen);
  const [top, bottom] = [PAD.top, size.height - PAD.bottom];
  const x = (slot: number) => left + (slot + 0.5) * step;
  const dates = [...seen.map((bar) => bar.date), ...later];
  return {
    right,
    bottom,
    top,
    left,
    step,
    body: Math.max(1, Math.min(9, step * 0.62)),
    seen,
    later,
    rule: left + seen.length * step,
    x,
    y: (price) => top + ((high - price) / (high - low)) * (bottom - top),
    ticks: roundPrices(low, high),
    slotOf: (date) => dates.findLastIndex((one) => one <= date),
  };
}

const labelRoom = (size: DrawingSize) => size.fontSize * 10.6;

function reach(picture: TradePicture, seen: readonly TradeBar[]): [number, number] {
  const bars = [...seen, ...picture.since];
  const prices = [
    ...bars.flatMap((bar) => [bar.low, bar.high]),
    ...[...picture.levels, ...picture.fills].map(({ price }) => Number(price)),
  ];
  const [low, high] = [Math.min(...prices), Math.max(...prices)];
  const margin = (high - low) * 0.04 || high * 0.01;
  return [low - margin, high + margin];
}

/** Four to eight prices with one significant step: 1, 2 or 5 times a power of ten. */
function roundPrices(low: number, high: number): number[] {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.ceil(low / step) * step;
  const count = Math.floor((high - first) / step) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => Number((first + index * step).toFixed(8)));
}

/** Labels in their order from top to bottom, none over another, inside the drawing. */
export function apart<Label extends { y: number }>(
  labels: readonly Label[],
  between: readonly [number, number],
): Label[] {
  const sorted = labels.map((label) => ({ ...label })).toSorted((a, b) => a.y - b.y);
  const [top, bottom] = between;
  sorted.forEach((label, index) => {
    const above = sorted[index - 1];
    label.y = Math.max(label.y, above === undefined ? top : above.y + LABEL_HEIGHT);
  });
  for (let index = sorted.length - 1; index >= 0; index -= 1) {
    const label = sorted[index];
    const below = sorted[index + 1];
    if (label !== undefined)
      label.y = Math.min(label.y, below === undefined ? bottom : below.y - LABEL_HEIGHT);
  }
  return sorted;
}
