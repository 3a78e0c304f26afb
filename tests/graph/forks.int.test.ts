// Trying another prompt on a past run: what is asked anew, what stays, on which account it is judged, what is refused.
import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import type { Desk } from "#graph/desk.ts";
import { parsePromptTemplate } from "#prompts/template.ts";
import { decisionsOfRun } from "#store/agents/decisions.ts";
import { listLlmCalls } from "#store/agents/llm-calls.ts";
import { activePrompt, promptsUsedBy, savePromptVersion } from "#store/agents/prompts.ts";
import { type PromptVersionId, SessionDate, type SymbolRunId, Ticker } from "#store/model/ids.ts";
import type { AgentStage } from "#store/model/run.ts";
import { getSymbolRun } from "#store/runs/symbol-runs.ts";
import { heldReservations, type VerdictRow, verdictsOfRun } from "#store/trading/verdicts.ts";
import { testDatabase } from "#tests/support/database.ts";
import { PAPER_ACCOUNT } from "#tests/support/seed.ts";
import { type DeskFixture, deskFixture } from "./fixture/desk.ts";

const database = await testDatabase();
const { db } = database;
const START = SessionDate.parse("2018-03-01");

let fixture: DeskFixture;
let desk: Desk;
let source: SymbolRunId;

/** A version of a stage that is stored and not in use. */
async function anotherVersion(stage: AgentStage, number: number): Promise<PromptVersionId> {
  const present = await activePrompt(db, stage);
  const text = present.template.replace(/version: \d+\n/, `version: ${number}\n`);
  const { contentHash, inputs } = parsePromptTemplate(text);
  const input = { stage, version: String(number), template: text, contentHash, inputs: Object.keys(inputs) };
  return (await savePromptVersion(db, input)).id;
}

const verdictsTold = async (id: SymbolRunId) =>
  (await verdictsOfRun(db, id)).map(({ step, verdict, plan }) => [step, verdict, plan?.quantity]);

const snapshotOf = (row: VerdictRow | undefined) => z.looseObject({}).parse(row?.snapshot);

beforeAll(async () => {
  fixture = await deskFixture({ database, start: START });
  desk = fixture.desk();
  const strategy = await fixture.strategy({ symbols: [Ticker.parse("AAPL")], approval: "ask" });
  const { symbolRunIds } = await desk.startExecution({ strategy: strategy.id });
  source = symbolRunIds[0] as SymbolRunId;
  await fixture.drain(desk);
});

describe("a fork with another prompt", () => {
  test("asks that stage with it, takes over what it does not try, and leaves the source as it was", async () => {
    const version = await anotherVersion("decision", 12);
    const before = [await decisionsOfRun(db, source), await verdictsOfRun(db, source)];
    const { symbolRunId: fork, fromNode } = await desk.forkRun(source, { prompts: { decision: version } });
    expect(fromNode).toBe("executor");
    await fixture.drain(desk);
    expect(await fixture.status(fork)).toBe("done");
    const calls = await listLlmCalls(db, fork);
    // The consolidation's request is word for word the source's: its answer is found again and not paid for twice.
    expect(calls.map((call) => [call.stage, call.promptVersionId === version])).toEqual([["decision", true]]);
    const [original] = await decisionsOfRun(db, source);
    const [decision] = await decisionsOfRun(db, fork);
    expect(decision).toMatchObject({ signal: "BUY", consolidationCallId: original?.consolidationCallId });
    expect([await decisionsOfRun(db, source), await verdictsOfRun(db, source)]).toEqual(before);
    const { execution } = await getSymbolRun(db, fork);
    expect(execution).toMatchObject({
      dryRun: true,
      approval: "never",
      forkedFrom: source,
      fork: { point: "executor", chosen: ["decision"], prompts: { decision: version } },
    });
    const used = await promptsUsedBy(db, source);
    expect(execution.fork?.prompts).toEqual({
      ...Object.fromEntries([...used].filter(([stage]) => !/analysis|weekly/.test(stage))),
      decision: version,
    });
    expect((await activePrompt(db, "decision")).id).not.toBe(version);
  });

  test("starts as late as the stages allow", async () => {
    const starts: Partial<Record<AgentStage, string>> = {};
    for (const stage of ["technical_analysis", "weekly_trend", "consolidation", "risk_review"] as const) {
      const prompts = { [stage]: await anotherVersion(stage, 13) };
      const { symbolRunId, fromNode } = await desk.forkRun(source, { prompts });
      await fixture.drain(desk);
      expect(await fixture.status(symbolRunId)).toBe("done");
      starts[stage] = fromNode;
    }
    expect(starts).toEqual({
      technical_analysis: "technical_analyst",
      weekly_trend: "weekly_trend",
      consolidation: "executor",
      risk_review: "risk_manager",
    });
  });

  test("of the risk manager reviews a copy of the decision, under ids of its own", async () => {
    const before = await verdictsOfRun(db, source);
    const version = await anotherVersion("risk_review", 14);
    const { symbolRunId: fork } = await desk.forkRun(source, { prompts: { risk_review: version } });
    await fixture.drain(desk);
    expect(await verdictsOfRun(db, source)).toEqual(before);
    expect((await listLlmCalls(db, fork)).map((call) => call.stage)).toEqual(["risk_review"]);
    const [original] = await decisionsOfRun(db, source);
    const [copy] = await decisionsOfRun(db, fork);
    expect(copy?.id).not.toBe(original?.id);
    expect(copy).toMatchObject({ signal: original?.signal, llmCallId: original?.llmCallId });
    expect(await verdictsTold(fork)).toEqual(await verdictsTold(source));
  });

  test("is judged on what the rules saw then, whatever became of market and account, and takes no room", async () => {
    await fixture.simulator().next(40);
    const held = await heldReservations(db, PAPER_ACCOUNT);
    const { symbolRunId: then } = await desk.forkRun(source, { fromNode: "executor" });
    const { symbolRunId: now } = await desk.forkRun(source, { fromNode: "market_data" });
    await fixture.drain(desk);
    expect(await verdictsTold(then)).toEqual(await verdictsTold(source));
    const gates = async (id: SymbolRunId) =>
      (await verdictsOfRun(db, id)).filter((row) => row.step === "gate");
    const [recorded] = await gates(source);
    expect((await gates(then))[0]?.snapshot).toMatchObject({
      account: snapshotOf(recorded).account,
    });
    expect((await gates(now))[0]?.snapshot).not.toMatchObject({
      market: snapshotOf(recorded).market,
    });
    expect(await heldReservations(db, PAPER_ACCOUNT)).toEqual(held);
  });
});

describe("a fork is refused, with the field at fault,", () => {
  const refused = (field: string, code = "request_invalid") => ({ code, facts: { field } });

  test("for a prompt of another stage or one that is not there", async () => {
    const { id } = await activePrompt(db, "decision");
    await expect(desk.forkRun(source, { prompts: { risk_review: id } })).rejects.toMatchObject(
      refused("prompts.risk_review", "prompt_of_other_stage"),
    );
    const missing = { decision: randomUUID() as PromptVersionId };
    await expect(desk.forkRun(source, { prompts: missing })).rejects.toMatchObject({
      code: "prompt_version_not_found",
    });
  });

  test("for a stage that lies before its point, and for a request that names nothing", async () => {
    const { id } = await activePrompt(db, "weekly_trend");
    await expect(
      desk.forkRun(source, { fromNode: "executor", prompts: { weekly_trend: id } }),
    ).rejects.toMatchObject(refused("prompts.weekly_trend"));
    await expect(desk.forkRun(source, {})).rejects.toMatchObject(refused("fromNode"));
  });

  test("for a model that the desk has no server for", async () => {
    await expect(desk.forkRun(source, { models: { decision: "gpt-x" } })).rejects.toMatchObject(
      refused("models.decision", "no_model_endpoint"),
    );
  });

  test("from the risk manager when nothing reached it, and after an agent without an opinion", async () => {
    const strategy = await fixture.strategy({ symbols: [Ticker.parse("SPX")], approval: "ask" });
    const { symbolRunIds } = await desk.startExecution({ strategy: strategy.id });
    await fixture.drain(desk);
    const [held] = symbolRunIds;
    if (held === undefined) throw new Error("no run");
    await database.pool.query(
      `update node_events set output = output || '{"abstentions": {"node": "weekly_trend", "code": "ungrounded", "message": "x"}}'
       where symbol_run_id = $1 and node = 'weekly_trend' and kind = 'finished'`,
      [held],
    );
    await expect(desk.forkRun(held, { fromNode: "executor" })).rejects.toMatchObject({
      code: "fork_of_abstention",
    });
    await database.pool.query("delete from node_events where symbol_run_id = $1 and node = 'risk_gate'", [
      held,
    ]);
    await expect(desk.forkRun(held, { fromNode: "risk_manager" })).rejects.toMatchObject({
      code: "fork_too_early",
    });
  });
});
