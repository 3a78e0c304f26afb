// What both chart analysts share: one chart and its values in, one checked report out. Effects: the model's calls.
import { AnalystReport } from "#store/model/decision.ts";
import { chartDescriptionText } from "#tools/charts/index.ts";
import type { AgentContext } from "./context.ts";
import { groundReport } from "./grounding.ts";
import type { AnalystInput, Answered } from "./inputs.ts";
import { openSession } from "./model/exchange.ts";
import { answerStructured } from "./model/structured.ts";
import { assess, wrongSymbol } from "./objections.ts";
import { promptMessages, taskBlock, valueGuide } from "./prompt-messages.ts";

export type ReportAnswer = Answered & { report: AnalystReport };

/** @throws ModelError; `ungrounded` when a stated price is still not among the stored values after one repair. */
export async function analyseChart(input: AnalystInput, ctx: AgentContext): Promise<ReportAnswer> {
  const { subject, chart } = input;
  const messages = promptMessages(
    ctx.template,
    {
      symbol: subject.symbol,
      task: taskBlock(ctx.template.stage, subject, chart.values.asOf),
      picture:
        chart.png === null
          ? "No picture is attached: work from the values alone."
          : "The picture is attached.",
      chart: chartDescriptionText(chart.description),
      guide: valueGuide(chart.values),
      values: chart.values,
    },
    chart.png,
  );
  const { value, checked, llmCallId } = await answerStructured(openSession(ctx), {
    messages,
    schema: AnalystReport,
    name: "analyst_report",
    assess: (report) =>
      assess([wrongSymbol(report.symbol, subject.symbol)], () => groundReport(report, chart)),
  });
  return { report: value, grounding: checked, llmCallId };
}
