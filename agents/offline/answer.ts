// The offline analyst's answer to a prompt, by stage. Pure: same prompt, same answer.
import type { AgentStage } from "#store/model/run.ts";
import {
  blocksOf,
  ChartBlocks,
  ConsolidationBlocks,
  DecisionBlocks,
  ReviewBlocks,
  stageOf,
} from "./blocks.ts";
import { decideByRules } from "./decide.ts";
import { consolidateByRules, reportDaily, reportWeekly } from "./reports.ts";
import { reviewByRules } from "./review.ts";

const BY_STAGE: Readonly<Record<AgentStage, (prompt: string) => object>> = {
  technical_analysis: (prompt) => reportDaily(blocksOf(ChartBlocks, prompt)),
  weekly_trend: (prompt) => reportWeekly(blocksOf(ChartBlocks, prompt)),
  consolidation: (prompt) => consolidateByRules(blocksOf(ConsolidationBlocks, prompt)),
  decision: (prompt) => decideByRules(blocksOf(DecisionBlocks, prompt)),
  risk_review: (prompt) => reviewByRules(blocksOf(ReviewBlocks, prompt)),
};

/** The JSON answer to a rendered prompt. @throws ModelError when the prompt lacks the blocks that the rules need. */
export function offlineAnswer(prompt: string): object {
  return BY_STAGE[stageOf(prompt)](prompt);
}
