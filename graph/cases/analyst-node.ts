// What both analysts' nodes do: chart and values in, one grounded report stored. Effects: the model's calls, database.
import type { ReportAnswer } from "#agents/chart-analyst.ts";
import type { AgentContext } from "#agents/context.ts";
import type { AnalystInput } from "#agents/inputs.ts";
import { saveReport } from "#store/agents/reports.ts";
import type { Timeframe } from "#store/model/bar.ts";
import type { AgentStage, NodeName } from "#store/model/run.ts";
import { chartOf } from "#store/model/workflow/definition.ts";
import { readArtifact } from "#store/runs/artifacts.ts";
import { describeChart } from "#tools/charts/index.ts";
import type { DeskDeps } from "../desk.ts";
import { chartSetting, instrumentOf, prepare } from "../market/prepared.ts";
import type { NodeDefinition, NodeStep } from "../node.ts";
import { type AnalystFacts, type DeskUpdate, made } from "../state.ts";
import { agentContext } from "./agent-context.ts";

type AnalystNode = {
  name: NodeName;
  stage: AgentStage;
  timeframe: Timeframe;
  analyse(input: AnalystInput, ctx: AgentContext): Promise<ReportAnswer>;
  update(facts: AnalystFacts): DeskUpdate;
};

export function analystNode(deps: DeskDeps, node: AnalystNode): NodeDefinition {
  const { stage, timeframe } = node;
  return {
    name: node.name,
    abstains: true,
    skip: ({ subject }) =>
      chartOf(subject.workflow, timeframe) === null ? `the workflow has no ${timeframe} chart` : null,
    async body(step) {
      const market = made(step.state.market, "market");
      const [subject, prepared, png, context] = await Promise.all([
        instrumentOf(deps, step.run, market),
        prepare(deps, { run: step.run, market, timeframe }),
        pictureOf(deps, step, timeframe),
        agentContext(deps, step, stage),
      ]);
      const { bars, values, table } = prepared;
      const { barsShown, indicators } = chartSetting(step.run, timeframe);
      const description = describeChart(timeframe, barsShown, { table, indicators });
      const answer = await node.analyse({ subject, chart: { values, bars, description, png } }, context);
      const { report, grounding, llmCallId } = answer;
      const { symbolRunId } = step.run.subject;
      const { visit } = step;
      const saved = await saveReport(deps.database.db, {
        symbolRunId,
        stage,
        visit,
        report,
        grounding,
        llmCallId,
      });
      step.run.scratch.reports.set(saved.id, saved);
      return node.update({ reportId: saved.id, llmCallId: saved.llmCallId, stance: saved.report.stance });
    },
  };
}

async function pictureOf(deps: DeskDeps, step: NodeStep, timeframe: Timeframe): Promise<Uint8Array> {
  const inHand = step.run.scratch.png[timeframe];
  if (inHand !== undefined) return inHand;
  const { png } = made(made(step.state.pictures, "pictures")[timeframe], "pictures");
  const { bytes } = await readArtifact(deps.database.db, deps.objects, { id: png, signal: step.signal });
  return bytes;
}
