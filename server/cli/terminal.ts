// What a command prints: lines for people on stdout, progress on stderr, or one JSON object. The only writer to the terminal.
import { stripVTControlCharacters } from "node:util";

export type Terminal = {
  /** True when people watch: progress may be drawn. */
  interactive: boolean;
  json: boolean;
  line(text: string): void;
  /** Progress and notices; never part of a command's result. */
  note(text: string): void;
  /** The one result of a command with --json. */
  object(value: unknown): void;
};

export function openTerminal(json: boolean): Terminal {
  return {
    interactive: process.stderr.isTTY === true,
    json,
    line: (text) => process.stdout.write(`${printable(text)}\n`),
    note: (text) => process.stderr.write(`${printable(text)}\n`),
    object: (value) => process.stdout.write(`${JSON.stringify(value, null, 2)}\n`),
  };
}

/** Texts of models, news and persons must not steer the terminal. */
function printable(text: string): string {
  return stripVTControlCharacters(text).replace(/[^\P{Cc}\n\t]/gu, "");
}

/** Rows as a table with a head; columns as wide as their widest cell, numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const isNumber = (text: string) => /^[-+$]?[\d.,]+%?$/.test(text);
  const draw = (cells: readonly string[]) =>
    widths
      .map((width, column) => {
        const cell = cells[column] ?? "";
        return isNumber(cell) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd();
  return [draw(head), draw(widths.map((width) => "─".repeat(width))), ...rows.map(draw)].join("\n");
}
