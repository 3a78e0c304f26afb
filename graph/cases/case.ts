// The case that executor and risk manager are given: instrument, the reports with their numbers, the portfolio.
// Effects: database reads.
import type { ConsolidationInput, ReportMaterial } from "#agents/inputs.ts";
import { getDecision } from "#store/agents/decisions.ts";
import { getReport } from "#store/agents/reports.ts";
import type { Timeframe } from "#store/model/bar.ts";
import type { Consolidation, TradeDecision } from "#store/model/decision.ts";
import { InvariantError } from "#store/model/errors.ts";
import type { DecisionId } from "#store/model/ids.ts";
import { chartOf } from "#store/model/workflow/definition.ts";
import type { RunContext } from "../context.ts";
import type { DeskDeps } from "../desk.ts";
import { instrumentOf, prepare } from "../market/prepared.ts";
import type { NodeStep } from "../node.ts";
import { made } from "../state.ts";
import { portfolioMaterial } from "./portfolio.ts";

export async function caseOf(deps: DeskDeps, step: NodeStep): Promise<ConsolidationInput> {
  const market = made(step.state.market, "market");
  const [subject, daily, weekly, portfolio] = await Promise.all([
    instrumentOf(deps, step.run, market),
    materialOf(deps, step, "daily"),
    materialOf(deps, step, "weekly"),
    portfolioMaterial(deps, step.run, step.state),
  ]);
  return { subject, daily, weekly, portfolio };
}

/** Null where the workflow does not look at the timeframe. */
async function materialOf(
  deps: DeskDeps,
  step: NodeStep,
  timeframe: Timeframe,
): Promise<ReportMaterial | null> {
  if (chartOf(step.run.subject.workflow, timeframe) === null) return null;
  const market = made(step.state.market, "market");
  const key = timeframe === "daily" ? "technical" : "weekly";
  const { reportId } = made(step.state[key], key);
  const [{ bars, values }, stored] = await Promise.all([
    prepare(deps, { run: step.run, market, timeframe }),
    step.run.scratch.reports.get(reportId) ?? getReport(deps.database.db, reportId),
  ]);
  return { bars, values, report: stored.report };
}

/** A stored decision as the domain speaks of it, with the consolidation it rests on. */
export async function decisionOf(
  deps: DeskDeps,
  run: RunContext,
  id: DecisionId,
): Promise<{ decision: TradeDecision; consolidation: Consolidation }> {
  const row = run.scratch.decisions.get(id) ?? (await getDecision(deps.database.db, id));
  run.scratch.decisions.set(id, row);
  const { symbol, signal, currentPrice, targetPrice, stopPrice } = row;
  const { profitMargin, rCoefficient, strategyUsed, analysis, consolidation } = row;
  const prices = { currentPrice, targetPrice, stopPrice, profitMargin, rCoefficient };
  if (consolidation === null)
    throw new InvariantError("a decision of this graph has a consolidation", { id });
  return { decision: { symbol, signal, ...prices, strategyUsed, analysis }, consolidation };
}
