// Nodes of a run as a page shows them: the graph as it ran, and one visit of one node in full. Pure.
import type { CallModel, NodeDetail, NodeModel, NodeState } from "#server/views/run/model.ts";
import {
  type AgentStage,
  FINISHED_RUN_STATUSES,
  NODE_NAMES,
  type NodeName,
  type SymbolRunStatus,
} from "#store/model/run.ts";
import type { NodeEventRow } from "#store/runs/node-events.ts";

const LONGEST_OUTPUT = 20_000;

/** Where a node's input comes from, and whose model calls are its own. */
const NODES: Readonly<Record<NodeName, { from: readonly NodeName[]; stages: readonly AgentStage[] }>> = {
  market_data: { from: [], stages: [] },
  charts: { from: ["market_data"], stages: [] },
  technical_analyst: { from: ["charts"], stages: ["technical_analysis"] },
  weekly_trend: { from: ["charts"], stages: ["weekly_trend"] },
  executor: {
    from: ["technical_analyst", "weekly_trend", "risk_gate"],
    stages: ["consolidation", "decision"],
  },
  risk_gate: { from: ["executor"], stages: [] },
  risk_manager: { from: ["risk_gate"], stages: ["risk_review"] },
  approval: { from: ["risk_manager"], stages: [] },
  submit_order: { from: ["approval"], stages: [] },
  order_working: { from: ["submit_order"], stages: [] },
  record: { from: ["executor", "risk_gate", "approval", "order_working"], stages: [] },
};

function isOver(status: SymbolRunStatus): boolean {
  return (FINISHED_RUN_STATUSES as readonly SymbolRunStatus[]).includes(status);
}

/** A node may finish without having had anything to do: it then says why. */
function skipReason(event: NodeEventRow | undefined): string | null {
  const { output } = event ?? {};
  if (typeof output !== "object" || output === null || !("skipped" in output)) return null;
  return typeof output.skipped === "string" ? output.skipped : "nothing to do in this workflow";
}

function stateOf(last: NodeEventRow | undefined, over: boolean): NodeState {
  if (last === undefined) return over ? "unreached" : "ahead";
  if (last.kind === "started") return over ? "failed" : "running";
  return last.kind === "finished" && skipReason(last) !== null ? "skipped" : last.kind;
}

export function jsonText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const text = JSON.stringify(value, null, 2);
  return text.length > LONGEST_OUTPUT
    ? `${text.slice(0, LONGEST_OUTPUT)}\n… cut here; the API has all of it`
    : text;
}

/** Every node of the graph in its order, with what happened in it. */
export function nodeModels(events: readonly NodeEventRow[], status: SymbolRunStatus): NodeModel[] {
  const over = isOver(status);
  return NODE_NAMES.map((node): NodeModel => {
    const own = events.filter((event) => event.node === node);
    const finished = own.filter((event) => event.kind === "finished");
    return {
      node,
      state: stateOf(own.at(-1), over),
      skipped: skipReason(own.at(-1)),
      visits: new Set(own.map((event) => event.visit)).size,
      attempts: own.filter((event) => event.kind === "started").length,
      durationMs:
        finished.length === 0 ? null : finished.reduce((sum, event) => sum + (event.durationMs ?? 0), 0),
      error: own.findLast((event) => event.kind === "failed")?.error ?? null,
    };
  });
}

/** One visit of a node; null when it was never there. Without a visit: the newest. */
export function nodeDetail(
  of: { events: readonly NodeEventRow[]; calls: readonly CallModel[]; status: SymbolRunStatus },
  wanted: { node: NodeName; visit: number | null },
): NodeDetail | null {
  const all = of.events.filter((event) => event.node === wanted.node);
  const visits = [...new Set(all.map((event) => event.visit))].toSorted((a, b) => a - b);
  const visit = wanted.visit ?? visits.at(-1) ?? 0;
  const own = all.filter((event) => event.visit === visit);
  const first = own[0];
  if (first === undefined) return null;
  const { stages } = NODES[wanted.node];
  const calls = of.calls.filter((call) => stages.includes(call.stage) && call.visit === visit);
  const finished = own.find((event) => event.kind === "finished");
  return {
    node: wanted.node,
    visit,
    visits,
    state: stateOf(own.at(-1), isOver(of.status)),
    skipped: skipReason(finished),
    durationMs: finished?.durationMs ?? null,
    output: jsonText(finished?.output ?? own.findLast((event) => event.output !== null)?.output),
    inputs: inputsOf(of.events, wanted.node, first.id),
    calls,
    log: logOf(own, calls),
  };
}

/** The newest results that were there when the visit began. */
function inputsOf(events: readonly NodeEventRow[], node: NodeName, before: number): NodeDetail["inputs"] {
  return NODES[node].from.flatMap((from) => {
    const source = events.findLast(
      (event) => event.node === from && event.kind === "finished" && event.id < before,
    );
    return source === undefined ? [] : [{ node: from, visit: source.visit, output: jsonText(source.output) }];
  });
}

function logOf(events: readonly NodeEventRow[], calls: readonly CallModel[]): NodeDetail["log"] {
  const lines = [
    ...events.map((event) => ({
      at: event.at as string,
      kind: event.kind as string,
      text: `attempt ${event.attempt}`,
      durationMs: event.durationMs,
      error: event.error,
      callId: null as string | null,
    })),
    ...calls.map((call) => ({
      at: call.createdAt,
      kind: call.status === "ok" ? "model answered" : `model call ${call.status}`,
      text: `${call.stage.replaceAll("_", " ")}, ${call.model}, ${call.method.replaceAll("_", " ")}, exchange ${call.attempt}, ${call.inputTokens} + ${call.outputTokens} tokens`,
      durationMs: call.latencyMs,
      error: call.error,
      callId: call.id as string | null,
    })),
  ];
  return lines.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}
