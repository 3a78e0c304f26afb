// Versions as pages tell them: each against the one before, any two side by side, a fingerprint of what was shown. Pure.
import { createHash } from "node:crypto";
import { VERSIONS_LISTED } from "#server/views/strategies/history.tsx";
import type { HistoryModel, ReviewModel, VersionLine } from "#server/views/strategies/model.ts";
import { canonicalJson } from "#store/model/workflow/canonical.ts";
import { type Described, type Difference, describeDifference } from "#store/model/workflow/difference.ts";

/** Of the content that a reader was shown: saving takes only what has it. */
export function fingerprint(content: unknown): string {
  return createHash("sha256").update(canonicalJson(content)).digest("hex").slice(0, 32);
}

export type StoredVersion = {
  key: string;
  version: number;
  createdAt: string;
  content: Described;
  note: string | null;
};

/** `versions` newest first; `from` and `to` are keys from an address, unknown ones compare nothing. */
export function historyOf(
  versions: readonly StoredVersion[],
  chosen: { from: string | null; to: string | null; reword?: (differences: Difference[]) => Difference[] },
): HistoryModel {
  const reword = chosen.reword ?? ((differences) => differences);
  const between = (older: StoredVersion | undefined, newer: StoredVersion) =>
    older === undefined ? [] : reword(describeDifference(older.content, newer.content));
  const lines = versions.map(
    (one, index): VersionLine => ({
      key: one.key,
      version: one.version,
      createdAt: one.createdAt,
      newest: index === 0,
      differences: index < VERSIONS_LISTED ? between(versions[index + 1], one) : [],
      note: one.note,
    }),
  );
  const [from, to] = [chosen.from, chosen.to].map((key) => versions.findIndex((one) => one.key === key));
  const older = versions[from ?? -1];
  const newer = versions[to ?? -1];
  const [fromLine, toLine] = [lines[from ?? -1], lines[to ?? -1]];
  const known = older !== undefined && newer !== undefined && fromLine !== undefined && toLine !== undefined;
  return {
    versions: lines,
    compared: known ? { from: fromLine, to: toLine, differences: between(older, newer) } : null,
  };
}

/** Faults of a form as its review tells them. */
export function reviewFaults(
  faults: Readonly<Record<string, string>>,
  labelOf: (field: string) => string,
): ReviewModel["faults"] {
  return Object.entries(faults).map(([field, message]) => ({ field, label: labelOf(field), message }));
}
