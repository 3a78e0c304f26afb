// What a caller may ask of a fork: where it starts, and which prompt versions and models it tries. Pure.
import { z } from "zod";
import { PromptVersionId } from "#store/model/ids.ts";
import { AGENT_STAGES, AgentStage, ForkPoint } from "#store/model/run.ts";

/** Stages that are asked anew from each point on, in order. */
export const STAGES_FROM: Readonly<Record<ForkPoint, readonly AgentStage[]>> = {
  market_data: AGENT_STAGES,
  charts: AGENT_STAGES,
  technical_analyst: ["technical_analysis", "consolidation", "decision", "risk_review"],
  weekly_trend: ["weekly_trend", "consolidation", "decision", "risk_review"],
  executor: ["consolidation", "decision", "risk_review"],
  risk_manager: ["risk_review"],
};

/** A request for one fork. Unknown keys are errors. */
export const ForkRequest = z
  .strictObject({
    /** Absent: the latest point from which every stage named here is asked anew. */
    fromNode: ForkPoint.optional(),
    /** Prompt version per stage; stages that are not named keep the version that the past run used. */
    prompts: z.partialRecord(AgentStage, PromptVersionId).default({}),
    /** Model per stage, on the endpoint that the desk has for it. */
    models: z.partialRecord(AgentStage, z.string().trim().min(1).max(200)).default({}),
  })
  .superRefine((request, context) => {
    const point = request.fromNode;
    if (point === undefined && stagesOf(request).length === 0) {
      context.addIssue({
        code: "custom",
        path: ["fromNode"],
        message: "name a node to start from, or a prompt version or model to try",
      });
    }
    for (const part of ["prompts", "models"] as const) {
      for (const stage of Object.keys(request[part]) as AgentStage[]) {
        if (point === undefined || STAGES_FROM[point].includes(stage)) continue;
        const message = `a fork from ${point} does not ask this stage anew`;
        context.addIssue({ code: "custom", path: [part, stage], message });
      }
    }
  });
export type ForkRequest = z.input<typeof ForkRequest>;

/** The stages that a request changes, in the order of the stages. */
export function stagesOf(request: Pick<z.output<typeof ForkRequest>, "prompts" | "models">): AgentStage[] {
  return AGENT_STAGES.filter(
    (stage) => request.prompts[stage] !== undefined || request.models[stage] !== undefined,
  );
}

/** The latest point from which all these stages are asked anew. */
export function forkPointFor(stages: readonly AgentStage[]): ForkPoint {
  const latestFirst = [...ForkPoint.options].reverse();
  return latestFirst.find((point) => stages.every((stage) => STAGES_FROM[point].includes(stage))) ?? "charts";
}
