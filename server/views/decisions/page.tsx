// Every decision with its figures, what the rules and people said of it, and what it came to. Pure.
import type { Counterfactual } from "#store/model/counterfactual.ts";
import type { Frame } from "../layout/frame.ts";
import { Shell } from "../layout/shell.tsx";
import { Empty, live, NoticeBar, PageHead, Pager, Panel, Time } from "../parts/blocks.tsx";
import { Choice } from "../parts/form.tsx";
import { decimal, exchangeDate, percent, price, signed, words } from "../parts/format.ts";
import type { IconName } from "../parts/icons.tsx";
import { type Column, RowList } from "../parts/rows.tsx";
import {
  ApprovalState,
  gainTone,
  OrderState,
  Pill,
  SignalPill,
  type Tone,
  VerdictPill,
} from "../parts/status.tsx";
import type { DecisionLine, DecisionsModel } from "./model.ts";

/** Outcome in the words of a trader, with its look. */
export const OUTCOME_TEXT: Readonly<Record<string, readonly [text: string, tone: Tone, icon: IconName]>> = {
  hold: ["held off", "quiet", "hold"],
  filled: ["traded", "good", "check"],
  not_filled: ["not filled", "quiet", "skip"],
  working: ["order working", "accent", "orders"],
  waiting: ["waits for a person", "warn", "wait"],
  rejected: ["rejected by a person", "bad", "cross"],
  expired: ["expired unanswered", "quiet", "clock"],
  denied: ["denied", "bad", "stop"],
  not_sent: ["never asked, never sent", "quiet", "skip"],
  superseded: ["replaced by a revision", "quiet", "next"],
  stopped: ["run stopped after it", "bad", "warn"],
  in_progress: ["in progress", "accent", "run"],
};

function Traded(props: { trade: NonNullable<DecisionLine["trade"]> }) {
  const { trade } = props;
  const closed = trade.closedAt !== null;
  const pnl = closed ? trade.realizedPnl : trade.unrealizedPnl;
  return (
    <span class="mt-1 block text-xs">
      {closed && trade.exitBy !== null ? `closed by ${words(trade.exitBy)}` : "still open"}
      {trade.r === null ? null : (
        <>
          , R reached <span class="font-semibold">{signed(trade.r)}</span>
        </>
      )}
      {pnl === null ? null : (
        <>
          , <span class={`font-semibold ${gainTone(pnl)}`}>{signed(pnl)}</span> {trade.currency}
          {closed ? "" : " unrealised"}
        </>
      )}
    </span>
  );
}

const END_TEXT: Readonly<Record<Counterfactual["end"], string>> = {
  not_yet: "no session since",
  not_filled: "the limit was never reached",
  open: "neither stop nor target yet",
  stop: "would have hit the stop",
  target: "would have hit the target",
};

function NeverTraded(props: { line: NonNullable<DecisionLine["counterfactual"]> }) {
  const { line } = props;
  return (
    <span class="text-muted mt-1 block text-xs">
      <span class="border-edge mr-1 rounded border border-dashed px-1">never traded</span>
      {END_TEXT[line.end]}
      {line.r === null ? null : <>, R {signed(line.r)}</>}
      {line.pnl === null ? null : (
        <>
          , {signed(line.pnl)} {line.currency} before commissions
        </>
      )}
    </span>
  );
}

function Outcome(props: { row: DecisionLine }) {
  const { row } = props;
  const [text, tone, icon] = OUTCOME_TEXT[row.outcome] ?? [
    words(row.outcome),
    "quiet" as const,
    "skip" as const,
  ];
  return (
    <>
      <Pill tone={tone} icon={icon} text={text} />
      {row.orderStatus === null || row.orderId === null || row.outcome === "filled" ? null : (
        <a href={`/orders/${row.orderId}`} class="ml-1">
          <OrderState status={row.orderStatus} />
        </a>
      )}
      {row.trade === null ? null : <Traded trade={row.trade} />}
      {row.counterfactual === null ? null : <NeverTraded line={row.counterfactual} />}
    </>
  );
}

function Checked(props: { row: DecisionLine }) {
  const { verdict, approval, approvalId, channel, codes, reason } = props.row;
  if (verdict === null) return <span class="text-muted">not needed</span>;
  return (
    <>
      <span class="flex flex-wrap items-center gap-1">
        <VerdictPill verdict={verdict} />
        {approval === null || approvalId === null ? null : (
          <a href={`/approvals/${approvalId}`}>
            <ApprovalState status={approval} />
          </a>
        )}
      </span>
      {channel === "policy" ? <span class="text-muted block text-xs">by policy</span> : null}
      {verdict === "denied" && codes !== null && codes.length > 0 ? (
        <span class="text-muted mt-1 block text-xs">{codes.map(words).join(", ")}</span>
      ) : null}
      {reason === null || approval !== "rejected" ? null : (
        <span class="text-muted prose-text mt-1 block text-xs">“{reason}”</span>
      )}
    </>
  );
}

const COLUMNS: readonly Column<DecisionLine>[] = [
  {
    title: "Decision",
    plain: true,
    cell: (row) => (
      <>
        <span class="flex flex-wrap items-center gap-2">
          <a class="link font-semibold" href={`/runs/${row.symbolRunId}`}>
            {row.symbol}
          </a>
          <SignalPill signal={row.signal} />
          {row.visit === 0 ? null : <span class="text-muted text-xs">revision {row.visit}</span>}
        </span>
        <span class="text-muted mt-0.5 block text-xs">
          made <Time at={row.createdAt} compact />
        </span>
      </>
    ),
  },
  {
    title: "As of",
    cell: (row) => (
      <>
        <span class="whitespace-nowrap">{exchangeDate(row.asOf)}</span>
        {row.forkedFrom !== null ? (
          <a class="link block text-xs" href={`/prompts/tries/${row.symbolRunId}`}>
            a try, dry run
          </a>
        ) : (
          <span class="text-muted block text-xs">{words(row.kind)}</span>
        )}
      </>
    ),
  },
  {
    title: "Figures",
    cell: (row) => (
      <>
        {price(row.currentPrice)}
        {row.targetPrice === null ? null : (
          <span class="text-muted block text-xs">
            target {price(row.targetPrice)}, stop {price(row.stopPrice)}
            <span class="block">
              R {decimal(row.rCoefficient)}, margin {percent(row.profitMargin)}
            </span>
          </span>
        )}
      </>
    ),
  },
  { title: "Rules and person", cell: (row) => <Checked row={row} /> },
  { title: "What became of it", cell: (row) => <Outcome row={row} /> },
  {
    title: "Strategy and prompt",
    cell: (row) => (
      <>
        <a class="link wrap-anywhere" href={`/strategies/${row.strategyId}`}>
          {row.strategy}
        </a>
        <span class="text-muted block text-xs">
          {row.promptVersionId === null ? (
            "prompt not stored"
          ) : (
            <a class="link" href={`/prompts/${row.promptVersionId}`}>
              decision {row.promptVersion}
            </a>
          )}
        </span>
      </>
    ),
  },
];

const TEMPLATE =
  "[--columns:minmax(12rem,1.2fr)_7rem_minmax(11rem,1fr)_minmax(10rem,1.1fr)_minmax(13rem,1.6fr)_minmax(8rem,1fr)]";

function Filters(props: { model: DecisionsModel }) {
  const { filter, outcomes, strategies, prompts, kinds } = props.model;
  const any = (choices: DecisionsModel["kinds"]): DecisionsModel["kinds"] => [["", "any"], ...choices];
  const text = (name: "symbol" | "from" | "to", label: string, type: string) => (
    <div>
      <label for={name} class="mb-1 block text-sm font-medium">
        {label}
      </label>
      <input
        id={name}
        name={name}
        type={type}
        class={`field ${name === "symbol" ? "uppercase" : ""}`}
        value={filter[name]}
        maxlength={10}
        autocomplete="off"
      />
    </div>
  );
  const signals = ["BUY", "SELL", "HOLD"].map((signal) => [signal, signal] as const);
  return (
    <form method="get" action="/decisions" class="panel mb-4 p-4">
      <div class="grid grid-cols-2 gap-3 md:grid-cols-4 xl:grid-cols-8">
        {text("symbol", "Symbol", "text")}
        <Choice name="signal" label="Signal" value={filter.signal} options={any(signals)} />
        <Choice name="outcome" label="Outcome" value={filter.outcome} options={any(outcomes)} />
        <Choice name="strategy" label="Strategy" value={filter.strategy} options={any(strategies)} />
        <Choice name="prompt" label="Prompt" value={filter.prompt} options={any(prompts)} />
        <Choice name="kind" label="Mode" value={filter.kind} options={any(kinds)} />
        {text("from", "As of, from", "date")}
        {text("to", "As of, to", "date")}
      </div>
      <div class="mt-3 flex flex-wrap gap-2">
        <button type="submit" class="button button-primary">
          Show
        </button>
        {props.model.filtered ? (
          <a class="button" href="/decisions">
            All decisions
          </a>
        ) : null}
      </div>
    </form>
  );
}

function Nothing(props: { model: DecisionsModel }) {
  if (props.model.older !== null) {
    return (
      <Empty icon="desk" title="None among the newest">
        There may be older ones: go on with “Older”.
      </Empty>
    );
  }
  return props.model.filtered ? (
    <Empty icon="desk" title="No decision fits">
      Take a filter away, or choose other dates; dates are those that the decision speaks about, on the
      exchange's calendar.
    </Empty>
  ) : (
    <Empty icon="desk" title="No decision yet">
      Each symbol of an execution that gets past its analysts ends in one: BUY, SELL or HOLD.{" "}
      <a class="link" href="/executions/new">
        Start an execution
      </a>
    </Empty>
  );
}

export function DecisionsPage(props: { frame: Frame; model: DecisionsModel }) {
  const { model } = props;
  return (
    <Shell title="Decisions" frame={props.frame}>
      <PageHead
        title="Decisions"
        lead="What the agents proposed, what rules and people said of it, and what it came to. What nobody sent is followed on the bars since and marked as never traded."
      />
      <NoticeBar notice={model.fault === null ? null : { tone: "warn", text: model.fault }} />
      <Filters model={model} />
      <div id="decisions" {...live("any")}>
        <Panel flush>
          {model.rows.length === 0 ? (
            <Nothing model={model} />
          ) : (
            <RowList label="Decisions" template={TEMPLATE} columns={COLUMNS} rows={model.rows} />
          )}
        </Panel>
      </div>
      <Pager newer={model.newer} older={model.older} />
    </Shell>
  );
}
