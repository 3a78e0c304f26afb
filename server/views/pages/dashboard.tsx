// The desk at a glance: may it trade, is the broker there, what waits for a person, what is going on, how the account is.
import type { AccountSummary, Position } from "#store/model/order.ts";
import type { TradingState } from "#store/model/risk.ts";
import type { Frame } from "../layout/frame.ts";
import { Shell } from "../layout/shell.tsx";
import { type ApprovalModel, Expiry } from "../parts/approval.tsx";
import { Empty, live, PageHead, Panel, Stat, Time } from "../parts/blocks.tsx";
import { Curve, type CurvePoint } from "../parts/drawings.tsx";
import { ActionForm, type FormToken } from "../parts/form.tsx";
import { decimal, exchangeTime, percent, quantity, signed, utcTime } from "../parts/format.ts";
import { Icon } from "../parts/icons.tsx";
import { gainTone, HealthPill, Pill, SignalPill, TradingPill } from "../parts/status.tsx";
import { type ExecutionLine, ExecutionTable, PositionTable } from "../parts/tables.tsx";

export type AlertLine = {
  id: number;
  level: "info" | "warning" | "alarm";
  message: string;
  createdAt: string;
};

export type DashboardModel = {
  trading: { state: TradingState; reason: string | null; who: string | null; at: string | null };
  broker: { state: "ok" | "degraded" | "down"; detail: string; provenAt: string | null };
  /** Null with a real broker: its market moves by itself. */
  simulator: { end: string | null } | null;
  summary: AccountSummary | null;
  /** Equity against the first snapshot, in currency and as a fraction. */
  change: { amount: string; share: string } | null;
  curve: readonly CurvePoint[];
  positions: readonly Position[];
  unrealizedPnl: string;
  approvals: readonly ApprovalModel[];
  executions: readonly ExecutionLine[];
  alerts: readonly AlertLine[];
};

function TradingPanel(props: { model: DashboardModel; token: FormToken }) {
  const { trading } = props.model;
  const active = trading.state === "ACTIVE";
  return (
    <Panel id="trading" title="Trading" actions={<TradingPill state={trading.state} />}>
      <p class="text-muted text-sm">
        {trading.who === null ? (
          "Orders that pass the rules and have their countersign leave the desk."
        ) : (
          <>
            <span class="prose-text text-ink">{trading.reason}</span>
            <br />
            {trading.who}
            {trading.at === null ? null : (
              <>
                , <Time at={trading.at} compact />
              </>
            )}
          </>
        )}
      </p>
      <ActionForm action="/trading-state" token={props.token} class="mt-3 flex flex-wrap gap-2">
        <input type="hidden" name="state" value={active ? "HALTED" : "ACTIVE"} />
        <label class="sr-only" for="trading-reason">
          Reason
        </label>
        <input
          id="trading-reason"
          name="reason"
          class="field min-w-0 flex-1"
          maxlength={500}
          placeholder="Reason"
          required
        />
        <button type="submit" class={`button ${active ? "button-bad" : "button-good"}`}>
          <Icon name={active ? "stop" : "check"} /> {active ? "Halt" : "Resume"}
        </button>
      </ActionForm>
    </Panel>
  );
}

function MarketPanel(props: { model: DashboardModel; frame: Frame }) {
  const { broker, simulator } = props.model;
  const { marketNow } = props.frame;
  const atEnd = marketNow !== null && simulator?.end != null && marketNow >= simulator.end;
  return (
    <Panel
      id="market"
      title={simulator === null ? "Broker" : "Gateway simulator"}
      actions={<HealthPill state={broker.state} />}
      live="any"
    >
      <p class="text-lg leading-tight font-semibold tabular-nums">
        {marketNow === null ? "no market time" : exchangeTime(marketNow)}
      </p>
      <p class="text-muted text-xs tabular-nums">{marketNow === null ? "" : utcTime(marketNow)}</p>
      <p class="text-muted prose-text mt-2 text-sm">{broker.detail}</p>
      {broker.provenAt === null ? null : (
        <p class="text-muted text-xs">
          proven <Time at={broker.provenAt} compact />
        </p>
      )}
      {simulator === null ? null : (
        <ActionForm action="/market/next" token={props.frame.formToken} class="mt-3 flex flex-wrap gap-2">
          <button type="submit" name="sessions" value="1" class="button" disabled={atEnd}>
            <Icon name="next" /> Next session
          </button>
          <button type="submit" name="sessions" value="5" class="button" disabled={atEnd}>
            5 sessions
          </button>
          {atEnd ? <p class="text-warn w-full text-sm">The data end here.</p> : null}
        </ActionForm>
      )}
    </Panel>
  );
}

function AccountPanel(props: { model: DashboardModel }) {
  const { summary, curve, change, unrealizedPnl, positions } = props.model;
  if (summary === null) {
    return (
      <Panel id="account" title="Account" live="any">
        <Empty icon="portfolio" title="No account figures yet">
          They appear with the first round trip to the broker.
        </Empty>
      </Panel>
    );
  }
  return (
    <Panel id="account" title="Account" note={<Time at={summary.at} compact />} live="any">
      <div class="grid grid-cols-2 gap-4 sm:grid-cols-4">
        <Stat label={`Equity in ${summary.currency}`} value={decimal(summary.netLiquidation)} />
        <Stat
          label="Since the first day"
          value={signed(change?.amount ?? null)}
          tone={gainTone(change?.amount ?? null)}
          note={change === null ? undefined : percent(change.share, 2)}
        />
        <Stat
          label="Unrealised"
          value={signed(unrealizedPnl)}
          tone={gainTone(unrealizedPnl)}
          note={`${positions.length} open`}
        />
        <Stat
          label="Cash"
          value={decimal(summary.totalCash)}
          note={`buying power ${decimal(summary.buyingPower, 0)}`}
        />
      </div>
      <div class="mt-4">
        {curve.length < 2 ? (
          <p class="text-muted text-sm">The equity curve begins with the second session.</p>
        ) : (
          <Curve points={curve} currency={summary.currency} />
        )}
      </div>
    </Panel>
  );
}

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

function Alerts(props: { rows: readonly AlertLine[]; token: FormToken }) {
  if (props.rows.length === 0) return null;
  const tone = { info: "accent", warning: "warn", alarm: "bad" } as const;
  return (
    <div class="mb-4" id="alerts" {...live("any")}>
      <Panel title="Alerts" flush>
        <ul>
          {props.rows.map((row) => (
            <li class="border-line flex flex-wrap items-center gap-3 border-b px-4 py-2.5 last:border-0">
              <Pill tone={tone[row.level]} icon="warn" text={row.level} />
              <span class="prose-text order-last min-w-0 basis-full sm:order-none sm:flex-1 sm:basis-0">
                {row.message}
              </span>
              <span class="text-muted ml-auto text-xs">
                <Time at={row.createdAt} compact />
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

export function DashboardPage(props: { frame: Frame; model: DashboardModel }) {
  const { frame, model } = props;
  return (
    <Shell title="Desk" frame={frame}>
      <PageHead title="Desk">
        <a class="button button-primary" href="/executions/new">
          <Icon name="plus" /> New execution
        </a>
      </PageHead>
      <Alerts rows={model.alerts} token={frame.formToken} />
      <div class="grid gap-4 lg:grid-cols-3">
        <div class="min-w-0 space-y-4 lg:col-span-2">
          <ApprovalLines rows={model.approvals} />
          <AccountPanel model={model} />
        </div>
        <div class="space-y-4">
          <MarketPanel model={model} frame={frame} />
          <TradingPanel model={model} token={frame.formToken} />
        </div>
      </div>
      <div class="mt-4 space-y-4">
        <Panel
          id="positions"
          title="Positions"
          flush
          live="any"
          actions={
            <a class="link text-sm" href="/portfolio">
              Portfolio
            </a>
          }
        >
          {model.positions.length === 0 ? (
            <Empty icon="portfolio" title="No open positions">
              A position appears when an approved order is filled
              {model.simulator === null ? "." : ": approve one, then move the simulator to its next session."}
            </Empty>
          ) : (
            <PositionTable rows={model.positions} />
          )}
        </Panel>
        <Panel
          id="recent"
          title="Recent executions"
          flush
          live="any"
          actions={
            <a class="link text-sm" href="/executions">
              All
            </a>
          }
        >
          {model.executions.length === 0 ? (
            <Empty icon="executions" title="No execution yet">
              An execution lets the agents analyse your symbols once.{" "}
              <a class="link" href="/executions/new">
                Start the first one
              </a>
              .
            </Empty>
          ) : (
            <ExecutionTable rows={model.executions} />
          )}
        </Panel>
      </div>
    </Shell>
  );
}
