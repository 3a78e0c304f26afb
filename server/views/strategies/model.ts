// What pages of strategies and workflows show: versions, what changed, what is about to change. Types only.
import type { ApprovalPolicy, ExecutionStatus } from "#store/model/run.ts";
import type { Difference } from "#store/model/workflow/difference.ts";
import type { Notice } from "../parts/blocks.tsx";
import type { Faults } from "../parts/form.tsx";

/** What saving would do, shown before it is done. */
export type ReviewModel = {
  /** Such as "version 3"; null for something new. */
  against: string | null;
  /** What the button says, such as "Save as version 4". */
  save: string;
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

/** One of the limits in the form, as text with its unit. */
export type LimitField = {
  name: string;
  label: string;
  hint: string;
  value: string;
  /** Null: something to type. */
  options: readonly (readonly [value: string, text: string])[] | null;
  unit: string | null;
};
export type LimitGroup = { title: string; fields: readonly LimitField[] };

/** A schedule as a reader understands it. */
export type SchedulePreview = {
  /** Such as "on weekdays at 15:45"; null while the expression has a fault, or without a schedule. */
  words: string | null;
  /** The next instants in market time; one at which nothing would run says why. */
  next: readonly { at: string; closed: string | null }[];
};

export type LastExecution = { id: string; status: ExecutionStatus; createdAt: string };

export type StrategyLine = {
  id: string;
  name: string;
  active: boolean;
  version: number;
  symbols: readonly string[];
  approval: ApprovalPolicy;
  workflow: { id: string; name: string; version: number };
  schedule: SchedulePreview | null;
  last: LastExecution | null;
  /** Of what its decisions traded, empty while nothing was; null while it is being worked out, as after a start. */
  results: readonly { currency: string; trades: number; realizedPnl: string; unrealizedPnl: string }[] | null;
};

export type StrategyValues = {
  name: string;
  active: string;
  symbols: string;
  workflow: string;
  approval: string;
  cron: string;
};

export type StrategyModel = {
  /** Null: a new strategy. */
  stored: { id: string; name: string; version: number; active: boolean } | null;
  /** What a new one begins with, in words. */
  origin: string | null;
  values: StrategyValues;
  limits: readonly LimitGroup[];
  faults: Faults;
  notice: Notice | null;
  /** Symbols of these that the desk's list has turned off. */
  turnedOff: readonly string[];
  /** Stored versions by workflow, newest first, and templates that are not stored yet. */
  workflows: readonly (readonly [value: string, text: string])[];
  /** The chosen workflow sends no orders. */
  advises: boolean;
  /** What the chosen workflow does, step by step. */
  steps: readonly string[];
  schedule: SchedulePreview;
  review: ReviewModel;
  history: HistoryModel;
  kept: readonly KeptExecution[];
  last: readonly LastExecution[];
};
