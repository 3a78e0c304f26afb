// The legend line above the price panel: one entry per line or band that is drawn. Pure.
import { COLOURS, type PanelDefinition, panelsFor } from "../definition.ts";
import { isDrawn, type Row } from "./rows.ts";

/** `x` to `x2` is a stroke of the series' colour and width, in pixels from the panel's left edge; the words follow. */
export type LegendEntry = {
  label: string;
  colour: string;
  width: number;
  x: number;
  x2: number;
  textX: number;
};

const STROKE = 18;
const GAP = 18;

export function legendOf(
  rows: readonly Row[],
  panels: readonly PanelDefinition[] = panelsFor(),
): LegendEntry[] {
  let x = 0;
  return panels
    .flatMap(({ series }) => series)
    .flatMap((series) => {
      const labelled = series.legend !== undefined && isDrawn(series, rows);
      if (!labelled || (series.mark !== "line" && series.mark !== "band")) return [];
      const entry = {
        label: series.legend ?? "",
        colour: COLOURS[series.colour],
        width: series.mark === "line" ? series.width : 1.2,
        x,
        x2: x + STROKE,
        textX: x + STROKE + 5,
      };
      x = entry.textX + textWidth(entry.label) + GAP;
      return [entry];
    });
}

/** Width of bold DejaVu Sans at 13 pixels by classes of letters: near enough for the gaps of a legend. */
function textWidth(text: string): number {
  const widths = [...text].map((letter) =>
    "(),. ijlrt".includes(letter) ? 5.6 : /[A-Zmw]/.test(letter) ? 10.2 : 9,
  );
  return Math.round(widths.reduce((sum, width) => sum + width, 0));
}
