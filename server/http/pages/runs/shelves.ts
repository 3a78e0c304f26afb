// Rows of the store as shelves of the artifacts page: each record with the address where it can be seen. Pure.
import type { Group, RecordLink, RunShelf } from "#server/views/artifacts/model.ts";
import { words } from "#server/views/parts/format.ts";
import type { RunRecords } from "#store/runs/run-records.ts";

type Groups = Record<Group, RecordLink[]>;

const again = (visit: number) => (visit === 0 ? "" : `revision ${visit}`);

export function shelfOf(run: RunRecords): RunShelf {
  const page = `/runs/${run.symbolRunId}`;
  const artifacts = (kinds: readonly string[]): RecordLink[] =>
    run.artifacts
      .filter((artifact) => kinds.includes(artifact.kind))
      .map((artifact) => ({
        text: [artifact.timeframe ?? "", artifact.kind === "chart_spec" ? "specification" : ""]
          .filter((text) => text !== "")
          .join(" "),
        detail: `${Math.round(artifact.bytes / 1000)} kB`,
        href: `/artifacts/${artifact.id}`,
      }));
  const groups: Groups = {
    inputs: [
      {
        text: "strategy and settings",
        detail: "as copied at the start",
        href: `/executions/${run.executionId}`,
      },
    ],
    bars: artifacts(["market_data"]),
    charts: artifacts(["chart_png", "chart_spec"]),
    analyses: run.reports.map((report) => ({
      text: words(report.stage),
      detail: again(report.visit),
      href: `${page}#report-${report.id}`,
    })),
    decision: run.decisions.map((decision) => ({
      text: decision.signal,
      detail: again(decision.visit),
      href: `${page}#decision-${decision.id}`,
    })),
    verdict: run.verdicts.map((verdict) => ({
      text: verdict.verdict,
      detail: verdict.step,
      href: `${page}#verdict-${verdict.id}`,
    })),
    approval: run.approvals.map(({ id, status }) => ({
      text: status,
      detail: "",
      href: `/approvals/${id}`,
    })),
    orders: run.orders.map((order) => ({
      text: order.leg,
      detail: words(order.status.toLowerCase()),
      href: `/orders/${order.id}`,
    })),
    fills: run.fills.map((fill) => ({
      text: `${fill.side} ${fill.quantity}`,
      detail: `at ${fill.price}`,
      href: `/fills/${encodeURIComponent(fill.executionRef)}`,
    })),
    portfolio:
      run.fills.length === 0 ? [] : [{ text: "what came of it", detail: "", href: `${page}#outcome` }],
  };
  return { runId: run.symbolRunId, symbol: run.symbol, status: run.status, groups };
}
