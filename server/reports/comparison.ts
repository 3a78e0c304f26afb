// A fork beside the run it was made from: what was asked of whom, what each side said, what differs. Effects: database.
// What a fork took over is the source's own, and is told as taken over and never as a second answer.
import { STAGES_FROM } from "#graph/executions/fork-request.ts";
import { decisionsOfRun } from "#store/agents/decisions.ts";
import { type LlmCallRow, listLlmCalls } from "#store/agents/llm-calls.ts";
import { getPromptVersion } from "#store/agents/prompts.ts";
import { listReports } from "#store/agents/reports.ts";
import type { Db } from "#store/database.ts";
import type { Grounding } from "#store/model/decision.ts";
import { ConflictError } from "#store/model/errors.ts";
import type { PromptVersionId, SymbolRunId } from "#store/model/ids.ts";
import { type DecimalString, dec, toDecimalString } from "#store/model/money.ts";
import { AGENT_STAGES, type AgentStage, type ForkPoint, type ForkSettings } from "#store/model/run.ts";
import { getSymbolRun, type SymbolRunWithExecution } from "#store/runs/symbol-runs.ts";
import { verdictsOfRun } from "#store/trading/verdicts.ts";

/** One question to one stage, over all of its exchanges. */
export type AskedStage = {
  promptVersionId: PromptVersionId | null;
  version: string | null;
  model: string;
  calls: number;
  tokens: number;
  /** US dollars of what is priced; null when nothing is. */
  costUsd: DecimalString | null;
  latencyMs: number;
  answered: boolean;
};

export type ComparedStage = {
  stage: AgentStage;
  /** Null: the stage was never reached. */
  original: AskedStage | null;
  /** Null with `taken`: the source's answer stands; null without: never reached. */
  tried: AskedStage | null;
  taken: boolean;
  chosen: boolean;
};

/** One thing that both sides say; null where a side says nothing of it. */
export type ComparedFact = { label: string; original: string | null; tried: string | null; same: boolean };
export type ComparedPart = { stage: AgentStage | "rules" | "outcome"; taken: boolean; facts: ComparedFact[] };

export type Comparison = {
  settings: ForkSettings;
  source: SymbolRunWithExecution;
  fork: SymbolRunWithExecution;
  stages: ComparedStage[];
  parts: ComparedPart[];
};

type Said = ReadonlyMap<ComparedPart["stage"], ReadonlyMap<string, string | null>>;

/** @throws NotFoundError; ConflictError `not_a_fork`, `source_removed` */
export async function compareFork(db: Db, forkId: SymbolRunId): Promise<Comparison> {
  const fork = await getSymbolRun(db, forkId);
  const { fork: settings, forkedFrom } = fork.execution;
  if (settings === null) throw new ConflictError("not_a_fork", "this run is no fork of another one");
  if (forkedFrom === null)
    throw new ConflictError("source_removed", "the run that this one was forked from is not stored any more");
  const [source, asked, tried, before, after] = await Promise.all([
    getSymbolRun(db, forkedFrom),
    askedStages(db, forkedFrom),
    askedStages(db, forkId),
    said(db, forkedFrom),
    said(db, forkId),
  ]);
  const stages = AGENT_STAGES.map((stage): ComparedStage => {
    const [original, own] = [asked.get(stage) ?? null, tried.get(stage) ?? null];
    const chosen = settings.chosen.includes(stage);
    return {
      stage,
      original,
      tried: own,
      chosen,
      taken: own === null && original !== null && isTaken(stage, settings.point, after),
    };
  });
  return { settings, source, fork, stages, parts: partsOf(before, after, stages) };
}

/** What lies before the point is the source's; after it, what the fork has without having asked is an answer found again. */
function isTaken(stage: AgentStage, point: ForkPoint, after: Said): boolean {
  return !STAGES_FROM[point].includes(stage) || after.has(stage);
}

async function askedStages(db: Db, id: SymbolRunId): Promise<Map<AgentStage, AskedStage>> {
  const calls = await listLlmCalls(db, id);
  const found = new Map<AgentStage, AskedStage>();
  for (const stage of AGENT_STAGES) {
    const own = calls.filter((call) => call.stage === stage);
    const last = own.at(-1);
    if (last === undefined) continue;
    const { promptVersionId, model } = last;
    const version = promptVersionId === null ? null : (await getPromptVersion(db, promptVersionId)).version;
    found.set(stage, { promptVersionId, version, model, ...sumsOf(own) });
  }
  return found;
}

function sumsOf(calls: readonly LlmCallRow[]) {
  const priced = calls.flatMap((call) => (call.costUsd === null ? [] : [call.costUsd]));
  return {
    calls: calls.length,
    tokens: calls.reduce((sum, call) => sum + call.inputTokens + call.outputTokens, 0),
    costUsd: priced.length === 0 ? null : toDecimalString(priced.reduce((sum, one) => sum.plus(one), dec(0))),
    latencyMs: calls.reduce((sum, call) => sum + call.latencyMs, 0),
    answered: calls.some((call) => call.status === "ok" && call.method !== "tools"),
  };
}

/** Everything a run's agents and rules said, by part and label, as text. */
async function said(db: Db, id: SymbolRunId): Promise<Said> {
  const [reports, decisions, verdicts, run] = await Promise.all([
    listReports(db, { symbolRunId: id }),
    decisionsOfRun(db, id),
    verdictsOfRun(db, id),
    getSymbolRun(db, id),
  ]);
  const all = new Map<ComparedPart["stage"], ReadonlyMap<string, string | null>>();
  for (const { stage, report, grounding } of reports) {
    all.set(
      stage,
      new Map([
        ["Stance", report.stance],
        ["Trend", report.trend],
        ["Support", pricesText(report.support)],
        ["Resistance", pricesText(report.resistance)],
        ["Numbers grounded", groundingText(grounding)],
        ["Summary", report.summary],
        ["Proven wrong by", report.invalidation],
      ]),
    );
  }
  const decision = decisions.at(-1);
  if (decision !== undefined) {
    const { consolidation } = decision;
    if (consolidation !== null) {
      all.set(
        "consolidation",
        new Map([
          ["Stance", consolidation.stance],
          ["Agreement", consolidation.agreement],
          ["Summary", consolidation.summary],
        ]),
      );
    }
    all.set(
      "decision",
      new Map([
        ["Signal", decision.signal],
        ["Target", decision.targetPrice],
        ["Stop", decision.stopPrice],
        ["R", twoPlaces(decision.rCoefficient)],
        [
          "Profit margin",
          decision.profitMargin === null ? null : `${dec(decision.profitMargin).times(100).toFixed(1)} %`,
        ],
        ["Numbers grounded", groundingText(decision.grounding)],
        ["Reasoning", decision.strategyUsed],
        ["Analysis", decision.analysis],
      ]),
    );
  }
  const gate = verdicts.filter((one) => one.step === "gate").at(-1);
  if (gate !== undefined) {
    const codes = gate.codes.length === 0 ? null : gate.codes.join(", ");
    const facts = [["Verdict", gate.verdict] as const, ["Why", codes] as const];
    all.set("rules", new Map([...facts, ["Shares", gate.plan?.quantity ?? null]]));
  }
  const reviewed = verdicts.find((one) => one.step === "review");
  if (reviewed?.review != null) {
    const { review, plan } = reviewed;
    const keep = review.keepFraction === null ? null : `${Math.round(review.keepFraction * 100)} %`;
    const facts = [["Word", review.verdict] as const, ["Keeps", keep] as const];
    all.set(
      "risk_review",
      new Map([...facts, ["Shares", plan?.quantity ?? null], ["Reason", review.reason]]),
    );
  }
  all.set(
    "outcome",
    new Map([
      ["Run", run.status],
      ["Why", run.error?.message ?? null],
    ]),
  );
  return all;
}

function partsOf(before: Said, after: Said, stages: readonly ComparedStage[]): ComparedPart[] {
  const order: ComparedPart["stage"][] = [...AGENT_STAGES.slice(0, 4), "rules", "risk_review", "outcome"];
  return order.flatMap((stage): ComparedPart[] => {
    const taken = stages.some((one) => one.stage === stage && one.taken);
    const original = before.get(stage);
    const tried = taken ? original : after.get(stage);
    const labels = [...new Set([...(original?.keys() ?? []), ...(tried?.keys() ?? [])])];
    const facts = labels.flatMap((label): ComparedFact[] => {
      const [one, other] = [original?.get(label) ?? null, tried?.get(label) ?? null];
      return one === null && other === null
        ? []
        : [{ label, original: one, tried: other, same: one === other }];
    });
    return facts.length === 0 ? [] : [{ stage, taken, facts }];
  });
}

function twoPlaces(value: DecimalString | null): string | null {
  return value === null ? null : dec(value).toFixed(2);
}

function pricesText(prices: readonly number[]): string {
  return prices.length === 0 ? "none named" : prices.join(" · ");
}

function groundingText({ checks }: Grounding): string {
  return `${checks.filter((check) => check.grounded).length} of ${checks.length}`;
}
