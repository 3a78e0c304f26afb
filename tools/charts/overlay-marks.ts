// The marks of a trade in Vega-Lite: a rule at the decision with what came after it shaded, levels, fills. Pure.
// A state is a dash, a fill is a shape: nothing is told by colour alone.
import { COLOURS, INK } from "./definition.ts";
import { CHART_FONT, type Json } from "./specification.ts";

export type PlacedLevel = {
  kind: "entry" | "stop" | "target";
  price: number;
  state: "proposed" | "working" | "filled" | "ended";
  text: string;
};
/** `i`: the bar it belongs to. */
export type PlacedFill = {
  i: number;
  side: "BUY" | "SELL";
  price: number;
  leg: "entry" | "stop" | "target" | "exit";
  text: string;
};

const LEVEL_COLOURS = { entry: COLOURS.blue, stop: COLOURS.red, target: COLOURS.green } as const;
const DASHES = { proposed: [2, 4], working: [9, 5], filled: [1, 0], ended: [1, 6] } as const;

/** Shape of a fill by what it did: into the position up or down, out of it by stop, target or hand. */
export function shapeOf(fill: Pick<PlacedFill, "leg" | "side">): string {
  if (fill.leg === "stop") return "cross";
  if (fill.leg === "target") return "diamond";
  if (fill.leg === "exit") return "square";
  return fill.side === "BUY" ? "triangle-up" : "triangle-down";
}

const TEXT = { type: "text", font: CHART_FONT, fontWeight: "bold", clip: true } as const;
const halo = (mark: Json) => ({ ...mark, color: "white", stroke: "white", strokeWidth: 4 });

export function levelMarks(
  levels: readonly PlacedLevel[],
  fills: readonly PlacedFill[],
  domain: readonly [number, number],
): Json[] {
  const y = { field: "price", type: "quantitative", scale: { domain: { expr: "priceDomain" } } };
  const x = { field: "i", type: "quantitative", scale: { domain } };
  const color = { field: "colour", type: "nominal", scale: null };
  const lines = levels.flatMap((level): Json[] => {
    const data = { values: [{ price: level.price, colour: LEVEL_COLOURS[level.kind], text: level.text }] };
    const label = { ...TEXT, align: "left", baseline: "bottom", x: 6, dy: -3, fontSize: 13 };
    const text = { field: "text", type: "nominal" };
    return [
      {
        data,
        mark: { type: "rule", strokeWidth: 1.8, strokeDash: DASHES[level.state], clip: true },
        encoding: { y, color },
      },
      { data, mark: halo(label), encoding: { y, text } },
      { data, mark: label, encoding: { y, color, text } },
    ];
  });
  if (fills.length === 0) return lines;
  const data = {
    values: fills.map((fill) => ({ i: fill.i, price: fill.price, shape: shapeOf(fill), text: fill.text })),
  };
  const point = {
    type: "point",
    filled: true,
    size: 240,
    color: COLOURS.black,
    stroke: "white",
    strokeWidth: 1.4,
  };
  const label = { ...TEXT, align: "right", baseline: "middle", dx: -14, fontSize: 12 };
  const text = { field: "text", type: "nominal" };
  return [
    ...lines,
    { data, mark: point, encoding: { x, y, shape: { field: "shape", type: "nominal", scale: null } } },
    { data, mark: halo(label), encoding: { x, y, text } },
    { data, mark: { ...label, color: COLOURS.black }, encoding: { x, y, text } },
  ];
}

/** What the agents had not seen: shaded from the rule on, and said so. */
export function sinceMarks(at: {
  domain: readonly [number, number];
  seen: number;
  /** Of the panel that says what the rule is; null for the others. */
  height: number | null;
}): Json[] {
  const x = { field: "from", type: "quantitative", scale: { domain: at.domain } };
  const data = { values: [{ from: at.seen - 0.5, to: at.domain[1], text: "after the decision →" }] };
  const shade = {
    data,
    mark: { type: "rect", color: INK.faint, opacity: 0.22 },
    encoding: { x, x2: { field: "to" } },
  };
  const rule = { data, mark: { type: "rule", color: INK.text, strokeWidth: 1.4 }, encoding: { x } };
  if (at.height === null) return [shade, rule];
  const label = {
    ...TEXT,
    align: "right",
    baseline: "bottom",
    dx: -5,
    y: at.height - 5,
    fontSize: 12,
  };
  const text = { value: "decided here" };
  return [
    shade,
    rule,
    { data, mark: halo(label), encoding: { x, text } },
    { data, mark: { ...label, color: INK.text }, encoding: { x, text } },
  ];
}
