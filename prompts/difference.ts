// What changed between two texts, line by line, with the words that changed inside a line. Pure.
import { diffArrays, diffWordsWithSpace } from "diff";

/** A piece of a line: the same in both texts, or only in the one that the line belongs to. */
export type DifferencePiece = { text: string; changed: boolean };
/** Line numbers count from 1; null where the line is not in that text. */
export type DifferenceLine = {
  kind: "same" | "removed" | "added";
  before: number | null;
  after: number | null;
  pieces: DifferencePiece[];
};
/** Lines that stand together; `skipped` equal lines lie before them. */
export type DifferenceHunk = { skipped: number; lines: DifferenceLine[] };
export type Difference = { added: number; removed: number; hunks: DifferenceHunk[] };

/** Equal lines shown around a change. */
const CONTEXT = 3;

export function differenceOf(before: string, after: string): Difference {
  const lines = allLines(before.split("\n"), after.split("\n"));
  const count = (kind: DifferenceLine["kind"]) => lines.filter((line) => line.kind === kind).length;
  return { added: count("added"), removed: count("removed"), hunks: hunksOf(lines) };
}

function allLines(before: readonly string[], after: readonly string[]): DifferenceLine[] {
  const lines: DifferenceLine[] = [];
  let [left, right] = [0, 0];
  const changes = diffArrays([...before], [...after]);
  for (const [index, change] of changes.entries()) {
    if (change.added || change.removed) {
      // The library tells what was removed before what came in its place: the two are told together.
      if (change.added && changes[index - 1]?.removed === true) continue;
      const next = change.added ? change : changes[index + 1];
      const removed = change.removed ? change.value : [];
      const added = next?.added === true ? next.value : [];
      addTo(lines, { removed, added, left, right });
      left += removed.length;
      right += added.length;
      continue;
    }
    for (const text of change.value)
      lines.push({ kind: "same", before: ++left, after: ++right, pieces: [{ text, changed: false }] });
  }
  return lines;
}

/** Removed lines, then the added ones; lines of the same place are compared word by word. */
function addTo(
  lines: DifferenceLine[],
  of: { removed: readonly string[]; added: readonly string[]; left: number; right: number },
): void {
  const { removed, added, left, right } = of;
  const pairs = removed.map((text, index) => wordPieces(text, added[index]));
  removed.forEach((_, index) => {
    lines.push({
      kind: "removed",
      before: left + index + 1,
      after: null,
      pieces: pairs[index]?.removed ?? [],
    });
  });
  added.forEach((text, index) => {
    const pieces = pairs[index]?.added ?? [{ text, changed: true }];
    lines.push({ kind: "added", before: null, after: right + index + 1, pieces });
  });
}

function wordPieces(removed: string, added: string | undefined) {
  if (added === undefined) return { removed: [{ text: removed, changed: true }], added: null };
  const words = diffWordsWithSpace(removed, added);
  const piece = (word: (typeof words)[number]) => ({ text: word.value, changed: word.added || word.removed });
  return {
    removed: words.filter((word) => !word.added).map(piece),
    added: words.filter((word) => !word.removed).map(piece),
  };
}

function hunksOf(lines: readonly DifferenceLine[]): DifferenceHunk[] {
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some((line) => line.kind !== "same"),
  );
  const hunks: DifferenceHunk[] = [];
  let skipped = 0;
  for (const [index, line] of lines.entries()) {
    if (near[index] !== true) {
      skipped += 1;
      continue;
    }
    if (skipped > 0 || hunks.length === 0) hunks.push({ skipped, lines: [] });
    skipped = 0;
    hunks.at(-1)?.lines.push(line);
  }
  return hunks;
}
