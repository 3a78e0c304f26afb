// The chart for a page: the PNG's own specification with its rows inline and a crosshair with the values of the bar under
// the pointer. Pure JSON without code: vega-embed draws it with the expression interpreter (no eval).
import { priceDecimals } from "#tools/indicators/index.ts";
import { COLOURS, INK, type PanelDefinition, panelsFor, type SeriesDefinition } from "./definition.ts";
import type { Geometry } from "./scene/geometry.ts";
import { type ChartInput, sceneOf } from "./scene/scene.ts";
import { CHART_FONT, type Json, type PanelSpecification, specification } from "./specification.ts";

/** Rows are in the specification once; every panel refers to them by name. */
export type BrowserChart = Json & { vconcat: readonly PanelSpecification[]; datasets: Json };

/**
 * A self-contained Vega-Lite specification: `embed(element, spec, { ast: true, expr: expressionInterpreter })`.
 * @throws MarketDataError `no_bars`.
 */
export function chartSpec(input: ChartInput): BrowserChart {
  const scene = sceneOf(input);
  const { geometry } = scene;
  const chosen = panelsFor(input.indicators);
  const base = specification(geometry, scene.params, chosen);
  const decimals = priceDecimals(input.table.close.at(-1) ?? 1);
  const panels = base.vconcat.map((panel) => ({
    ...panel,
    layer: [
      ...panel.layer,
      ...crosshair(geometry, readout(chosen, panel.name, decimals)),
      touch(panel.name, geometry),
    ],
  }));
  return {
    ...base,
    // The page measures the text itself; in the PNG every pixel is known beforehand.
    autosize: { type: "pad" },
    padding: 8,
    params: [...base.params, hoverOver(chosen)],
    vconcat: panels,
    datasets: scene.datasets,
  };
}

const touchName = (panel: string) => `${panel}Touch`;

/** One selection over all panels: the bar under the pointer. */
const hoverOver = (panels: readonly PanelDefinition[]) => ({
  name: "hover",
  select: { type: "point", fields: ["i"], on: "pointerover", clear: "pointerout" },
  views: panels.map(({ id }) => touchName(id)),
});

function xOf({ slots, step }: Geometry): Json {
  const half = 0.5 / step;
  return { field: "i", type: "quantitative", scale: { domain: [-1 - half, slots - half] } };
}

// The bar's values stand inside the panel and not in a tooltip: Vega hides a tooltip on each step to a neighbouring bar.
function crosshair(geometry: Geometry, values: string): Json[] {
  const transform = [{ filter: { param: "hover", empty: false } }];
  const text = (halo: Json): Json => ({
    transform,
    mark: {
      type: "text",
      align: "left",
      baseline: "middle",
      x: 8,
      y: 12,
      fontSize: 12,
      font: CHART_FONT,
      text: { expr: values },
      ...halo,
    },
    encoding: {},
  });
  return [
    {
      transform,
      mark: { type: "rule", color: COLOURS.grey, strokeWidth: 1, strokeDash: [3, 3] },
      encoding: { x: xOf(geometry) },
    },
    text({ color: "white", stroke: "white", strokeWidth: 5 }),
    text({ color: INK.text }),
  ];
}

// An invisible stroke as wide as a bar's slot, over the whole height of the panel.
function touch(panel: string, geometry: Geometry): Json {
  return {
    name: touchName(panel),
    mark: { type: "rule", strokeWidth: geometry.step, color: "transparent" },
    encoding: { x: xOf(geometry) },
  };
}

/** A Vega expression for one line of text: everything that is drawn at the bar; missing values are left out. */
function readout(panels: readonly PanelDefinition[], panel: PanelDefinition["id"], decimals: number): string {
  const price = `',.${decimals}f'`;
  const formats = { price, volume: "',.0f'", macd: `',.${decimals + 1}f'`, rsi: "'.2f'" } as const;
  const value = (name: string, field: string) => {
    const datum = `datum[${JSON.stringify(field)}]`;
    return `(isValid(${datum}) ? ${JSON.stringify(` · ${name} `)} + format(${datum}, ${formats[panel]}) : '')`;
  };
  const bar = [
    ["O", "o"],
    ["H", "h"],
    ["L", "l"],
    ["C", "c"],
  ].map(([name = "", field = ""]) => value(name, field));
  const series = panels.filter(({ id }) => id === panel).flatMap(({ series }) => series.flatMap(fieldsOf));
  const start = panel === "price" ? ["datum.d", ...bar] : ["datum.d"];
  return [...start, ...series.map(([name, field]) => value(name, field))].join(" + ");
}

function fieldsOf(series: SeriesDefinition): readonly (readonly [string, string])[] {
  if (series.mark === "band") {
    return [
      ["Bollinger upper", series.upper],
      ["lower", series.lower],
    ];
  }
  return "field" in series ? [[series.legend ?? series.name, series.field]] : [];
}
