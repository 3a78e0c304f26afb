// Status words with a shape and a colour each: readable without the colour. Pure.
import type { Signal, Stance } from "#store/model/decision.ts";
import type { OrderStatus } from "#store/model/order.ts";
import type { RiskVerdict, TradingState } from "#store/model/risk.ts";
import type { ApprovalStatus, ExecutionStatus, SymbolRunStatus } from "#store/model/run.ts";
import { words } from "./format.ts";
import { Icon, type IconName } from "./icons.tsx";

export type Tone = "good" | "bad" | "warn" | "accent" | "quiet";

const TONES: Readonly<Record<Tone, string>> = {
  good: "pill good",
  bad: "pill bad",
  warn: "pill warn",
  accent: "pill accent",
  quiet: "pill",
};

export function Pill(props: { tone: Tone; icon?: IconName; text: string; title?: string; large?: boolean }) {
  return (
    <span class={props.large ? `${TONES[props.tone]} large` : TONES[props.tone]} title={props.title}>
      {props.icon === undefined ? null : (
        <Icon name={props.icon} size={13} class={props.icon === "run" ? "spin" : ""} />
      )}
      {props.text}
    </span>
  );
}

type Look = readonly [Tone, IconName];

const RUN: Readonly<Record<SymbolRunStatus, Look>> = {
  queued: ["quiet", "queue"],
  running: ["accent", "run"],
  waiting_approval: ["warn", "approvals"],
  working: ["accent", "orders"],
  done: ["good", "check"],
  denied: ["bad", "stop"],
  abstained: ["quiet", "skip"],
  failed: ["bad", "cross"],
};

export function RunStatus(props: { status: SymbolRunStatus; large?: boolean }) {
  const [tone, icon] = RUN[props.status];
  const text = props.status === "waiting_approval" ? "needs approval" : words(props.status);
  return <Pill tone={tone} icon={icon} text={text} large={props.large === true} />;
}

const EXECUTION: Readonly<Record<ExecutionStatus, Look>> = {
  running: ["accent", "run"],
  waiting: ["warn", "wait"],
  finished: ["good", "check"],
};

export function ExecutionState(props: { status: ExecutionStatus; large?: boolean }) {
  const [tone, icon] = EXECUTION[props.status];
  return <Pill tone={tone} icon={icon} text={props.status} large={props.large === true} />;
}

const ORDER: Readonly<Record<OrderStatus, Look>> = {
  INITIALIZED: ["quiet", "queue"],
  DENIED: ["bad", "stop"],
  SUBMITTING: ["accent", "run"],
  UNKNOWN: ["bad", "warn"],
  SUBMITTED: ["accent", "arrow"],
  ACCEPTED: ["accent", "wait"],
  PARTIALLY_FILLED: ["warn", "wait"],
  FILLED: ["good", "check"],
  PENDING_CANCEL: ["warn", "wait"],
  CANCELED: ["quiet", "skip"],
  REJECTED: ["bad", "cross"],
  EXPIRED: ["quiet", "clock"],
};

export function OrderState(props: { status: OrderStatus; large?: boolean }) {
  const [tone, icon] = ORDER[props.status];
  return (
    <Pill tone={tone} icon={icon} text={words(props.status.toLowerCase())} large={props.large === true} />
  );
}

const APPROVAL: Readonly<Record<ApprovalStatus, Look>> = {
  pending: ["warn", "wait"],
  approved: ["good", "check"],
  edited: ["good", "check"],
  rejected: ["bad", "cross"],
  expired: ["quiet", "clock"],
};

export function ApprovalState(props: { status: ApprovalStatus }) {
  const [tone, icon] = APPROVAL[props.status];
  return <Pill tone={tone} icon={icon} text={props.status} />;
}

const SIGNAL: Readonly<Record<Signal, Look>> = {
  BUY: ["good", "up"],
  SELL: ["bad", "down"],
  HOLD: ["quiet", "hold"],
};

export function SignalPill(props: { signal: Signal; large?: boolean }) {
  const [tone, icon] = SIGNAL[props.signal];
  return <Pill tone={tone} icon={icon} text={props.signal} large={props.large === true} />;
}

const STANCE: Readonly<Record<Stance, Look>> = {
  bullish: ["good", "up"],
  bearish: ["bad", "down"],
  neutral: ["quiet", "hold"],
};

export function StancePill(props: { stance: Stance }) {
  const [tone, icon] = STANCE[props.stance];
  return <Pill tone={tone} icon={icon} text={props.stance} />;
}

const VERDICT: Readonly<Record<RiskVerdict["verdict"], Look>> = {
  approved: ["good", "check"],
  reduced: ["warn", "down"],
  denied: ["bad", "stop"],
};

export function VerdictPill(props: { verdict: RiskVerdict["verdict"]; large?: boolean }) {
  const [tone, icon] = VERDICT[props.verdict];
  return <Pill tone={tone} icon={icon} text={props.verdict} large={props.large === true} />;
}

const TRADING: Readonly<Record<TradingState, Look>> = {
  ACTIVE: ["good", "check"],
  REDUCING: ["warn", "down"],
  HALTED: ["bad", "stop"],
};

export function TradingPill(props: { state: TradingState; large?: boolean }) {
  const [tone, icon] = TRADING[props.state];
  const text = props.state === "ACTIVE" ? "trading" : props.state.toLowerCase();
  return <Pill tone={tone} icon={icon} text={text} large={props.large === true} />;
}

export function HealthPill(props: { state: "ok" | "degraded" | "down" }) {
  const look: Readonly<Record<typeof props.state, Look>> = {
    ok: ["good", "check"],
    degraded: ["warn", "warn"],
    down: ["bad", "cross"],
  };
  const [tone, icon] = look[props.state];
  return <Pill tone={tone} icon={icon} text={props.state} />;
}

/** The colour of a gain or loss; the sign says it too. */
export function gainTone(value: string | null): string {
  if (value === null || /^-?0*\.?0*$/.test(value)) return "";
  return value.startsWith("-") ? "text-bad" : "text-good";
}
