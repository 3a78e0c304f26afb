// The chart for a page: the PNG's own specification with its rows inline, a crosshair and a tooltip, and optionally an
// order's prices and fills. Pure JSON without code: vega-embed draws it with the expression interpreter (no eval).
import { priceDecimals } from "#tools/indicators/index.ts";
import { CHART_PANELS, COLOURS, type SeriesDefinition } from "./definition.ts";
import type { Geometry } from "./geometry.ts";
import { type ChartOverlay, overlayMarks, overlayRows } from "./overlay.ts";
import { type ChartInput, sceneOf } from "./scene.ts";
import { type Json, type PanelSpecification, specification } from "./specification.ts";

/** Rows are in the specification once; every panel refers to them by name. */
export type BrowserChart = Json & { vconcat: readonly PanelSpecification[]; datasets: Json };

/**
 * A self-contained Vega-Lite specification: `embed(element, spec, { ast: true, expr: expressionInterpreter })`.
 * @throws MarketDataError `no_bars`.
 */
export function chartSpec(input: ChartInput, overlay?: ChartOverlay): BrowserChart {
  const prices = overlay === undefined ? [] : overlay.lines.map(({ price }) => price);
  const scene = sceneOf(input, prices);
  const { geometry } = scene;
  const base = specification(geometry, scene.params);
  const tooltip = { expr: tooltipExpression(priceDecimals(input.table.close.at(-1) ?? 1)) };
  const panels = base.vconcat.map((panel) => ({
    ...panel,
    layer: [
      ...panel.layer,
      ...(panel.name === "price" && overlay !== undefined ? overlayMarks(geometry) : []),
      crosshair(geometry),
      touch(panel.name, { geometry, tooltip }),
    ],
  }));
  return {
    ...base,
    // The page measures the text itself; in the PNG every pixel is known beforehand.
    autosize: { type: "pad" },
    padding: 8,
    params: [...base.params, HOVER],
    vconcat: panels,
    datasets: {
      ...scene.datasets,
      ...(overlay === undefined ? {} : overlayRows(overlay, input)),
    },
  };
}

const touchName = (panel: string) => `${panel}Touch`;

/** One selection over all panels: the bar under the pointer. */
const HOVER = {
  name: "hover",
  select: { type: "point", fields: ["i"], on: "pointerover", clear: "pointerout" },
  views: CHART_PANELS.map(({ id }) => touchName(id)),
} as const;

function xOf({ slots, step }: Geometry): Json {
  const half = 0.5 / step;
  return { field: "i", type: "quantitative", scale: { domain: [-1 - half, slots - half] } };
}

function crosshair(geometry: Geometry): Json {
  return {
    transform: [{ filter: { param: "hover", empty: false } }],
    mark: { type: "rule", color: COLOURS.grey, strokeWidth: 1, strokeDash: [3, 3] },
    encoding: { x: xOf(geometry) },
  };
}

// An invisible stroke as wide as a bar's slot, over the whole height of the panel.
function touch(panel: string, { geometry, tooltip }: { geometry: Geometry; tooltip: Json }): Json {
  return {
    name: touchName(panel),
    mark: { type: "rule", strokeWidth: geometry.step, strokeOpacity: 0, tooltip },
    encoding: { x: xOf(geometry) },
  };
}

/** A Vega expression for an object of texts: everything that is drawn at the bar, missing values left as a dash. */
function tooltipExpression(decimals: number): string {
  const price = `',.${decimals}f'`;
  const text = (field: string, format: string) => {
    const value = `datum[${JSON.stringify(field)}]`;
    return `isValid(${value}) ? format(${value}, ${format}) : '–'`;
  };
  const pairs = [
    ["Date", "datum.d"],
    ["Open", text("o", price)],
    ["High", text("h", price)],
    ["Low", text("l", price)],
    ["Close", text("c", price)],
    ...CHART_PANELS.flatMap(({ id, series }) =>
      series.flatMap((one) =>
        fieldsOf(one).map(([name, field]) => {
          const format = id === "price" ? price : id === "volume" ? "',.0f'" : "',.3f'";
          return [name, text(field, format)] as const;
        }),
      ),
    ),
  ];
  return `{${pairs.map(([name, expression]) => `${JSON.stringify(name)}: ${expression}`).join(", ")}}`;
}

function fieldsOf(series: SeriesDefinition): readonly (readonly [string, string])[] {
  if (series.mark === "band") {
    return [
      [`${series.name} upper`, series.upper],
      [`${series.name} lower`, series.lower],
    ];
  }
  return "field" in series ? [[series.name, series.field]] : [];
}
