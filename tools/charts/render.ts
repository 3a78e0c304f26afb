// Draws a chart as PNG: one compiled specification per size, slot count and choice of indicators, its views used again. CPU and memory only.
// Same bars, same bytes. At most RENDERING charts are in memory at a time: one in Vega (this thread), one in sharp (its pool).
import pLimit from "p-limit";
import type { Runtime, View } from "vega";
import { INDICATORS } from "#store/model/workflow/definition.ts";
import { type PanelDefinition, panelsFor } from "./definition.ts";
import { rasterise } from "./raster.ts";
import { CHART_SIZES, type Geometry } from "./scene/geometry.ts";
import { type ChartInput, type Scene, sceneOf } from "./scene/scene.ts";
import { specification } from "./specification.ts";

export type RenderedChart = { png: Buffer; width: number; height: number };

const RENDERING = 2;
const limit = pLimit(RENDERING);

/**
 * The chart as PNG (1024 × 768 or 1200 × 1000). Fonts must be prepared (fonts.ts).
 * @throws MarketDataError `no_bars`; AbortError when `signal` ends the wait.
 */
export function renderChart(input: ChartInput, signal?: AbortSignal): Promise<RenderedChart> {
  return limit(async () => {
    signal?.throwIfAborted();
    const svg = await chartSvg(input);
    const { width, height } = CHART_SIZES[input.size];
    return { png: await rasterise(svg), width, height };
  });
}

/** The same chart as SVG text. */
export async function chartSvg(input: ChartInput): Promise<string> {
  const scene = sceneOf(input);
  return draw(await drawingOf(input, scene.geometry), scene);
}

/** A compiled specification and the views of it that nobody draws with just now: a new one costs a quarter of a chart. */
type Drawing = { runtime: Runtime; idle: KeptView[] };
type KeptView = { view: View; drawn: number };

/** Charts of one view: it keeps a little of each (25 KB). */
const CHARTS_PER_VIEW = 50;

async function draw({ runtime, idle }: Drawing, scene: Scene): Promise<string> {
  const { changeset, truthy } = await import("vega");
  const kept = idle.pop() ?? { view: await newView(runtime), drawn: 0 };
  const { view } = kept;
  try {
    for (const [name, value] of Object.entries(scene.params)) view.signal(name, value);
    for (const [name, rows] of Object.entries(scene.datasets))
      view.change(
        name,
        changeset()
          .remove(truthy)
          .insert([...rows]),
      );
    const svg = await view.toSVG();
    kept.drawn += 1;
    if (kept.drawn < CHARTS_PER_VIEW) idle.push(kept);
    else view.finalize();
    return svg;
  } catch (error) {
    view.finalize(); // what it holds now is unknown
    throw error;
  }
}

async function newView(runtime: Runtime): Promise<View> {
  const { View } = await import("vega");
  // By default a view keeps up to 10,000 marks of earlier charts for each kind of mark: 90 MB.
  return Object.assign(new View(runtime, { renderer: "none" }), { cleanThreshold: 0 });
}

// Few: slotsFor() rounds, and a workflow has one bar count and one choice of indicators per timeframe.
const drawings = new Map<string, Promise<Drawing>>();
const MOST_DRAWINGS = 32;

function drawingOf({ size, indicators }: ChartInput, geometry: Geometry): Promise<Drawing> {
  const panels = panelsFor(indicators);
  const key = [size, geometry.slots, ...(indicators ?? INDICATORS)].join("/");
  const known = drawings.get(key);
  if (known !== undefined) return known;
  if (drawings.size >= MOST_DRAWINGS) drawings.clear();
  const made = compile(geometry, panels).then((runtime) => ({ runtime, idle: [] }));
  drawings.set(key, made);
  return made;
}

// Vega loads here and not at the top: the desk serves before its first chart.
async function compile(geometry: Geometry, panels: readonly PanelDefinition[]): Promise<Runtime> {
  const [vega, vegaLite] = await Promise.all([import("vega"), import("vega-lite")]);
  type TopLevel = Parameters<typeof vegaLite.compile>[0];
  // The builder's JSON is a Vega-Lite specification: compile() throws when it is not, and tests compile every size.
  const { spec } = vegaLite.compile(specification(geometry, {}, panels) as unknown as TopLevel, {
    logger: vega.logger(vega.Error),
  });
  const { width, height, left, right, top, bottom } = geometry;
  return vega.parse({ ...spec, width: width - left - right, height: height - top - bottom });
}
