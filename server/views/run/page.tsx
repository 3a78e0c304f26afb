// One symbol run, whole: from its bars to what came of it.
import type { Frame } from "../layout/frame.ts";
import { Shell } from "../layout/shell.tsx";
import { ApprovalCard } from "../parts/approval.tsx";
import { live, PageHead, Panel, Time } from "../parts/blocks.tsx";
import { Chart } from "../parts/chart.tsx";
import { cost, decimal, duration, exchangeDate, plural, words } from "../parts/format.ts";
import { Icon } from "../parts/icons.tsx";
import { Outcome } from "../parts/results.tsx";
import { Pill, RunStatus, SignalPill } from "../parts/status.tsx";
import { Decisions } from "./decision.tsx";
import { GraphStrip } from "./graph.tsx";
import { Lineage, type LineageOf } from "./lineage.tsx";
import type { RunModel } from "./model.ts";
import { NodePanel, NodeTable } from "./node.tsx";
import { RunOrders } from "./orders.tsx";
import { Reports } from "./reports.tsx";
import { Thread } from "./thread.tsx";

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
        {run.dryRun ? <Pill tone="warn" icon="warn" text="dry run" large /> : null}
        {run.forkedFrom === null ? (
          <a class="button" href={`/runs/${run.id}/try`}>
            Try another prompt
          </a>
        ) : (
          <a class="button" href={`/prompts/tries/${run.id}`}>
            Compare with the original
          </a>
        )}
        <a class="button" href={`/artifacts?run=${run.id}`}>
          {plural(run.artifactCount, "artifact")}
        </a>
        <a class="button" href={`/api/symbol-runs/${run.id}/export?format=html`} download>
          <Icon name="down" /> Export
        </a>
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

function lineageOf(run: RunModel): LineageOf {
  const decision = run.decisions.at(-1);
  const verdict = run.verdicts.at(-1);
  const approval = run.approvals.at(-1);
  const entry = run.orders.findLast((order) => order.leg === "entry");
  const fills = run.orders.flatMap((order) => order.fills);
  const call = run.calls.find((one) => one.id === decision?.llmCallId) ?? run.calls.at(-1);
  const has = <Row, Step>(row: Row | undefined, step: (row: Row) => Step): Step | null =>
    row === undefined ? null : step(row);
  return {
    runId: run.id,
    symbol: run.symbol,
    marketDataId: run.charts[0]?.marketDataId ?? null,
    pictureId: run.charts[0]?.pictureId ?? null,
    promptVersionId: call?.promptVersionId ?? null,
    decisionCallId: call?.id ?? null,
    reports: run.reports.length,
    reportId: run.reports[0]?.id ?? null,
    decision: has(decision, ({ id, signal }) => ({ id, text: signal })),
    verdict: has(verdict, ({ id, verdict: text }) => ({ id, text })),
    approval: has(approval, ({ id, status }) => ({ id, text: status })),
    order: has(entry, ({ id, status }) => ({ id, text: words(status.toLowerCase()) })),
    fill: has(fills[0], ({ executionRef }) => ({ ref: executionRef, text: plural(fills.length, "fill") })),
    outcome: has(run.outcome ?? undefined, ({ closedAt, realizedPnl, exitPrice }) => ({
      closed: closedAt !== null,
      realizedPnl,
      exitPrice,
    })),
  };
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
          <GraphStrip nodes={run.nodes} runId={run.id} chosen={run.chosen?.node ?? null} />
          <div class="border-line border-t pt-2">
            <Lineage of={lineageOf(run)} />
          </div>
        </div>
        {run.chosen === null ? null : (
          <NodePanel
            detail={run.chosen}
            runId={run.id}
            executionId={run.executionId}
            live={`run:${run.id}`}
          />
        )}
        <div class="grid items-start gap-4 xl:grid-cols-12">
          <div class="min-w-0 space-y-4 xl:order-2 xl:col-span-5">
            <div id="approvals" {...topic} class={pending.length === 0 ? "hidden" : ""}>
              {pending.map((approval) => (
                <ApprovalCard approval={approval} token={frame.formToken} withChart={false} />
              ))}
            </div>
            <div id="decision" {...topic}>
              <Decisions decisions={run.decisions} verdicts={run.verdicts} single={run.charts.length === 1} />
            </div>
            <div id="orders" {...topic}>
              <RunOrders orders={run.orders} advice={run.advice} />
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
                    <Chart
                      chart={chart}
                      picture={run.pictures.find((one) => one.timeframe === chart.timeframe)}
                      eager={index === 0}
                    />
                  </Panel>
                ))
              )}
            </div>
            <div id="reports" {...topic}>
              <Reports reports={run.reports} />
            </div>
            <div id="conversation" {...topic}>
              <Thread
                entries={run.thread}
                words={{ runId: run.id, openCall: run.openCall, pictureOf: run.pictureOf }}
                offline={frame.model.offline}
              />
            </div>
          </div>
        </div>
        <div id="log" {...topic}>
          <Panel title="What each node did" flush>
            <NodeTable nodes={run.nodes} runId={run.id} />
          </Panel>
        </div>
      </div>
    </Shell>
  );
}
