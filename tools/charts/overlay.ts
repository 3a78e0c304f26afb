// An order's entry, stop and target and its fills, drawn over the price panel of a page's chart. Pure. Never in the PNG.
import { z } from "zod";
import { SessionDate } from "#store/model/ids.ts";
import { OrderSide } from "#store/model/order.ts";
import { priceDecimals, roundTo } from "#tools/indicators/index.ts";
import { COLOURS } from "./definition.ts";
import type { Geometry } from "./scene/geometry.ts";
import { rowsOf } from "./scene/rows.ts";
import type { ChartInput } from "./scene/scene.ts";
import type { Json } from "./specification.ts";

/** Prices in the instrument's currency. A fill on a date that is not shown is left out. */
export const ChartOverlay = z.strictObject({
  lines: z.array(z.strictObject({ kind: z.enum(["entry", "stop", "target"]), price: z.number().positive() })),
  fills: z.array(z.strictObject({ date: SessionDate, side: OrderSide, price: z.number().positive() })),
});
export type ChartOverlay = z.infer<typeof ChartOverlay>;

const LINES = {
  entry: { name: "Entry", colour: COLOURS.black },
  stop: { name: "Stop", colour: COLOURS.red },
  target: { name: "Target", colour: COLOURS.green },
} as const;

export function overlayRows(
  overlay: ChartOverlay,
  input: ChartInput,
): { overlayLines: object[]; overlayFills: object[] } {
  const decimals = priceDecimals(input.table.close.at(-1) ?? 1);
  const rows = rowsOf(input.table, input.barsShown);
  return {
    overlayLines: overlay.lines.map(({ kind, price }) => ({
      price,
      colour: LINES[kind].colour,
      text: `${LINES[kind].name} ${roundTo(price, decimals).toFixed(decimals)}`,
    })),
    overlayFills: overlay.fills.flatMap(({ date, side, price }) => {
      // A week's bar carries the date of its first session: a fill belongs to the last bar that starts by its date.
      const row = rows.findLast(({ d }) => d <= date);
      if (row === undefined) return [];
      const shape = side === "BUY" ? "triangle-up" : "triangle-down";
      return [{ i: row.i, price, shape, text: `${side} ${price} on ${date}` }];
    }),
  };
}

export function overlayMarks({ slots, step }: Geometry): Json[] {
  const half = 0.5 / step;
  const x = { field: "i", type: "quantitative", scale: { domain: [-1 - half, slots - half] } };
  const y = { field: "price", type: "quantitative" };
  const color = { field: "colour", type: "nominal", scale: null };
  const lines = { name: "overlayLines" };
  return [
    { data: lines, mark: { type: "rule", strokeWidth: 1.6, strokeDash: [8, 4] }, encoding: { y, color } },
    {
      data: lines,
      mark: {
        type: "text",
        align: "left",
        baseline: "bottom",
        x: 6,
        dy: -2,
        fontSize: 13,
        fontWeight: "bold",
      },
      encoding: { y, color, text: { field: "text" } },
    },
    {
      data: { name: "overlayFills" },
      mark: { type: "point", filled: true, size: 220, color: COLOURS.black, stroke: "white", strokeWidth: 1 },
      encoding: {
        x,
        y,
        shape: { field: "shape", type: "nominal", scale: null },
        tooltip: { field: "text" },
      },
    },
  ];
}
