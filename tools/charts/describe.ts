// Says in words what a chart draws, from the definition that draws it. Pure. Prompts are made from this.
import { z } from "zod";
import { Timeframe } from "#store/model/bar.ts";
import type { Indicator } from "#store/model/workflow/definition.ts";
import type { IndicatorTable } from "#tools/indicators/index.ts";
import { panelsFor, type SeriesDefinition } from "./definition.ts";
import { isDrawn, rowsOf } from "./scene/rows.ts";

/** Panels from top to bottom, series in drawing order. */
export const ChartDescription = z.strictObject({
  timeframe: Timeframe,
  /** One bar is one session or one week. */
  barsShown: z.number().int().positive(),
  panels: z.array(
    z.strictObject({
      title: z.string(),
      series: z.array(
        z.strictObject({
          name: z.string(),
          parameters: z.string(),
          drawnAs: z.enum(["candles", "bars", "line", "band", "level"]),
          colour: z.string(),
          meaning: z.string(),
        }),
      ),
      /** Labels of the last values written to the right of the panel. */
      lastValues: z.array(z.string()),
    }),
  ),
});
export type ChartDescription = z.infer<typeof ChartDescription>;

/**
 * What `renderChart` draws for this timeframe. With `table` (the one that is drawn) series without a single value among
 * the bars shown are left out, as in the picture.
 */
export function describeChart(
  timeframe: Timeframe,
  barsShown: number,
  of: { table?: IndicatorTable; indicators?: readonly Indicator[] } = {},
): ChartDescription {
  const { table, indicators } = of;
  const rows = table === undefined ? undefined : rowsOf(table, barsShown, indicators);
  const last = rows?.at(-1);
  const drawn = (series: SeriesDefinition) => rows === undefined || isDrawn(series, rows);
  return {
    timeframe,
    barsShown: rows?.length ?? barsShown,
    panels: panelsFor(indicators).map(({ title, series, tags }) => ({
      title,
      series: series.filter(drawn).map(describeSeries),
      lastValues: tags
        .filter(({ field }) => last === undefined || last[field] !== null)
        .map(({ label }) => label),
    })),
  };
}

function describeSeries(series: SeriesDefinition): ChartDescription["panels"][number]["series"][number] {
  const { name, parameters, meaning, mark } = series;
  const colour = "colour" in series ? series.colour : `${series.colours.up} or ${series.colours.down}`;
  return { name, parameters, drawnAs: mark, colour, meaning };
}

/** The same as plain text, one line per panel and series, for a prompt. */
export function chartDescriptionText(description: ChartDescription): string {
  const bars = [
    `${description.barsShown} finished ${description.timeframe} bars, oldest left, linear scales.`,
    "To the right of each panel stand its last values; a line too far from the price is cut off at the edge.",
  ].join(" ");
  const panels = description.panels.map(({ title, series, lastValues }) => {
    const lines = series.map(
      ({ name, parameters, colour, meaning }) => `  - ${name} [${parameters}], ${colour}: ${meaning}`,
    );
    return [`- Panel "${title}" (last values: ${lastValues.join(", ")})`, ...lines].join("\n");
  });
  return [bars, ...panels].join("\n");
}
