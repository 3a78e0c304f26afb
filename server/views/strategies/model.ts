// What pages of strategies and workflows share: versions, what changed, what is about to change. Types only.
import type { ExecutionStatus } from "#store/model/run.ts";
import type { Difference } from "#store/model/workflow/difference.ts";

/** What saving would do, shown before it is done. */
export type ReviewModel = {
  /** Such as "version 3"; null for something new. */
  against: string | null;
  /** Such as "version 4". */
  next: string;
  differences: readonly Difference[];
  /** Faults by field name, told together; the fields tell their own. */
  faults: readonly { field: string; label: string; message: string }[];
  /** Fingerprint of the content that is shown: saved is only what was shown. Null: there is nothing to save. */
  shown: string | null;
};

export type VersionLine = {
  /** What addresses it: a version number or a version's id. */
  key: string;
  version: number;
  createdAt: string;
  newest: boolean;
  /** Against the version before. */
  differences: readonly Difference[];
  /** Such as the strategies that use this version. */
  note: string | null;
};

export type HistoryModel = {
  versions: readonly VersionLine[];
  /** Two versions side by side, as chosen; null: none chosen. */
  compared: { from: VersionLine; to: VersionLine; differences: readonly Difference[] } | null;
};

/** An execution that goes on with the version it began with. */
export type KeptExecution = {
  id: string;
  status: ExecutionStatus;
  version: number;
  createdAt: string;
};
