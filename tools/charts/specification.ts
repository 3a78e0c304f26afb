// The Vega-Lite specification, from definition and geometry alone: no bar is known here, all that depends on bars comes
// in as parameters and named lists (scene/). Pure. The PNG and the browser use this one builder.
import { COLOURS, INK, type PanelDefinition, panelsFor, type SeriesDefinition } from "./definition.ts";
import type { Geometry } from "./scene/geometry.ts";
import { domainName, tagsName } from "./scene/scene.ts";

/** A piece of Vega-Lite JSON. */
export type Json = Readonly<Record<string, unknown>>;
export type PanelSpecification = Json & { name: PanelDefinition["id"]; layer: readonly Json[] };
export type ChartSpecification = Json & {
  params: readonly { name: string; value: unknown }[];
  vconcat: readonly PanelSpecification[];
};

export const CHART_FONT = "DejaVu Sans";
const PRICE_TEXT = { fontSize: 13, fontWeight: "bold", font: CHART_FONT } as const;
/** Lines end where a value is missing; nothing else in a chart may be missing. */
const BROKEN = { invalid: "break-paths-show-domains" } as const;

/** The parameters that scene/scene.ts fills in, with values that are valid and empty. */
const EMPTY_PARAMS: Json = {
  tickValues: [],
  tickLabels: [],
  lastClose: 0,
  minBody: 0,
  title: "",
  headline: "",
};

/** The specification without data: `params` replace the empty ones, `datasets` are added by the caller. */
export function specification(
  geometry: Geometry,
  params: Json = {},
  panels: readonly PanelDefinition[] = panelsFor(),
): ChartSpecification {
  const domains = Object.fromEntries(panels.map(({ id }) => [domainName(id), [0, 1]]));
  const { left, top, right, bottom, gap } = geometry;
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    background: "white",
    padding: { left, top, right, bottom },
    autosize: { type: "none" },
    bounds: "flush",
    spacing: gap,
    data: { name: "rows" },
    params: Object.entries({ ...domains, ...EMPTY_PARAMS, ...params }).map(([name, value]) => ({
      name,
      value,
    })),
    vconcat: panels.map((panel, index) => panelOf(panel, geometry, index === panels.length - 1)),
    config: {
      aria: false,
      font: CHART_FONT,
      mark: { invalid: null },
      axis: {
        labelColor: INK.text,
        gridColor: INK.grid,
        domainColor: INK.frame,
        tickColor: INK.frame,
        labelFontSize: 13,
      },
      view: { stroke: INK.frame },
    },
  };
}

function panelOf(panel: PanelDefinition, geometry: Geometry, labelled: boolean): PanelSpecification {
  const height = geometry.panelHeights[panel.id];
  const axes: Axes = {
    x: xOf(geometry, labelled),
    y: (field) => yOf(panel, field),
    domain: domainName(panel.id),
  };
  const head = panel.id === "price" ? headOf(geometry) : [headingOf(panel.title)];
  return {
    name: panel.id,
    width: geometry.plotWidth,
    height,
    layer: [
      ...panel.series.flatMap((series) => marksOf(series, axes, geometry)),
      ...tagMarks(panel.id, geometry),
      ...head,
    ],
  };
}

type Axes = { x: Json; y: (field: string) => Json; domain: string };

// Half a pixel to the left: a wick of 1 pixel then covers exactly one column.
function xOf({ slots, step }: Geometry, labelled: boolean): Json {
  const half = 0.5 / step;
  return {
    field: "i",
    type: "quantitative",
    scale: { domain: [-1 - half, slots - half], nice: false, zero: false, padding: 0 },
    axis: {
      title: null,
      values: { expr: "tickValues" },
      labelExpr: "tickLabels[indexof(tickValues, datum.value)]",
      labels: labelled,
      ticks: labelled,
      grid: true,
      labelOverlap: false,
      labelFontSize: 14,
    },
  };
}

function yOf({ id, axis }: PanelDefinition, field: string): Json {
  return {
    field,
    type: "quantitative",
    scale: { domain: { expr: domainName(id) }, nice: false, zero: false },
    axis: { title: null, orient: "left", grid: true, ...axis },
  };
}

function marksOf(series: SeriesDefinition, { x, y, domain }: Axes, geometry: Geometry): Json[] {
  switch (series.mark) {
    case "candles":
      return candles(series, { x, y, domain }, geometry);
    case "bars":
      return [
        {
          mark: { type: "bar", size: geometry.body },
          encoding: { x, y: y(series.field), y2: { datum: 0 }, color: either(series.upWhen, series.colours) },
        },
      ];
    case "line":
      return [line(series.field, { color: COLOURS[series.colour], strokeWidth: series.width }, { x, y })];
    case "band": {
      const color = COLOURS[series.colour];
      // fillOpacity, not opacity: the latter costs the rasteriser a group.
      const area = { type: "area", color, fillOpacity: 0.1, clip: true, ...BROKEN };
      const edge = { color, strokeWidth: 1.2, strokeDash: [5, 3] };
      return [
        { mark: area, encoding: { x, y: y(series.lower), y2: { field: series.upper } } },
        line(series.lower, edge, { x, y }),
        line(series.upper, edge, { x, y }),
      ];
    }
    case "level":
      return [
        {
          data: { values: [{}] },
          mark: { type: "rule", color: COLOURS[series.colour], strokeDash: series.dash, strokeWidth: 1 },
          encoding: {
            y: {
              datum: series.at === "lastClose" ? { expr: "lastClose" } : series.at,
              type: "quantitative",
              scale: { domain: { expr: domain } },
            },
          },
        },
      ];
  }
}

function candles(
  series: Extract<SeriesDefinition, { mark: "candles" }>,
  { x, y }: Axes,
  geometry: Geometry,
): Json[] {
  const color = either("datum.c >= datum.o", series.colours);
  const spare = "max(0, minBody - abs(datum.c - datum.o)) / 2";
  return [
    { mark: { type: "rule", strokeWidth: 1 }, encoding: { x, y: y("l"), y2: { field: "h" }, color } },
    {
      transform: [
        { calculate: `min(datum.o, datum.c) - ${spare}`, as: "bodyLow" },
        { calculate: `max(datum.o, datum.c) + ${spare}`, as: "bodyHigh" },
      ],
      mark: { type: "bar", size: geometry.body },
      encoding: { x, y: y("bodyLow"), y2: { field: "bodyHigh" }, color },
    },
  ];
}

function line(field: string, style: Json, { x, y }: Pick<Axes, "x" | "y">): Json {
  return {
    mark: { type: "line", strokeJoin: "round", clip: true, ...BROKEN, ...style },
    encoding: { x, y: y(field) },
  };
}

function either(test: string, colours: { up: keyof typeof COLOURS; down: keyof typeof COLOURS }): Json {
  return { condition: { test, value: COLOURS[colours.up] }, value: COLOURS[colours.down] };
}

/** The tags' text and a short line from each value to its tag. */
function tagMarks(id: PanelDefinition["id"], { plotWidth }: Geometry): Json[] {
  const data = { name: tagsName(id) };
  const color = { field: "colour", type: "nominal", scale: null };
  return [
    {
      data,
      mark: { type: "rule", strokeWidth: 1.2 },
      encoding: {
        x: { value: plotWidth + 1 },
        x2: { value: plotWidth + 8 },
        y: pixel("from"),
        y2: { field: "y" },
        color,
      },
    },
    {
      data,
      mark: { type: "text", align: "left", baseline: "middle", x: plotWidth + 11, ...PRICE_TEXT },
      encoding: { y: pixel("y"), text: { field: "text" }, color },
    },
  ];
}

function headingOf(title: string): Json {
  return {
    data: { values: [{}] },
    mark: {
      type: "text",
      align: "left",
      baseline: "middle",
      x: 0,
      y: -11,
      color: INK.text,
      text: title,
      ...PRICE_TEXT,
    },
    encoding: {},
  };
}

/** Title, last close and the legend line above the price panel. */
function headOf({ plotWidth }: Geometry): Json[] {
  const title = (x: number, align: "left" | "right", name: string): Json => ({
    data: { values: [{}] },
    mark: {
      type: "text",
      baseline: "middle",
      align,
      x,
      y: -42,
      font: CHART_FONT,
      fontSize: 19,
      fontWeight: "bold",
      color: INK.text,
      text: { expr: name },
    },
    encoding: {},
  });
  const data = { name: "legend" };
  const color = { field: "colour", type: "nominal", scale: null };
  return [
    title(0, "left", "title"),
    title(plotWidth, "right", "headline"),
    {
      data,
      mark: { type: "rule", y: -15 },
      encoding: {
        x: pixel("x"),
        x2: { field: "x2" },
        color,
        strokeWidth: { field: "width", type: "quantitative", scale: null },
      },
    },
    {
      data,
      mark: { type: "text", align: "left", baseline: "middle", y: -15, ...PRICE_TEXT },
      encoding: { x: pixel("textX"), text: { field: "label" }, color },
    },
  ];
}

function pixel(field: string): Json {
  return { field, type: "quantitative", scale: null };
}
