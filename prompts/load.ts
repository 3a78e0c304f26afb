// Reads the built-in templates from this folder. Effect: reads files, at start only.
import { readFile } from "node:fs/promises";
import { InvariantError } from "#store/model/errors.ts";
import { AGENT_STAGES, type AgentStage } from "#store/model/run.ts";
import { type PromptTemplate, parsePromptTemplate } from "./template.ts";

const FILES: Readonly<Record<AgentStage, string>> = {
  technical_analysis: "technical-analysis.md",
  weekly_trend: "weekly-trend.md",
  consolidation: "consolidation.md",
  decision: "decision.md",
  risk_review: "risk-review.md",
};

/** The built-in template of each stage, in the order of the stages. @throws InputError when one is malformed. */
export async function loadPromptTemplates(): Promise<PromptTemplate[]> {
  return Promise.all(
    AGENT_STAGES.map(async (stage) => {
      const text = await readFile(new URL(FILES[stage], import.meta.url), "utf8");
      const template = parsePromptTemplate(text);
      if (template.stage !== stage) throw new InvariantError(`${FILES[stage]} is of stage ${template.stage}`);
      return template;
    }),
  );
}
