// What changed between two versions of a workflow or of a strategy, in words a trader reads. Pure.
import { Timeframe } from "../bar.ts";
import { dec } from "../money.ts";
import { AGENT_STAGES } from "../run.ts";
import type { ApprovalConditions, RiskLimits, StrategyParameters } from "../strategy.ts";
import { agentOf, chartOf, type WorkflowDefinition } from "./definition.ts";
import {
  APPROVAL_WORDS,
  CONDITION_WORDS,
  indicatorText,
  LIMIT_WORDS,
  ORDER_MODE_WORDS,
  STAGE_WORDS,
  TIMEFRAME_WORDS,
} from "./words.ts";

export type Difference = {
  /** Where the setting stands, such as "risk.minRCoefficient" or "charts.weekly". */
  path: string;
  /** What it is called. */
  label: string;
  before: string;
  after: string;
};

/** A strategy's parameters with what else a version of it fixes: the workflow, as "multi-agent, version 2". */
export type DescribedStrategy = StrategyParameters & { workflow?: string };
export type Described = WorkflowDefinition | DescribedStrategy;

/** One line per setting that differs, in the order of the form; empty for equal content. */
export function describeDifference(older: Described, newer: Described): Difference[] {
  const [before, after] = [linesOf(older), linesOf(newer)];
  return [...new Map([...before, ...after]).keys()].flatMap((path) => {
    const [old, now] = [before.get(path), after.get(path)];
    const line = now ?? old;
    if (line === undefined || sameAs(old) === sameAs(now)) return [];
    // The parts of a chart that only one side draws are told by the chart's own line.
    if ((old === undefined || now === undefined) && line.partOf !== undefined) return [];
    const added = listDifference(old?.list, now?.list);
    return [
      {
        path,
        label: line.label,
        before: old?.text ?? "none",
        after: added === null ? (now?.text ?? "none") : added,
      },
    ];
  });
}

/** `same` is compared instead of `text`; `list` is what a long text stands for. */
type Line = { label: string; text: string; same?: string; partOf?: string; list?: readonly string[] };
type Lines = Map<string, Line>;

function sameAs(line: Line | undefined): string | undefined {
  return line?.same ?? line?.list?.join(",") ?? line?.text;
}

function linesOf(of: Described): Lines {
  return "charts" in of ? workflowLines(of) : strategyLines(of);
}

function workflowLines(definition: WorkflowDefinition): Lines {
  const lines: Lines = new Map();
  for (const timeframe of Timeframe.options) {
    const chart = chartOf(definition, timeframe);
    const path = `charts.${timeframe}`;
    const name = `${TIMEFRAME_WORDS[timeframe]} chart`;
    if (chart === null) {
      lines.set(path, { label: name, text: "not drawn" });
      continue;
    }
    const { barsShown, barsLoaded, indicators } = chart;
    const text = `drawn: ${barsShown} of ${barsLoaded} bars, ${indicatorText(indicators)}`;
    lines.set(path, { label: name, text, same: "drawn" });
    const part = (key: string, label: string, text: string) =>
      lines.set(`${path}.${key}`, { label: `${name}, ${label}`, text, partOf: path });
    part("barsShown", "bars shown", String(barsShown));
    part("barsLoaded", "bars loaded", String(barsLoaded));
    part("indicators", "indicators", indicatorText(indicators));
  }
  for (const stage of AGENT_STAGES) {
    const { model, promptVersionId, maxToolCalls } = agentOf(definition, stage);
    const path = `agents.${stage}`;
    const name = STAGE_WORDS[stage];
    lines.set(`${path}.model`, { label: `${name}, model`, text: model ?? "the desk's own" });
    lines.set(`${path}.promptVersionId`, {
      label: `${name}, prompt`,
      text: promptVersionId === null ? "the active one" : `version ${promptVersionId}`,
    });
    lines.set(`${path}.maxToolCalls`, { label: `${name}, most tool calls`, text: String(maxToolCalls) });
  }
  lines.set("maxRevisions", {
    label: "Revisions of a denied decision",
    text: String(definition.maxRevisions),
  });
  lines.set("orders", { label: "Orders", text: ORDER_MODE_WORDS[definition.orders] });
  return lines;
}

function strategyLines({ workflow, symbols, approval, askWhen, risk, schedule }: DescribedStrategy): Lines {
  const lines: Lines = new Map();
  if (workflow !== undefined) lines.set("workflow", { label: "Workflow", text: workflow });
  lines.set("symbols", { label: "Symbols", text: shortList(symbols), list: symbols });
  lines.set("approval", { label: "Approval", text: APPROVAL_WORDS[approval] });
  for (const key of Object.keys(CONDITION_WORDS) as (keyof ApprovalConditions)[]) {
    const value = askWhen[key];
    const text = typeof value === "boolean" ? (value ? "yes" : "no") : (value ?? "never");
    lines.set(`askWhen.${key}`, { label: CONDITION_WORDS[key], text });
  }
  for (const key of Object.keys(LIMIT_WORDS) as (keyof RiskLimits)[])
    lines.set(`risk.${key}`, { label: LIMIT_WORDS[key][0], text: limitText(key, risk[key]) });
  lines.set("schedule", {
    label: "Schedule",
    text: schedule === null ? "none" : `${schedule.cron}, New York time`,
  });
  return lines;
}

/** A limit's value as people write it: 5 %, 2 × equity, 60 s. */
export function limitText(key: keyof RiskLimits, value: RiskLimits[keyof RiskLimits]): string {
  switch (LIMIT_WORDS[key][1]) {
    case "fraction":
      return `${dec(String(value)).times(100).toString()} %`;
    case "multiple":
      return `${value} × equity`;
    case "atr":
      return `${value} ATR`;
    case "seconds":
      return `${value} s`;
    case "word":
      return String(value).toLowerCase();
    case "allowed":
      return value === true ? "allowed" : "not allowed";
    default:
      return String(value);
  }
}

const SHOWN = 12;

function shortList(words: readonly string[]): string {
  const rest = words.length - SHOWN;
  return rest > 0 ? `${words.slice(0, SHOWN).join(", ")} and ${rest} more` : words.join(", ");
}

/** For lists too long to be compared by eye: what came and what went; null when the plain texts do. */
function listDifference(
  before: readonly string[] | undefined,
  after: readonly string[] | undefined,
): string | null {
  if (before === undefined || after === undefined) return null;
  if (before.length <= SHOWN && after.length <= SHOWN) return null;
  const [old, now] = [new Set(before), new Set(after)];
  const parts = [
    ["added", after.filter((word) => !old.has(word))],
    ["removed", before.filter((word) => !now.has(word))],
  ] as const;
  const told = parts.flatMap(([what, words]) => (words.length === 0 ? [] : [`${what} ${shortList(words)}`]));
  return told.length === 0 ? "the same in another order" : told.join("; ");
}
