// The desk at a glance: may it trade, is the broker there, what waits for a person, what is going on, how the account is.
import { AccountPanel } from "../desk/account.tsx";
import { FirstSteps } from "../desk/first-steps.tsx";
import type { AlertLine, DashboardModel } from "../desk/model.ts";
import { MarketPanel, TradingPanel } from "../desk/trading.tsx";
import type { Frame } from "../layout/frame.ts";
import { Shell } from "../layout/shell.tsx";
import { type ApprovalModel, Expiry } from "../parts/approval.tsx";
import { Empty, live, PageHead, Panel, Time } from "../parts/blocks.tsx";
import { ActionForm, type FormToken } from "../parts/form.tsx";
import { decimal, quantity } from "../parts/format.ts";
import { Icon } from "../parts/icons.tsx";
import { Pill, SignalPill } from "../parts/status.tsx";
import { ExecutionTable, PositionTable } from "../parts/tables.tsx";

export type { DashboardModel } from "../desk/model.ts";

function ApprovalLines(props: { rows: readonly ApprovalModel[] }) {
  return (
    <Panel
      id="open-approvals"
      title="Needs your countersign"
      flush
      live="any"
      actions={
        props.rows.length === 0 ? undefined : (
          <a class="link text-sm" href="/approvals">
            Open inbox
          </a>
        )
      }
    >
      {props.rows.length === 0 ? (
        <Empty icon="approvals" title="Nothing waits for you">
          Orders that pass the rules wait here until you approve, change or reject them.
        </Empty>
      ) : (
        <ul>
          {props.rows.map((row) => (
            <li class="border-line border-b last:border-0">
              <a
                href={`/approvals/${row.id}`}
                class="hover:bg-raised flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3"
              >
                <SignalPill signal={row.shown.decision.signal} />
                <span class="font-semibold">{row.shown.symbol}</span>
                <span class="tabular-nums">
                  {quantity(row.shown.plan.quantity)} for {decimal(row.shown.plan.notional, 0)}{" "}
                  {row.shown.plan.currency}
                </span>
                <span class="text-bad tabular-nums">
                  −{decimal(row.shown.plan.lossAtStop, 0)} at the stop
                </span>
                <span class="ml-auto">
                  <Expiry approval={row} />
                </span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Alerts(props: { rows: readonly AlertLine[]; blocks: DashboardModel["blocks"]; token: FormToken }) {
  if (props.rows.length === 0 && props.blocks.length === 0) return <div id="alerts" {...live("any")} />;
  const tone = { info: "accent", warning: "warn", alarm: "bad" } as const;
  return (
    <div class="mb-4" id="alerts" {...live("any")}>
      <Panel title="Alerts" flush>
        <ul>
          {props.blocks.map((block) => (
            <li class="border-line flex flex-wrap items-center gap-3 border-b px-4 py-2.5 last:border-0">
              <Pill tone="bad" icon="stop" text="blocked" />
              <a class="link font-semibold" href="/orders#blocks">
                {block.symbol}
              </a>
              <span class="prose-text min-w-0 flex-1">{block.reason}</span>
            </li>
          ))}
          {props.rows.map((row) => (
            <li class="border-line flex flex-wrap items-center gap-3 border-b px-4 py-2.5 last:border-0">
              <Pill tone={tone[row.level]} icon="warn" text={row.level} />
              <span class="prose-text order-last min-w-0 basis-full sm:order-none sm:flex-1 sm:basis-0">
                {row.message}
              </span>
              <span class="text-muted ml-auto text-xs">
                <Time at={row.createdAt} />
              </span>
              <ActionForm action={`/alerts/${row.id}/acknowledge`} token={props.token}>
                <button type="submit" class="link text-sm">
                  Acknowledge
                </button>
              </ActionForm>
            </li>
          ))}
        </ul>
      </Panel>
    </div>
  );
}

function InHand(props: { model: DashboardModel }) {
  return (
    <Panel
      id="in-hand"
      title="Running executions"
      flush
      live="any"
      actions={
        <a class="link text-sm" href="/executions">
          All
        </a>
      }
    >
      {props.model.inHand.length === 0 ? (
        <Empty icon="executions" title="Nothing runs, and nothing waits">
          An execution lets the agents analyse your symbols once.{" "}
          <a class="link" href="/executions/new">
            Start one
          </a>
          , or let a schedule start it.
        </Empty>
      ) : (
        <ExecutionTable rows={props.model.inHand} />
      )}
    </Panel>
  );
}

function Recent(props: { model: DashboardModel }) {
  return (
    <Panel id="recent" title="Finished lately" flush live="any">
      {props.model.executions.length === 0 ? (
        <p class="text-muted p-4 text-sm">
          No execution has finished yet. One is finished when each of its symbols was decided and its orders
          are over.
        </p>
      ) : (
        <ExecutionTable rows={props.model.executions} />
      )}
    </Panel>
  );
}

function Positions(props: { model: DashboardModel }) {
  const { positions, simulator } = props.model;
  return (
    <Panel
      id="positions"
      title="Positions"
      flush
      live="portfolio"
      actions={
        <a class="link text-sm" href="/portfolio">
          Portfolio
        </a>
      }
    >
      {positions.length === 0 ? (
        <Empty icon="portfolio" title="No open positions">
          A position appears when an approved order is filled
          {simulator === null ? "." : ": approve one, then move the simulator to its next session."}
        </Empty>
      ) : (
        <PositionTable rows={positions} />
      )}
    </Panel>
  );
}

export function DashboardPage(props: { frame: Frame; model: DashboardModel }) {
  const { frame, model } = props;
  return (
    <Shell title="Desk" frame={frame}>
      <PageHead title="Desk">
        <a class="button button-primary" href="/executions/new">
          <Icon name="plus" /> New execution
        </a>
      </PageHead>
      <Alerts rows={model.alerts} blocks={model.blocks} token={frame.formToken} />
      <FirstSteps model={model} frame={frame} />
      <div class="grid gap-4 lg:grid-cols-3 lg:grid-rows-[auto_1fr]">
        <div class="min-w-0 lg:col-span-2">
          <ApprovalLines rows={model.approvals} />
        </div>
        <div class="min-w-0 space-y-4 lg:col-start-3 lg:row-span-2 lg:row-start-1">
          <TradingPanel model={model} token={frame.formToken} />
          <MarketPanel model={model} frame={frame} />
        </div>
        <div class="min-w-0 space-y-4 lg:col-span-2">
          <AccountPanel model={model} />
          <InHand model={model} />
        </div>
      </div>
      <div class="mt-4 space-y-4">
        <Positions model={model} />
        <Recent model={model} />
      </div>
    </Shell>
  );
}
