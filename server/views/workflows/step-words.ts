// The steps of a workflow in the words of a reader. Pure.
import type { WorkflowDefinition } from "#store/model/workflow/definition.ts";
import type { WorkflowStep } from "#store/model/workflow/steps.ts";
import { indicatorText, STAGE_WORDS, TIMEFRAME_WORDS } from "#store/model/workflow/words.ts";
import { plural } from "../parts/format.ts";
import type { PromptChoice } from "./model.ts";

type Named = { model: string | null; promptVersionId: string | null };

function served(by: Named, prompts: readonly PromptChoice[]): string {
  const prompt = prompts.find((one) => one.id === by.promptVersionId);
  const named = [
    ...(by.model === null ? [] : [by.model]),
    ...(by.promptVersionId === null ? [] : [`prompt ${prompt?.version ?? "of another stage"}`]),
  ];
  return named.length === 0 ? "" : ` (${named.join(", ")})`;
}

/** One line per step, such as "Daily chart: 200 bars with SMA 20, 50, 200; MACD". */
export function stepText(step: WorkflowStep, prompts: readonly PromptChoice[]): string {
  switch (step.type) {
    case "fetch_data": {
      const bars = `${step.bars} ${step.timeframe} bars`;
      return step.for === "chart" ? bars : `${bars}, for the risk rules alone`;
    }
    case "generate_chart":
      return `${TIMEFRAME_WORDS[step.timeframe]} chart of ${step.barsShown} bars: ${indicatorText(step.indicators)}`;
    case "ai_analyze":
      return `${STAGE_WORDS[step.stage]}${served(step, prompts)}`;
    case "consolidate":
      return `The executor weighs the reports${served(step, prompts)}`;
    case "decide": {
      const tools = step.maxToolCalls === 0 ? "" : `, at most ${plural(step.maxToolCalls, "tool call")}`;
      return `The executor decides${tools}${served(step, prompts)}`;
    }
    case "validate_risk": {
      const again =
        step.maxRevisions === 0
          ? "a denial is final"
          : `a denial may be revised ${step.maxRevisions === 1 ? "once" : `${step.maxRevisions} times`}`;
      return `Rules in code, then the risk manager${served(step, prompts)}; ${again}`;
    }
    case "place_order":
      return "Countersigned, then entry with stop and target";
  }
}

/** The whole workflow in a line, for lists. */
export function definitionText(definition: WorkflowDefinition): string {
  const charts = definition.charts.map(
    (chart) => `${TIMEFRAME_WORDS[chart.timeframe].toLowerCase()} (${indicatorText(chart.indicators)})`,
  );
  return `${charts.join(" and ")}${definition.orders === "advise" ? "; advice only" : ""}`;
}
