// The builder's fields as a workflow definition, both ways, and faults by field name. Pure.
import type { BuilderValues, ChartValues } from "#server/views/workflows/model.ts";
import { Timeframe } from "#store/model/bar.ts";
import { AGENT_STAGES, type AgentStage } from "#store/model/run.ts";
import {
  agentOf,
  CHART_STAGE,
  chartOf,
  INDICATORS,
  type WorkflowDefinition,
} from "#store/model/workflow/definition.ts";
import { STAGE_WORDS, TIMEFRAME_WORDS } from "#store/model/workflow/words.ts";
import type { FieldFault } from "../../problems.ts";
import { decimalText } from "../fields.ts";

/** What a chart begins with when its timeframe is ticked. */
const UNDRAWN: ChartValues = { on: false, barsShown: "200", barsLoaded: "520", indicators: INDICATORS };

const eachTimeframe = <Value>(of: (timeframe: Timeframe) => Value) =>
  Object.fromEntries(Timeframe.options.map((timeframe) => [timeframe, of(timeframe)])) as Record<
    Timeframe,
    Value
  >;
const eachStage = <Value>(of: (stage: AgentStage) => Value) =>
  Object.fromEntries(AGENT_STAGES.map((stage) => [stage, of(stage)])) as Record<AgentStage, Value>;

export function valuesOfDefinition(name: string, definition: WorkflowDefinition): BuilderValues {
  return {
    name,
    charts: eachTimeframe((timeframe) => {
      const chart = chartOf(definition, timeframe);
      if (chart === null) return UNDRAWN;
      const { barsShown, barsLoaded, indicators } = chart;
      return { on: true, barsShown: String(barsShown), barsLoaded: String(barsLoaded), indicators };
    }),
    agents: eachStage((stage) => {
      const { model, promptVersionId, maxToolCalls } = agentOf(definition, stage);
      return {
        model: model ?? "",
        promptVersionId: promptVersionId ?? "",
        maxToolCalls: String(maxToolCalls),
      };
    }),
    maxRevisions: String(definition.maxRevisions),
    orders: definition.orders,
  };
}

/** What was typed; text fields that a browser did not send keep what they were. Boxes that are not sent are not ticked. */
export function valuesOfForm(form: URLSearchParams, before: BuilderValues): BuilderValues {
  const text = (name: string, otherwise: string) => form.get(name) ?? otherwise;
  return {
    name: text("name", before.name),
    charts: eachTimeframe((timeframe) => {
      const path = `charts.${timeframe}`;
      const old = before.charts[timeframe];
      return {
        on: form.has(path),
        barsShown: text(`${path}.barsShown`, old.barsShown),
        barsLoaded: text(`${path}.barsLoaded`, old.barsLoaded),
        indicators: form.getAll(`${path}.indicators`),
      };
    }),
    agents: eachStage((stage) => {
      const path = `agents.${stage}`;
      const old = before.agents[stage];
      return {
        model: text(`${path}.model`, old.model),
        promptVersionId: text(`${path}.promptVersionId`, old.promptVersionId),
        maxToolCalls: text(`${path}.maxToolCalls`, old.maxToolCalls),
      };
    }),
    maxRevisions: text("maxRevisions", before.maxRevisions),
    orders: text("orders", before.orders),
  };
}

const number = (text: string) => (text.trim() === "" ? null : Number(decimalText(text)));

function drawn(values: BuilderValues): Timeframe[] {
  return Timeframe.options.filter((timeframe) => values.charts[timeframe].on);
}

/** The definition that the values say, still to be parsed. Agents without a chart to read are left out. */
export function definitionOf(values: BuilderValues): Record<string, unknown> {
  const timeframes = drawn(values);
  const unread = Timeframe.options.filter((one) => !timeframes.includes(one)).map((one) => CHART_STAGE[one]);
  const agents = AGENT_STAGES.filter((stage) => !(unread as AgentStage[]).includes(stage)).flatMap(
    (stage) => {
      const { model, promptVersionId, maxToolCalls } = values.agents[stage];
      if (model.trim() === "" && promptVersionId === "" && number(maxToolCalls) === 0) return [];
      const setting = {
        model: model.trim() === "" ? null : model.trim(),
        promptVersionId: promptVersionId === "" ? null : promptVersionId,
        maxToolCalls: number(maxToolCalls),
      };
      return [[stage, setting] as const];
    },
  );
  return {
    charts: timeframes.map((timeframe) => {
      const { barsShown, barsLoaded, indicators } = values.charts[timeframe];
      return { timeframe, barsShown: number(barsShown), barsLoaded: number(barsLoaded), indicators };
    }),
    agents: Object.fromEntries(agents),
    maxRevisions: number(values.maxRevisions),
    orders: values.orders,
  };
}

const PLAIN: Readonly<Record<string, string>> = {
  barsShown: "a whole number from 60 to 250",
  barsLoaded: "a whole number from 250 to 1000",
  maxToolCalls: "a whole number from 0 to 20",
  maxRevisions: "a whole number from 0 to 3",
};

/** "definition.charts.1.barsShown" as the field "charts.weekly.barsShown", in words where the schema's are a machine's. */
export function builderFaults(values: BuilderValues, faults: readonly FieldFault[]): Record<string, string> {
  const timeframes = drawn(values);
  const named = faults.map(({ field, message }): [string, string] => {
    const path = field.replace(/^definition\.?/, "").split(".");
    const timeframe = path[0] === "charts" ? timeframes[Number(path[1])] : undefined;
    // What is wrong inside a list of boxes is told at the list.
    const own = timeframe === undefined ? path : ["charts", timeframe, path[2] ?? "", ...path.slice(3)];
    const name = own.includes("indicators") ? own.slice(0, 3).join(".") : own.join(".");
    return [name, PLAIN[path.at(-1) ?? ""] ?? message];
  });
  return Object.fromEntries(named.toReversed());
}

const LAST: Readonly<Record<string, string>> = {
  barsShown: "bars shown",
  barsLoaded: "bars to load",
  indicators: "indicators",
  model: "model",
  promptVersionId: "prompt",
  maxToolCalls: "tool calls",
};

/** What a reader calls a field of the builder. */
export function builderLabel(field: string): string {
  const [part, of = "", last = ""] = field.split(".");
  if (part === "charts" && of === "") return "Timeframes";
  const name =
    (part === "charts"
      ? TIMEFRAME_WORDS[of as Timeframe]
      : part === "agents"
        ? STAGE_WORDS[of as AgentStage]
        : null) ?? null;
  if (name !== null) return last === "" ? name : `${name}, ${LAST[last] ?? last}`;
  return { maxRevisions: "Revisions", orders: "Orders", name: "Name" }[field] ?? field;
}
