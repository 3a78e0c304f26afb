// What runs have left behind, grouped by execution; and one stored artifact. Types only.
import type { SymbolRunStatus } from "#store/model/run.ts";

/** Groups in the order in which a run makes them. */
export const GROUPS = [
  "inputs",
  "bars",
  "charts",
  "analyses",
  "decision",
  "verdict",
  "approval",
  "orders",
  "fills",
  "portfolio",
] as const;
export type Group = (typeof GROUPS)[number];

export type RecordLink = { text: string; detail: string; href: string };

export type RunShelf = {
  runId: string;
  symbol: string;
  status: SymbolRunStatus;
  groups: Readonly<Record<Group, readonly RecordLink[]>>;
};

export type ExecutionShelf = {
  executionId: string;
  asOf: string;
  createdAt: string;
  strategy: string;
  mode: string;
  runs: readonly RunShelf[];
  /** Runs of it that are not shown here. */
  more: number;
};

export type ArtifactsModel = {
  shelves: readonly ExecutionShelf[];
  filter: { symbol: string; group: Group | null; of: { text: string; href: string } | null };
  older: string | null;
  newer: string | null;
};

export type ArtifactModel = {
  id: string;
  kind: "chart_png" | "chart_spec" | "market_data";
  timeframe: string | null;
  mediaType: string;
  sha256: string;
  byteLength: number;
  createdAt: string;
  symbol: string;
  runId: string;
  executionId: string;
  marketDataId: string | null;
  /** Charts that draw this market data. */
  drawnBy: readonly { id: string; kind: string }[];
  /** Model calls that were shown it. */
  shownTo: readonly { callId: string; text: string }[];
  /** Of market data: columns and the newest rows first; null for other kinds. */
  table: {
    columns: readonly string[];
    rows: readonly (readonly (string | number | null)[])[];
    notice: string;
  } | null;
  /** Why its content cannot be shown; null when it can. */
  fault: string | null;
};
