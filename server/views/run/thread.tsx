// The conversation of a run as one thread: what each agent said, what the rules and the risk manager made of it, what the
// person answered, what the broker did. The exact words are one fold away. All of it is text, whatever it holds.
import type { Child, PropsWithChildren } from "hono/jsx";
import { AnalystReport, Consolidation, ProposedDecision, RiskReview } from "#store/model/decision.ts";
import { Empty, Panel, Prose } from "../parts/blocks.tsx";
import { cost, decimal, duration, money, percent, price, quantity, words } from "../parts/format.ts";
import { Icon, type IconName } from "../parts/icons.tsx";
import { kept } from "../parts/kept.tsx";
import { ApprovalState, OrderState, Pill, SignalPill, StancePill, VerdictPill } from "../parts/status.tsx";
import { CALL_TONE, Exchange, ExchangeLink } from "./calls.tsx";
import type { CallModel, OrderModel, ThreadEntry, VerdictModel } from "./model.ts";

export const SPEAKERS: Readonly<Record<CallModel["stage"], string>> = {
  technical_analysis: "Technical analyst",
  weekly_trend: "Weekly trend analyst",
  consolidation: "Executor, weighing the reports",
  decision: "Executor, deciding",
  risk_review: "Risk manager",
};

function Entry(
  props: PropsWithChildren<{ id?: string; icon: IconName; who: string; side?: Child; aside?: Child }>,
) {
  return (
    <li id={props.id} class="relative pb-4 pl-9 last:pb-0">
      <span
        class="border-line bg-panel text-muted absolute top-0 left-0 flex size-6 items-center justify-center rounded-full border"
        aria-hidden="true"
      >
        <Icon name={props.icon} size={13} />
      </span>
      <div class="flex flex-wrap items-center gap-x-2.5 gap-y-1">
        <h3 class="text-sm font-semibold">{props.who}</h3>
        {props.side}
        {props.aside === undefined ? null : (
          <span class="text-muted ml-auto text-xs tabular-nums">{props.aside}</span>
        )}
      </div>
      <div class="mt-1 text-sm">{props.children}</div>
    </li>
  );
}

function Points(props: { texts: readonly string[]; sign: string; tone: string }) {
  return (
    <>
      {props.texts.map((text) => (
        <p class="prose-text">
          <span class={`${props.tone} font-semibold`} aria-hidden="true">
            {props.sign}
          </span>{" "}
          {text}
        </p>
      ))}
    </>
  );
}

/** What an agent meant, as far as its answer has the expected form. */
function said(call: CallModel): { pill: Child; words: Child } | null {
  if (call.parsed === null || call.parsed === undefined) return null;
  switch (call.stage) {
    case "technical_analysis":
    case "weekly_trend": {
      const found = AnalystReport.safeParse(call.parsed);
      return found.success
        ? { pill: <StancePill stance={found.data.stance} />, words: <Prose text={found.data.summary} /> }
        : null;
    }
    case "consolidation": {
      const found = Consolidation.safeParse(call.parsed);
      if (!found.success) return null;
      const { stance, summary, reasonsFor, reasonsAgainst } = found.data;
      return {
        pill: <StancePill stance={stance} />,
        words: (
          <>
            <Prose text={summary} />
            <Points texts={reasonsFor} sign="+" tone="text-good" />
            <Points texts={reasonsAgainst} sign="−" tone="text-bad" />
          </>
        ),
      };
    }
    case "decision": {
      const found = ProposedDecision.safeParse(call.parsed);
      if (!found.success) return null;
      const { signal, analysis, currentPrice, stopPrice, targetPrice } = found.data;
      return {
        pill: <SignalPill signal={signal} />,
        words: (
          <>
            {stopPrice === null || targetPrice === null ? null : (
              <p class="tabular-nums">
                at {price(currentPrice)}, stop {price(stopPrice)}, target {price(targetPrice)}
              </p>
            )}
            <Prose text={analysis} />
          </>
        ),
      };
    }
    case "risk_review": {
      const found = RiskReview.safeParse(call.parsed);
      if (!found.success) return null;
      const { verdict, reason, keepFraction } = found.data;
      const tone = { accept: "good", reduce: "warn", veto: "bad" } as const;
      const kept = keepFraction === null ? "" : `, keep ${percent(keepFraction, 0)}`;
      return {
        pill: <Pill tone={tone[verdict]} text={`${verdict}${kept}`} />,
        words: <Prose text={reason} />,
      };
    }
  }
}

const SHORT = 600;

function Unstructured(props: { call: CallModel }) {
  const { rawAnswer, method } = props.call;
  if (rawAnswer === null) return <p class="text-muted">No answer came.</p>;
  if (method === "tools") return <p class="text-muted">Looked something up before answering.</p>;
  return (
    <Prose text={rawAnswer.length > SHORT ? `${rawAnswer.slice(0, SHORT)}…` : rawAnswer} class="text-muted" />
  );
}

type Words = { runId: string; openCall: string | null; pictureOf: Readonly<Record<string, string>> };

function AgentEntry(props: { call: CallModel; words: Words }) {
  const { call } = props;
  const { runId, openCall, pictureOf } = props.words;
  const meant = said(call);
  const order = [
    call.visit > 0 ? `revision ${call.visit}` : "",
    call.attempt > 1 ? `exchange ${call.attempt}` : "",
  ].filter((text) => text !== "");
  return (
    <Entry
      id={`call-${call.id}`}
      icon="prompts"
      who={SPEAKERS[call.stage]}
      side={
        <>
          {meant?.pill}
          {call.status === "ok" ? null : (
            <Pill tone={CALL_TONE[call.status]} icon="warn" text={call.status} />
          )}
          {order.length === 0 ? null : <span class="text-muted text-xs">{order.join(", ")}</span>}
        </>
      }
      aside={`${decimal(call.inputTokens + call.outputTokens, 0)} tokens · ${cost(call.costUsd)} · ${duration(call.latencyMs)}`}
    >
      {meant === null ? <Unstructured call={call} /> : meant.words}
      {call.error === null ? null : (
        <p class="text-bad prose-text">
          {call.error.message} <span class="text-xs">({call.error.code})</span>
        </p>
      )}
      {openCall === "all" || openCall === call.id ? (
        <Exchange call={call} pictureOf={pictureOf} />
      ) : (
        <ExchangeLink call={call} runId={runId} />
      )}
    </Entry>
  );
}

const STEPS: Readonly<Record<VerdictModel["step"], string>> = {
  gate: "Risk rules",
  review: "Risk rules, after the risk manager",
  answer: "Risk rules, at the answer",
};

type Biting = Pick<VerdictModel, "id" | "step" | "verdict"> & { biting: VerdictModel["rules"] };

/** A verdict with the rules that changed something: the others are in its table. */
function bitingOf({ id, step, verdict, rules }: VerdictModel): Biting {
  const biting = rules.filter((rule) => rule.outcome === "deny" || rule.outcome === "clamp");
  return { id, step, verdict, biting };
}

const RulesEntry = kept(function RulesEntry(props: { verdict: Biting }) {
  const { verdict } = props;
  const { biting } = verdict;
  return (
    <Entry icon="stop" who={STEPS[verdict.step]} side={<VerdictPill verdict={verdict.verdict} />}>
      {biting.length === 0 ? (
        <p class="text-muted">Every rule let it pass.</p>
      ) : (
        biting.map((rule) => (
          <p class="prose-text">
            {rule.outcome === "deny" ? "Denied" : "Cut"} by {words(rule.rule)}: {rule.input}; limit{" "}
            {rule.limit}
          </p>
        ))
      )}
      <a class="link text-xs" href={`#verdict-${verdict.id}`}>
        each rule with its figures
      </a>
    </Entry>
  );
});

const BrokerEntry = kept(function BrokerEntry(
  props: Pick<OrderModel, "id" | "leg" | "side" | "quantity"> & {
    event: Pick<OrderModel["events"][number], "kind" | "toStatus">;
  },
) {
  const { event } = props;
  return (
    <Entry icon="orders" who={`${words(props.leg)} order`} side={<OrderState status={event.toStatus} />}>
      <p class="text-muted">
        {words(event.kind)}: {props.side} {quantity(props.quantity)},{" "}
        <a class="link" href={`/orders/${props.id}`}>
          the order
        </a>
      </p>
    </Entry>
  );
});

/** Without the order's other events and its fills. */
function brokerEntry({ order, event }: Extract<ThreadEntry, { by: "broker" }>) {
  const { id, leg, side, quantity: shares } = order;
  const { kind, toStatus } = event;
  return <BrokerEntry {...{ id, leg, side, quantity: shares }} event={{ kind, toStatus }} />;
}

const PersonEntry = kept(function PersonEntry(props: {
  entry: Extract<ThreadEntry, { by: "desk" } | { by: "person" }>;
}) {
  const { entry } = props;
  const { approval } = entry;
  const { plan } = approval.shown;
  const link = (
    <a class="link" href={`/approvals/${approval.id}`}>
      what was shown
    </a>
  );
  if (entry.by === "desk") {
    return (
      <Entry icon="approvals" who={approval.shown.asked > 1 ? "The desk asks again" : "The desk asks"}>
        <p>
          {plan.side} {quantity(plan.quantity)} for {money(plan.notional, plan.currency, 0)}, to lose{" "}
          {money(plan.lossAtStop, plan.currency, 0)} at the stop ({link})
        </p>
      </Entry>
    );
  }
  return (
    <Entry
      icon="approvals"
      who={approval.answeredBy ?? "Nobody in time"}
      side={<ApprovalState status={approval.status} />}
    >
      {approval.reason === null ? (
        <p class="text-muted">{approval.status === "edited" ? "With changes." : "Without a remark."}</p>
      ) : (
        <Prose text={approval.reason} />
      )}
    </Entry>
  );
});

export function Thread(props: { entries: readonly ThreadEntry[]; words: Words; offline: boolean }) {
  const { runId, openCall } = props.words;
  const every = openCall === "all";
  return (
    <Panel
      id="calls"
      title="The whole conversation"
      note={
        props.offline ? "the offline analyst answers by written rules, no model" : "in the order it was held"
      }
      actions={
        props.entries.length === 0 ? null : (
          <a class="link text-xs" href={every ? `/runs/${runId}#calls` : `/runs/${runId}?call=all#calls`}>
            {every ? "hide the exact words" : "show every prompt and answer"}
          </a>
        )
      }
    >
      {props.entries.length === 0 ? (
        <Empty icon="prompts" title="Nobody has said anything yet">
          Every prompt, every answer, every verdict and your own answer are kept here in order.
        </Empty>
      ) : (
        <ol class="before:bg-line relative before:absolute before:top-2 before:bottom-4 before:left-3 before:w-px">
          {props.entries.map((entry) => {
            if (entry.by === "agent") return <AgentEntry call={entry.call} words={props.words} />;
            if (entry.by === "rules") return <RulesEntry verdict={bitingOf(entry.verdict)} />;
            if (entry.by === "broker") return brokerEntry(entry);
            return <PersonEntry entry={entry} />;
          })}
        </ol>
      )}
    </Panel>
  );
}
