// The inbox of countersigns, made for one thumb; and one approval on a page of its own.
import type { Frame } from "../layout/frame.ts";
import { Shell } from "../layout/shell.tsx";
import { ApprovalCard, type ApprovalModel } from "../parts/approval.tsx";
import { Empty, live, PageHead, Pager, Panel, Time } from "../parts/blocks.tsx";
import { Chart, type ChartModel } from "../parts/chart.tsx";
import { money, quantity } from "../parts/format.ts";
import { kept } from "../parts/kept.tsx";
import { ApprovalState, SignalPill } from "../parts/status.tsx";
import type { TradePicture } from "../trade/model.ts";

export type ApprovalsModel = {
  pending: readonly ApprovalModel[];
  answered: readonly ApprovalModel[];
  older: string | null;
};

const AnsweredRow = kept(function AnsweredRow({ approval }: { approval: ApprovalModel }) {
  return (
    <tr>
      <td>
        <a class="link font-semibold" href={`/approvals/${approval.id}`}>
          {approval.shown.symbol}
        </a>
      </td>
      <td class="whitespace-nowrap">
        <SignalPill signal={approval.shown.decision.signal} /> {quantity(approval.shown.plan.quantity)} for{" "}
        {money(approval.shown.plan.notional, approval.shown.plan.currency, 0)}
      </td>
      <td>
        <ApprovalState status={approval.status} />
        {approval.reason === null ? null : (
          <span class="text-muted prose-text mt-1 block max-w-md text-xs">{approval.reason}</span>
        )}
      </td>
      <td class="text-muted">{approval.answeredBy ?? "–"}</td>
      <td class="text-muted">
        {approval.answeredAt === null ? "–" : <Time at={approval.answeredAt} compact />}
      </td>
    </tr>
  );
});

export function ApprovalsPage(props: { frame: Frame; model: ApprovalsModel }) {
  const { pending, answered, older } = props.model;
  return (
    <Shell title="Approvals" frame={props.frame}>
      <PageHead
        title="Approvals"
        lead="Code has sized and limited each of these orders. None leaves the desk without your countersign."
      />
      <div id="pending" {...live("any")}>
        {pending.length === 0 ? (
          <div class="panel">
            <Empty icon="approvals" title="Nothing waits for you">
              When agents propose an order that passes the rules, and its strategy asks a person, it appears
              here.{" "}
              <a class="link" href="/executions/new">
                Start an execution
              </a>{" "}
              to get there.
            </Empty>
          </div>
        ) : (
          <div class="space-y-4">
            {pending.map((approval) => (
              <ApprovalCard approval={approval} token={props.frame.formToken} />
            ))}
          </div>
        )}
      </div>
      {answered.length === 0 ? null : (
        <div class="mt-6">
          <Panel title="Answered before" flush id="answered" live="any">
            <table class="grid-table">
              <thead>
                <tr>
                  <th scope="col">Symbol</th>
                  <th scope="col">Order</th>
                  <th scope="col">Answer</th>
                  <th scope="col">By</th>
                  <th scope="col">When</th>
                </tr>
              </thead>
              <tbody>
                {answered.map((approval) => (
                  <AnsweredRow approval={approval} />
                ))}
              </tbody>
            </table>
          </Panel>
          <Pager newer={null} older={older} />
        </div>
      )}
    </Shell>
  );
}

export function ApprovalPage(props: {
  frame: Frame;
  approval: ApprovalModel;
  faults: Readonly<Record<string, string>>;
  /** The charts that the agents decided on, with the levels of the order drawn in. */
  charts: readonly ChartModel[];
  pictures: readonly TradePicture[];
}) {
  const { approval } = props;
  return (
    <Shell title={`Approval for ${approval.shown.symbol}`} frame={props.frame}>
      <PageHead
        title={`Approval for ${approval.shown.symbol}`}
        back={{ href: "/approvals", text: "Approvals" }}
        lead={
          <>
            Asked <Time at={approval.createdAt} />.{" "}
            <a class="link" href={`/runs/${approval.symbolRunId}`}>
              Everything that led to it
            </a>
          </>
        }
      />
      <div id="one-approval" {...live(`run:${approval.symbolRunId}`)}>
        <ApprovalCard approval={approval} token={props.frame.formToken} faults={props.faults} />
      </div>
      <div
        id="approval-charts"
        class="mt-4 grid items-start gap-4 xl:grid-cols-2"
        {...live(`run:${approval.symbolRunId}`)}
      >
        {props.charts.map((chart) => (
          <Panel>
            <Chart chart={chart} picture={props.pictures.find((one) => one.timeframe === chart.timeframe)} />
          </Panel>
        ))}
      </div>
    </Shell>
  );
}
