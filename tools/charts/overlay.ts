// The trade drawn over a page's chart: levels, fills and the bars since the decision. It takes the specification that was
// stored with the picture and adds to it, so that all the agents saw stays as it was. Pure. Never in the PNG.
import { z } from "zod";
import { InvariantError } from "#store/model/errors.ts";
import { SessionDate } from "#store/model/ids.ts";
import { OrderSide } from "#store/model/order.ts";
import { roundTo } from "#tools/indicators/index.ts";
import { levelMarks, type PlacedFill, type PlacedLevel, sinceMarks } from "./overlay-marks.ts";
import { spread } from "./scene/tags.ts";

const Price = z.number().positive();

/** Prices in the instrument's currency, dates of the exchange; a week's bar carries the date of its first session. */
export const ChartOverlay = z.strictObject({
  lines: z.array(
    z.strictObject({
      kind: z.enum(["entry", "stop", "target"]),
      price: Price,
      /** proposed: nobody has said yes; working: at the broker; filled; ended: cancelled, expired or refused. */
      state: z.enum(["proposed", "working", "filled", "ended"]),
      text: z.string(),
    }),
  ),
  fills: z.array(
    z.strictObject({
      date: SessionDate,
      side: OrderSide,
      price: Price,
      leg: z.enum(["entry", "stop", "target", "exit"]),
      text: z.string(),
    }),
  ),
  /** Bars after the last one that the agents saw, oldest first. */
  since: z.array(
    z.strictObject({
      date: SessionDate,
      open: Price,
      high: Price,
      low: Price,
      close: Price,
      volume: z.number().nonnegative(),
    }),
  ),
});
export type ChartOverlay = z.infer<typeof ChartOverlay>;

const Layer = z.looseObject({ mark: z.unknown(), encoding: z.looseObject({}) });
const Panel = z.looseObject({
  name: z.string(),
  width: z.number(),
  height: z.number(),
  layer: z.array(Layer),
});
const Row = z.looseObject({
  i: z.number(),
  d: SessionDate,
  h: z.number().nullable(),
  l: z.number().nullable(),
});
const Tag = z.looseObject({ text: z.string(), colour: z.string(), from: z.number(), y: z.number() });

/** What is relied on of a stored specification; everything else passes through untouched. */
const StoredChart = z.looseObject({
  params: z.array(z.looseObject({ name: z.string(), value: z.unknown().optional() })),
  vconcat: z.array(Panel),
  datasets: z.looseObject({ rows: z.array(Row).min(1) }),
});
type StoredChart = z.infer<typeof StoredChart>;
type Panel = z.infer<typeof Panel>;

/** Empty places to the right, so that a fill of today is not cut in half and little that happened can be told apart. */
const roomAfter = (later: number) => Math.max(2, 12 - later);

/**
 * @param stored a chart_spec artifact, parsed
 * @throws ZodError when it is not a chart of this program
 */
export function withOverlay(stored: unknown, overlay: ChartOverlay): Readonly<Record<string, unknown>> {
  const spec = StoredChart.parse(stored);
  const seen = spec.datasets.rows.length;
  const later = laterDates(spec.datasets.rows, overlay);
  const slot = slotOf(spec, seen, later.length === 0 ? 0 : later.length + roomAfter(later.length));
  const rows = [...spec.datasets.rows, ...later.map((date, index) => rowOf(date, seen + index, overlay))];
  const fills = overlay.fills.flatMap((fill): PlacedFill[] => {
    const row = rows.findLast(({ d }) => d <= fill.date);
    return row === undefined ? [] : [{ ...fill, i: row.i }];
  });
  const lines: PlacedLevel[] = [...overlay.lines];
  const stretched = stretch(
    spec,
    rows,
    [...lines, ...fills].map(({ price }) => price),
  );
  const priceHeight = spec.vconcat.find(({ name }) => name === "price")?.height ?? 0;
  const marks = {
    price: [
      ...(later.length === 0 ? [] : sinceMarks({ ...slot, seen, height: priceHeight })),
      ...levelMarks(lines, fills, slot.domain),
    ],
    other: later.length === 0 ? [] : sinceMarks({ ...slot, seen, height: null }),
  };
  return {
    ...spec,
    params: ticked(stretched.params, rows, slot.step),
    vconcat: spec.vconcat.map((panel) => ({
      ...panel,
      width: panel.width + slot.added,
      // Below the layer that feels the pointer, which is the last one.
      layer: [
        ...panel.layer.slice(0, -1).map((layer) => widened(layer, panel.width, slot)),
        ...(panel.name === "price" ? marks.price : marks.other),
        ...panel.layer.slice(-1).map((layer) => widened(layer, panel.width, slot)),
      ],
    })),
    datasets: { ...spec.datasets, ...stretched.tags, rows },
  };
}

/** Dates after the last bar shown: those of stored bars, and those of fills for which no bar is stored. */
function laterDates(rows: StoredChart["datasets"]["rows"], overlay: ChartOverlay): SessionDate[] {
  const last = rows.at(-1)?.d ?? "";
  const bars = overlay.since.map(({ date }) => date).filter((date) => date > last);
  const newest = bars.at(-1) ?? last;
  const fills = overlay.fills.map(({ date }) => date).filter((date) => date > newest);
  return [...new Set([...bars, ...fills])].toSorted();
}

function rowOf(date: SessionDate, i: number, overlay: ChartOverlay): z.infer<typeof Row> {
  const bar = overlay.since.find((one) => one.date === date);
  const [o, h, l, c] = [bar?.open ?? null, bar?.high ?? null, bar?.low ?? null, bar?.close ?? null];
  return { i, d: date, o, h, l, c, v: bar?.volume ?? null };
}

type Slot = {
  domain: readonly [number, number];
  before: readonly [number, number];
  step: number;
  added: number;
};

/** How much wider the panels become; a young instrument's chart has free places already. */
function slotOf(spec: StoredChart, seen: number, wanted: number): Slot {
  const [panel] = spec.vconcat;
  const [from, to] = xDomain(panel);
  const step = (panel?.width ?? 0) / (to - from);
  const free = Math.max(0, Math.floor(to) - seen + 1);
  const more = Math.max(0, wanted - free);
  return { domain: [from, to + more], before: [from, to], step, added: more * step };
}

const WithDomain = z.looseObject({
  x: z.looseObject({ scale: z.looseObject({ domain: z.tuple([z.number(), z.number()]) }) }),
});

function xDomain(panel: Panel | undefined): [number, number] {
  for (const layer of panel?.layer ?? []) {
    const found = WithDomain.safeParse(layer.encoding);
    if (found.success) return found.data.x.scale.domain;
  }
  throw new InvariantError("a stored chart has no x axis");
}

/** A layer on the wider panel: its axis reaches further, and what stands at the right edge moves with the edge. */
function widened(layer: z.infer<typeof Layer>, width: number, slot: Slot): z.infer<typeof Layer> {
  if (slot.added === 0) return layer;
  const moved = (x: unknown) => (typeof x === "number" && x >= width ? x + slot.added : x);
  const mark = z.looseObject({ x: z.number() }).safeParse(layer.mark);
  const encoding: Record<string, unknown> = { ...layer.encoding };
  for (const name of ["x", "x2"]) {
    const fixed = z.looseObject({ value: z.number() }).safeParse(encoding[name]);
    if (fixed.success) encoding[name] = { ...fixed.data, value: moved(fixed.data.value) };
  }
  const scaled = WithDomain.safeParse(layer.encoding);
  if (scaled.success) {
    const { x } = scaled.data;
    encoding.x = { ...x, scale: { ...x.scale, domain: slot.domain } };
  }
  return { ...layer, ...(mark.success ? { mark: { ...mark.data, x: moved(mark.data.x) } } : {}), encoding };
}

/** Price and volume axes that reach everything drawn; tags beside the panels keep to their values. */
function stretch(spec: StoredChart, rows: StoredChart["datasets"]["rows"], prices: readonly number[]) {
  const tags: Record<string, unknown> = {};
  let params = spec.params;
  const reach = (panel: string, values: readonly number[], margin: number) => {
    const param = params.find(({ name }) => name === `${panel}Domain`);
    const domain = z.tuple([z.number(), z.number()]).safeParse(param?.value);
    const height = spec.vconcat.find(({ name }) => name === panel)?.height;
    if (!domain.success || height === undefined) return;
    const [low, high] = domain.data;
    const extra = (high - low) * margin;
    const next = [
      Math.min(low, ...values.map((value) => value - (value < low ? extra : 0))),
      Math.max(high, ...values.map((value) => value + extra)),
    ] as const;
    if (next[0] === low && next[1] === high) return;
    const growth = (next[1] - next[0]) / (high - low);
    params = params.map((one) => {
      if (one.name === `${panel}Domain`) return { ...one, value: next };
      const isBody = panel === "price" && one.name === "minBody" && typeof one.value === "number";
      return isBody ? { ...one, value: Number(one.value) * growth } : one;
    });
    const known = z.array(Tag).safeParse(tags[`${panel}Tags`] ?? spec.datasets[`${panel}Tags`]);
    if (!known.success) return;
    const placed = known.data.map((tag) => {
      const value = high - (tag.from / height) * (high - low);
      return { ...tag, from: roundTo(((next[1] - value) / (next[1] - next[0])) * height, 3) };
    });
    tags[`${panel}Tags`] = spread(placed, height);
  };
  const extremes = rows.flatMap(({ h, l }) => (h === null || l === null ? [] : [h, l]));
  // Above a level stands its name.
  reach("price", prices, 0.05);
  reach("price", extremes, 0);
  reach(
    "volume",
    rows.map((row) => Number(row.v ?? 0)),
    0,
  );
  return { params, tags };
}

const LABEL_PIXELS = 56;

/** One more date under the last bar since, where there is room for it. */
function ticked(params: StoredChart["params"], rows: StoredChart["datasets"]["rows"], step: number) {
  const last = rows.at(-1);
  const values = z
    .array(z.number())
    .catch([])
    .parse(params.find(({ name }) => name === "tickValues")?.value);
  const newest = values.at(-1);
  if (last === undefined || (newest !== undefined && (last.i - newest) * step < LABEL_PIXELS)) return params;
  return params.map((param) => {
    if (param.name === "tickValues") return { ...param, value: [...values, last.i] };
    if (param.name !== "tickLabels" || !Array.isArray(param.value)) return param;
    return { ...param, value: [...param.value, last.d.slice(5)] };
  });
}
