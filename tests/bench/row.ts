// One measured figure of the bench, and how a table of them is printed.

export type BenchRow = {
  suite: string;
  name: string;
  value: number;
  unit: string;
  /** What the figure should reach; told beside it, never asserted. */
  target?: { atMost?: number; atLeast?: number };
};

const verdict = ({ value, target }: BenchRow): string => {
  if (target === undefined) return "";
  const { atMost, atLeast } = target;
  const reached = (atMost === undefined || value <= atMost) && (atLeast === undefined || value >= atLeast);
  return `${atMost === undefined ? `≥ ${atLeast}` : `≤ ${atMost}`}  ${reached ? "reached" : "MISSED"}`;
};

const figure = (value: number) =>
  value >= 1000
    ? Math.round(value).toLocaleString("en-US")
    : value >= 100
      ? value.toFixed(0)
      : value.toPrecision(3);

/** The rows as one aligned table. */
export function benchTable(rows: readonly BenchRow[]): string {
  const cells = rows.map((row) => [row.suite, row.name, figure(row.value), row.unit, verdict(row)]);
  const head = ["suite", "figure", "value", "unit", "target"];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => (row[column] ?? "").length)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        column === 2 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd();
  return [line(head), line(widths.map((width) => "─".repeat(width))), ...cells.map(line)].join("\n");
}
