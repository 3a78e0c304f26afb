// `countersign run`: starts an execution, follows it node by node, and ends with a table or one JSON object.
import { z } from "zod";
import { ExecutionReport, type ReportedRun } from "../../reports/execution-report.ts";
import type { DeskApi } from "../desk-api.ts";
import { ExitCode } from "../exit-codes.ts";
import type { Invocation } from "../program.ts";
import { type CommonOptions, withDesk } from "../session.ts";
import { type Terminal, table } from "../terminal.ts";
import { followExecution } from "./follow.ts";

export type RunOptions = CommonOptions & {
  strategy?: string;
  symbols?: string;
  asOf?: string;
  approve?: string;
};

const Started = z.object({ executionId: z.string() });

export async function runCommand(invocation: Invocation, options: RunOptions): Promise<void> {
  const symbols = options.symbols
    ?.split(",")
    .map((symbol) => symbol.trim())
    .filter(Boolean);
  const request = {
    ...(options.strategy === undefined ? {} : { strategy: options.strategy }),
    ...(symbols === undefined ? {} : { symbols }),
    ...(options.asOf === undefined ? {} : { asOf: options.asOf }),
    ...(options.approve === undefined ? {} : { approval: options.approve }),
  };
  await withDesk(invocation, options, async ({ api, terminal }) => {
    const { executionId } = await api.send("POST", "/api/executions", request, Started);
    const { signal } = invocation;
    const report = await followExecution({ api, terminal, executionId, signal }).catch((error: unknown) => {
      if (signal.aborted)
        terminal.note(`stopped; execution ${executionId} goes on as soon as a desk runs on this data folder`);
      throw error;
    });
    tellReport(terminal, report);
    if (report.runs.some((run) => run.status === "failed")) invocation.exitCode = ExitCode.failed;
  });
}

export async function reportOf(api: DeskApi, executionId: string): Promise<ExecutionReport> {
  return api.get(`/api/executions/${executionId}/report`, ExecutionReport);
}

function tellReport(terminal: Terminal, report: ExecutionReport): void {
  if (terminal.json) {
    terminal.object(report);
    return;
  }
  const head = [
    "symbol",
    "status",
    "decision",
    "price",
    "target",
    "stop",
    "R",
    "margin",
    "verdict",
    "order",
    "cost",
  ];
  terminal.line(`\nAs of ${report.asOf}, ${report.model}, ${report.broker}`);
  terminal.line(table(head, report.runs.map(row)));
  for (const run of report.runs) {
    if (run.error !== null) terminal.line(`${run.symbol}: ${run.error.code}: ${run.error.message}`);
    if (run.status === "denied" && run.verdict !== null)
      terminal.line(`${run.symbol}: denied: ${run.verdict.codes.join(", ")}`);
    if (run.status === "waiting_approval" && run.approval !== null) {
      terminal.line(`${run.symbol}: waits for you: countersign approve ${run.approval.id}`);
    }
  }
}

const shown = (text: string | null | undefined, places = 2) =>
  text == null ? "–" : Number(text).toFixed(places);

function row(run: ReportedRun): string[] {
  const { decision, verdict, order } = run;
  return [
    run.symbol,
    run.status.replace("_", " "),
    decision?.signal ?? "–",
    shown(decision?.currentPrice),
    shown(decision?.targetPrice),
    shown(decision?.stopPrice),
    shown(decision?.rCoefficient),
    decision?.profitMargin == null ? "–" : `${(Number(decision.profitMargin) * 100).toFixed(1)}%`,
    verdict === null ? "–" : verdict.verdict,
    order === null ? "–" : `${order.side} ${order.quantity} ${order.status}`,
    run.llm.costUsd === null ? "unknown" : `$${shown(run.llm.costUsd, 4)}`,
  ];
}
