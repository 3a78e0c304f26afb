// One symbol run, whole: from its bars to what came of it.
import type { Frame } from "../layout/frame.ts";
import { Shell } from "../layout/shell.tsx";
import { ApprovalCard } from "../parts/approval.tsx";
import { live, PageHead, Panel, Time } from "../parts/blocks.tsx";
import { Chart, type ChartLevel } from "../parts/chart.tsx";
import { cost, decimal, duration, exchangeDate, price } from "../parts/format.ts";
import { Outcome } from "../parts/results.tsx";
import { RunStatus, SignalPill } from "../parts/status.tsx";
import { Calls } from "./calls.tsx";
import { Decisions } from "./decision.tsx";
import { GraphStrip, NodeLog } from "./graph.tsx";
import { Lineage } from "./lineage.tsx";
import type { RunModel } from "./model.ts";
import { RunOrders } from "./orders.tsx";
import { Reports } from "./reports.tsx";

function Head(props: { run: RunModel }) {
  const { run } = props;
  const decision = run.decisions.at(-1);
  return (
    <div id="head" {...live(`run:${run.id}`)}>
      <PageHead
        title={`${run.symbol} as of ${exchangeDate(run.asOf)}`}
        back={{ href: `/executions/${run.executionId}`, text: "Execution" }}
        lead={
          <>
            {run.mode}, session {run.gatewaySession}.{" "}
            {run.startedAt === null ? (
              "Not started yet"
            ) : (
              <>
                Started <Time at={run.startedAt} />
              </>
            )}
            {run.finishedAt === null ? "" : `, took ${duration(run.durationMs)}`}. {run.llm.calls} model
            calls, {decimal(run.llm.inputTokens + run.llm.outputTokens, 0)} tokens, {cost(run.llm.costUsd)}.
          </>
        }
      >
        {decision === undefined ? null : <SignalPill signal={decision.signal} large />}
        <RunStatus status={run.status} large />
      </PageHead>
      {run.error === null ? null : (
        <div role="alert" class="bg-bad-soft text-bad mb-4 rounded-lg px-4 py-2.5">
          <p class="prose-text font-medium">{run.error.message}</p>
          <p class="text-xs">Code {run.error.code}. No order came of it.</p>
        </div>
      )}
    </div>
  );
}

/** The levels of the order that was sent, else of the plan that passed the rules, else of the decision. */
function levelsOf(run: RunModel): ChartLevel[] {
  const decision = run.decisions.at(-1);
  const plan = run.verdicts.at(-1)?.plan ?? null;
  const entry = run.orders.find((order) => order.leg === "entry");
  const level = (kind: ChartLevel["kind"], label: string, of: string | null | undefined): ChartLevel[] =>
    of === null || of === undefined ? [] : [{ kind, label, price: Number(of), text: price(of) }];
  return [
    ...level("entry", "Entry", entry?.averageFillPrice ?? entry?.limitPrice ?? plan?.limitPrice),
    ...level("stop", "Stop", plan?.stopPrice ?? decision?.stopPrice),
    ...level("target", "Target", plan?.targetPrice ?? decision?.targetPrice),
  ];
}

export function RunPage(props: { frame: Frame; run: RunModel }) {
  const { run, frame } = props;
  const topic = live(`run:${run.id}`);
  const pending = run.approvals.filter((approval) => approval.status === "pending");
  return (
    <Shell title={`${run.symbol}, ${exchangeDate(run.asOf)}`} frame={frame}>
      <Head run={run} />
      <div class="space-y-4">
        <div id="progress" {...topic} class="panel space-y-3 p-4">
          <GraphStrip nodes={run.nodes} />
          <div class="border-line border-t pt-2">
            <Lineage run={run} />
          </div>
        </div>
        <div class="grid items-start gap-4 xl:grid-cols-12">
          <div class="min-w-0 space-y-4 xl:order-2 xl:col-span-5">
            <div id="approvals" {...topic} class={pending.length === 0 ? "hidden" : ""}>
              {pending.map((approval) => (
                <ApprovalCard approval={approval} token={frame.formToken} withChart={false} />
              ))}
            </div>
            <div id="decision" {...topic}>
              <Decisions decisions={run.decisions} verdicts={run.verdicts} />
            </div>
            <div id="orders" {...topic}>
              <RunOrders orders={run.orders} />
            </div>
            <div id="outcome" {...topic}>
              {run.outcome === null ? null : <Outcome outcome={run.outcome} />}
            </div>
          </div>
          <div class="min-w-0 space-y-4 xl:col-span-7">
            <div id="charts" class="space-y-4" {...topic}>
              {run.charts.length === 0 ? (
                <Panel title="Charts">
                  <p class="text-muted">Drawn once the bars are there.</p>
                </Panel>
              ) : (
                run.charts.map((chart, index) => (
                  <Panel>
                    <Chart chart={chart} levels={levelsOf(run)} eager={index === 0} />
                  </Panel>
                ))
              )}
            </div>
            <div id="reports" {...topic}>
              <Reports reports={run.reports} />
            </div>
          </div>
        </div>
        <div id="conversation" {...topic}>
          <Calls calls={run.calls} pictureOf={run.pictureOf} offline={frame.model.offline} />
        </div>
        <div id="log" {...topic}>
          <Panel title="What each node did" flush>
            <NodeLog nodes={run.nodes} />
          </Panel>
        </div>
      </div>
    </Shell>
  );
}
