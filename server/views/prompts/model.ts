// What the pages of prompts show. Types only; routes fill them from rows.
import type { Signal } from "#store/model/decision.ts";
import type { AgentStage, SymbolRunStatus } from "#store/model/run.ts";
import type { Notice } from "../parts/blocks.tsx";

export type ShareModel = {
  count: number;
  of: number;
  share: number | null;
  low: number | null;
  high: number | null;
  enough: boolean;
};
export type MeanModel = {
  of: number;
  mean: number | null;
  low: number | null;
  high: number | null;
  enough: boolean;
};

export type ResultsLine = {
  promptVersionId: string;
  kind: "live" | "paper" | "replay" | "dry_run";
  asked: number;
  answered: ShareModel;
  abstained: ShareModel;
  failed: ShareModel;
  ungrounded: ShareModel;
  buy: ShareModel;
  sell: ShareModel;
  hold: ShareModel;
  denied: ShareModel;
  approved: ShareModel;
  rejected: ShareModel;
  expired: ShareModel;
  byPolicy: number;
  openTrades: number;
  won: ShareModel;
  r: MeanModel;
  pnl: readonly { currency: string; realizedPnl: string; commissions: string; perTrade: MeanModel }[];
};

export type VersionModel = {
  id: string;
  stage: AgentStage;
  version: string;
  template: string;
  inputs: readonly string[];
  contentHash: string;
  author: string | null;
  note: string | null;
  active: boolean;
  createdAt: string;
};

export type ActivationModel = { promptVersionId: string; version: string; who: string; at: string };

export type StageModel = {
  stage: AgentStage;
  versions: readonly VersionModel[];
  activations: readonly ActivationModel[];
  results: readonly ResultsLine[];
  /** Null while they are being counted for the first time, as after a start: then there are no results yet. */
  countedAt: string | null;
  fewest: number;
};

export type DifferenceModel = {
  added: number;
  removed: number;
  hunks: readonly {
    skipped: number;
    lines: readonly {
      kind: "same" | "removed" | "added";
      before: number | null;
      after: number | null;
      pieces: readonly { text: string; changed: boolean }[];
    }[];
  }[];
};

export type TryModel = {
  id: string;
  symbol: string;
  asOf: string;
  status: SymbolRunStatus;
  signal: Signal | null;
  createdAt: string;
};

export type VersionPageModel = {
  version: VersionModel;
  others: readonly VersionModel[];
  /** The version before it, with what changed since; null for the first. */
  since: { version: VersionModel; difference: DifferenceModel } | null;
  results: readonly ResultsLine[];
  /** Null while they are being counted for the first time, as after a start: then there are no results yet. */
  countedAt: string | null;
  fewest: number;
  workflows: readonly {
    workflowVersionId: string;
    workflow: string;
    version: number;
    strategies: readonly { id: string; name: string; active: boolean }[];
  }[];
  tries: readonly TryModel[];
};

export type WriteModel = {
  stage: AgentStage;
  base: VersionModel;
  nextNumber: number;
  template: string;
  note: string;
  activate: boolean;
  /** Name and kind of each value that the stage is given. */
  inputs: readonly (readonly [name: string, kind: string])[];
  faults: readonly { line: number | null; message: string }[];
  difference: DifferenceModel;
  notice: Notice | null;
};

export type RunChoice = TryModel & { mode: string; version: string | null };

export type TryVersionModel = {
  version: VersionModel;
  symbol: string;
  runs: readonly RunChoice[];
  chosen: string;
  model: string;
  presentModel: string;
  fault: { field: string; message: string } | null;
};

export type TryRunModel = {
  run: { id: string; symbol: string; asOf: string; status: SymbolRunStatus };
  /** By stage that this run asked, newest version first; `used` is what it was asked with. */
  stages: readonly { stage: AgentStage; versions: readonly (VersionModel & { used: boolean })[] }[];
  chosen: string;
  model: string;
  presentModel: string;
  fault: { field: string; message: string } | null;
  tries: readonly TryModel[];
};

type AskedModel = {
  promptVersionId: string | null;
  version: string | null;
  model: string;
  calls: number;
  tokens: number;
  costUsd: string | null;
  latencyMs: number;
  answered: boolean;
};

export type ComparisonModel = {
  source: { id: string; symbol: string; asOf: string; status: SymbolRunStatus };
  fork: { id: string; status: SymbolRunStatus; error: { code: string; message: string } | null };
  settings: { point: string; snapshotOf: string | null };
  stages: readonly {
    stage: AgentStage;
    original: AskedModel | null;
    tried: AskedModel | null;
    taken: boolean;
    chosen: boolean;
  }[];
  parts: readonly {
    stage: AgentStage | "rules" | "outcome";
    taken: boolean;
    facts: readonly { label: string; original: string | null; tried: string | null; same: boolean }[];
  }[];
};
