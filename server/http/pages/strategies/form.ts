// The form of a strategy as what would be saved, and faults by field name. Pure.
import type { StrategyValues } from "#server/views/strategies/model.ts";
import type { StrategyParameters } from "#store/model/strategy.ts";
import type { FieldFault } from "../../problems.ts";
import { symbolList } from "../fields.ts";
import { limitFault, limitLabel, typedOver } from "./limit-fields.ts";

export function valuesOf(of: {
  name: string;
  active: boolean;
  workflow: string;
  parameters: StrategyParameters;
}): StrategyValues {
  const { name, active, workflow, parameters } = of;
  return {
    name,
    active: String(active),
    symbols: parameters.symbols.join(", "),
    workflow,
    approval: parameters.approval,
    cron: parameters.schedule?.cron ?? "",
  };
}

/** What was typed; fields that a browser did not send keep what they are. */
export function typedValues(form: URLSearchParams, before: StrategyValues): StrategyValues {
  const text = (name: keyof StrategyValues) => form.get(name) ?? before[name];
  return {
    name: text("name"),
    active: text("active"),
    symbols: text("symbols"),
    workflow: text("workflow"),
    approval: text("approval"),
    cron: text("cron"),
  };
}

/** The parameters that were typed, still to be parsed. */
export function parametersOf(
  form: URLSearchParams,
  values: StrategyValues,
  present: StrategyParameters,
): Record<string, unknown> {
  const cron = values.cron.trim();
  return {
    ...present,
    symbols: symbolList(values.symbols),
    approval: values.approval,
    askWhen: typedOver(form, present.askWhen),
    risk: typedOver(form, present.risk),
    schedule: cron === "" ? null : { cron },
  };
}

const MOVED: Readonly<Record<string, string>> = { workflowVersionId: "workflow" };

/** "parameters.risk.minStopAtr" and "parameters.symbols.1" are faults of "minStopAtr" and "symbols". */
export function strategyFaults(
  symbols: readonly string[],
  faults: readonly FieldFault[],
): Record<string, string> {
  const named = faults.map(({ field, message }): [string, string] => {
    const path = field.split(".").filter((part) => part !== "parameters");
    if (path[0] === "symbols") {
      const symbol = path[1] === undefined ? undefined : symbols[Number(path[1])];
      return ["symbols", symbol === undefined ? symbolsFault(message) : symbolFault(symbol, message)];
    }
    if (path[0] === "schedule") return ["cron", message];
    const name = path.at(-1) ?? "";
    return [MOVED[name] ?? name, limitFault(name, message)];
  });
  return Object.fromEntries(named.toReversed());
}

function symbolsFault(message: string): string {
  return message.startsWith("Too small") ? "name at least one symbol" : message;
}

function symbolFault(symbol: string, message: string): string {
  return message.includes(symbol)
    ? message
    : `${symbol.slice(0, 20)} is no ticker: a capital letter, then up to nine capitals, digits or dots`;
}

const LABELS: Readonly<Record<string, string>> = {
  name: "Name",
  active: "State",
  symbols: "Symbols",
  workflow: "Workflow",
  approval: "Approval",
  askWhen: "Conditions",
  cron: "Schedule",
};

export function strategyLabel(field: string): string {
  return LABELS[field] ?? limitLabel(field) ?? field;
}
