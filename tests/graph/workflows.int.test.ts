// Workflows through the whole graph: what a run looks at, skips, is told and sends is what its workflow says.
import { sql } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import { decisionsOfRun } from "#store/agents/decisions.ts";
import { listLlmCalls } from "#store/agents/llm-calls.ts";
import { activePromptsByStage, savePromptVersion } from "#store/agents/prompts.ts";
import { listReports } from "#store/agents/reports.ts";
import { derivedId, type PromptVersionId, SessionDate, type SymbolRunId, Ticker } from "#store/model/ids.ts";
import { WorkflowDefinition } from "#store/model/workflow/definition.ts";
import { workflowSteps } from "#store/model/workflow/steps.ts";
import { WORKFLOW_TEMPLATES } from "#store/model/workflow/templates.ts";
import { listArtifacts } from "#store/runs/artifacts.ts";
import { listExecutions } from "#store/runs/executions.ts";
import { listNodeEvents } from "#store/runs/node-events.ts";
import { getSymbolRun } from "#store/runs/symbol-runs.ts";
import { saveStrategy } from "#store/strategies/strategies.ts";
import { saveWorkflowVersion } from "#store/strategies/workflows.ts";
import { approvalsOfRun } from "#store/trading/approvals.ts";
import { ordersOfRun } from "#store/trading/orders.ts";
import { heldReservations, verdictsOfRun } from "#store/trading/verdicts.ts";
import { testDatabase } from "#tests/support/database.ts";
import { deskFixture, type StrategyOf } from "./fixture/desk.ts";

const database = await testDatabase();
const { db } = database;
const AAPL = Ticker.parse("AAPL");
/** After this close the rules propose to buy AAPL on its daily chart; the weekly one is neutral. */
const START = SessionDate.parse("2018-03-01");
/** A Friday at whose close the weekly chart alone is bullish. */
const WEEK_END = SessionDate.parse("2017-11-03");
const fixture = await deskFixture({ database, start: START });
const desk = fixture.desk();

async function run(of: Omit<StrategyOf, "symbols">, asOf = START): Promise<SymbolRunId> {
  const strategy = await fixture.strategy({ symbols: [AAPL], approval: "auto", ...of });
  const { symbolRunIds } = await desk.startExecution({ strategy: strategy.id, asOf });
  await fixture.drain(desk);
  const [id] = symbolRunIds;
  if (id === undefined) throw new Error("no run");
  return id;
}

/** Finished nodes, "name: why" for those that were skipped. */
async function nodes(id: SymbolRunId): Promise<string[]> {
  const finished = (await listNodeEvents(db, id)).filter(({ kind }) => kind === "finished");
  return finished
    .map(({ node, output }) => {
      const { skipped } = (output ?? {}) as { skipped?: string };
      return skipped === undefined ? node : `${node}: ${skipped}`;
    })
    .sort();
}

async function outcome(id: SymbolRunId): Promise<{ code: string; reason: string | null } | undefined> {
  const record = (await listNodeEvents(db, id)).find(
    ({ node, kind }) => node === "record" && kind === "finished",
  );
  return (record?.output as { outcome: { code: string; reason: string | null } } | undefined)?.outcome;
}

/** Every prompt of a run as one text per stage. */
async function prompts(id: SymbolRunId): Promise<Map<string, string>> {
  return new Map((await listLlmCalls(db, id)).map((call) => [call.stage, JSON.stringify(call.messages)]));
}

const SENT = ["approval", "charts", "executor", "market_data", "risk_gate", "risk_manager", "submit_order"];

describe("each template goes from bars to an order", () => {
  test.each(WORKFLOW_TEMPLATES.map(({ key, definition }) => [key, definition] as const))(
    "%s",
    async (key, workflow) => {
      const id = await run({ workflow });
      const single = key === "single-timeframe";
      const skipped = "weekly_trend: the workflow has no weekly chart";
      expect(await nodes(id)).toEqual(
        [...SENT, "technical_analyst", single ? skipped : "weekly_trend"].sort(),
      );
      expect((await decisionsOfRun(db, id)).map(({ signal }) => signal)).toEqual(["BUY"]);
      expect((await ordersOfRun(db, id)).map(({ leg }) => leg)).toEqual(["entry", "stop", "target"]);
      const asked = workflowSteps(workflow).flatMap((step) => ("stage" in step ? [step.stage] : []));
      const calls = await listLlmCalls(db, id);
      expect(calls.map(({ stage }) => stage).sort()).toEqual(asked.sort());
      const drawn = (await listArtifacts(db, { symbolRunId: id })).filter(({ kind }) => kind === "chart_png");
      expect(drawn.map(({ timeframe }) => timeframe).sort()).toEqual(
        single ? ["daily"] : ["daily", "weekly"],
      );
    },
  );
});

test("what a workflow leaves out is in no prompt, picture description or number", async () => {
  const id = await run({ workflow: { charts: [{ timeframe: "daily", indicators: ["sma", "macd"] }] } });
  const texts = await prompts(id);
  const chart = texts.get("technical_analysis") ?? "";
  expect(chart).toContain("SMA 200");
  expect(chart).toContain("macdHistogram");
  expect(chart).not.toMatch(/supertrendDirection|SuperTrend \(|bollingerUpper|rsi14|volumeRatio|RSI \(14\)/);
  for (const stage of ["consolidation", "decision", "risk_review"]) {
    const text = texts.get(stage) ?? "";
    expect(text).toMatch(/name=\\"weekly_report\\">\\n```json\\nnull/);
    expect(text).toMatch(/name=\\"weekly_values\\">\\n```json\\nnull/);
    expect(text).not.toMatch(/rsi14|supertrendDirection/);
  }
  const [report] = await listReports(db, { symbolRunId: id });
  expect(report?.report.evidence.map(({ statement }) => statement.split(":")[0])).toEqual([
    "trend",
    "momentum",
  ]);
});

test("a single sign confirms nothing: the offline analyst holds", async () => {
  const id = await run({ workflow: { charts: [{ timeframe: "daily", indicators: ["sma"] }] } });
  expect(await outcome(id)).toMatchObject({ code: "hold" });
  expect(await ordersOfRun(db, id)).toEqual([]);
});

describe("a workflow of the weekly chart alone", () => {
  test("buys at the week's close, judged and stopped by daily bars", async () => {
    const id = await run({ workflow: { charts: [{ timeframe: "weekly" }] } }, WEEK_END);
    expect(await nodes(id)).toContain("technical_analyst: the workflow has no daily chart");
    expect((await ordersOfRun(db, id)).map(({ leg }) => leg)).toEqual(["entry", "stop", "target"]);
    const [verdict] = await verdictsOfRun(db, id);
    // The bar that prices are held against is of the last session, not of the week.
    expect(verdict?.snapshot).toMatchObject({ lastBar: { date: WEEK_END, atr: expect.any(String) } });
    expect((await prompts(id)).get("decision")).toMatch(/name=\\"daily_values\\">\\n```json\\nnull/);
  });

  test("in the middle of a week it decides on the last finished one, and the rules have the last word", async () => {
    const id = await run(
      { workflow: { charts: [{ timeframe: "weekly" }] } },
      SessionDate.parse("2017-11-08"),
    );
    const [decision] = await decisionsOfRun(db, id);
    expect(decision).toMatchObject({ signal: "BUY", currentPrice: "172.5" });
    expect(["working", "denied"]).toContain(await fixture.status(id));
  });

  test("shows the person the weekly chart", async () => {
    const id = await run({ approval: "ask", workflow: { charts: [{ timeframe: "weekly" }] } }, WEEK_END);
    const [approval] = await approvalsOfRun(db, id);
    expect(approval?.shown).toMatchObject({ charts: { daily: null, weekly: expect.any(String) } });
  });
});

test("a workflow that only advises ends with the order it would have placed, asks nobody and holds no room", async () => {
  const id = await run({ approval: "ask", workflow: { orders: "advise" } });
  expect(await fixture.status(id)).toBe("done");
  expect(await outcome(id)).toMatchObject({ code: "advice", reason: expect.stringMatching(/^BUY \d+ at /) });
  expect(await nodes(id)).not.toContain("approval");
  expect([...(await approvalsOfRun(db, id)), ...(await ordersOfRun(db, id))]).toEqual([]);
  const { execution } = await getSymbolRun(db, id);
  expect(await heldReservations(db, fixture.gateway(execution.gatewaySession).accountId)).toEqual([]);
});

describe("the prompt that a workflow names", () => {
  test("is the one that the stage gets, whatever is active", async () => {
    const active = (await activePromptsByStage(db)).get("decision");
    if (active === undefined) throw new Error("no prompt");
    const template = active.template.replace("HOLD costs nothing.", "HOLD costs nothing at all.");
    const { inputs } = active;
    const own = await savePromptVersion(db, {
      ...{ stage: "decision", version: "own", inputs, template },
      contentHash: "f".repeat(64),
    });
    const id = await run({ workflow: { agents: { decision: { promptVersionId: own.id } } } });
    const calls = await listLlmCalls(db, id);
    expect(calls.find(({ stage }) => stage === "decision")?.promptVersionId).toBe(own.id);
    expect((await prompts(id)).get("decision")).toContain("HOLD costs nothing at all.");
  });

  test.each([
    ["unknown", "workflow_prompt_unknown"],
    ["of another stage", "workflow_prompt_stage"],
  ])("%s: nothing is started", async (what, code) => {
    const other = (await activePromptsByStage(db)).get("risk_review")?.id;
    const unknown = derivedId("prompt-version", "none") as PromptVersionId;
    const promptVersionId = what === "unknown" || other === undefined ? unknown : other;
    const before = (await listExecutions(db)).rows.length;
    await expect(run({ workflow: { agents: { decision: { promptVersionId } } } })).rejects.toMatchObject({
      code,
      facts: { field: "agents.decision.promptVersionId" },
    });
    expect((await listExecutions(db)).rows).toHaveLength(before);
  });
});

test("a change of strategy and workflow reaches the next execution and not the one that runs", async () => {
  const strategy = await fixture.strategy({ symbols: [AAPL], approval: "ask" });
  const start = async () => {
    const { symbolRunIds } = await desk.startExecution({ strategy: strategy.id, asOf: START });
    await fixture.drain(desk);
    const [id] = symbolRunIds;
    if (id === undefined) throw new Error("no run");
    return id;
  };
  const running = await start();
  const { execution } = await getSymbolRun(db, running);
  const changed = await saveWorkflowVersion(db, {
    id: derivedId("workflow-version", strategy.id, 2) as typeof strategy.workflowVersionId,
    name: `workflow ${strategy.id}`,
    definition: WorkflowDefinition.parse({ charts: [{ timeframe: "daily" }], orders: "advise" }),
  });
  const parameters = {
    ...strategy.parameters,
    risk: {
      ...strategy.parameters.risk,
      maxOrderValue: "1000" as typeof strategy.parameters.risk.maxOrderValue,
    },
  };
  const saved = await saveStrategy(db, {
    ...{ id: strategy.id, name: strategy.name, active: true },
    ...{ workflowVersionId: changed.id, parameters },
  });
  expect(saved.version).toBe(2);

  const [pending] = await approvalsOfRun(db, running);
  if (pending === undefined) throw new Error("no question");
  const answer = { approvalId: pending.id, answer: { action: "approve" as const } };
  await desk.answerApproval({ ...answer, who: "tester", channel: "cli" });
  await fixture.drain(desk);
  const [entry] = await ordersOfRun(db, running);
  expect(Number(entry?.quantity) * Number(entry?.limitPrice)).toBeGreaterThan(1000);
  expect((await getSymbolRun(db, running)).execution).toMatchObject({
    strategyVersion: execution.strategyVersion,
    workflowVersionId: strategy.workflowVersionId,
    parameters: strategy.parameters,
  });

  const next = await start();
  expect(await outcome(next)).toMatchObject({ code: "advice" });
  expect(await nodes(next)).toContain("weekly_trend: the workflow has no weekly chart");
});

test("a thread that an earlier desk began, without the keys that came later, goes on to its order", async () => {
  const id = await run({ approval: "ask" });
  // What that desk had written: no word of advice in the review, no indicators in a workflow's charts.
  const blobs = await db.execute(sql`update checkpoints.checkpoint_blobs
    set blob = convert_to(replace(convert_from(blob, 'utf8'), ',"advice":false', ''), 'utf8')
    where thread_id = ${id} and channel = 'review' and position('advice' in convert_from(blob, 'utf8')) > 0`);
  expect(blobs.rowCount).toBe(1);
  await db.execute(
    sql`update node_events set output = output #- '{review,advice}' where symbol_run_id = ${id}`,
  );
  await db.execute(sql`update workflow_versions set definition = (definition - 'orders') || jsonb_build_object('charts',
      (select jsonb_agg(chart - 'indicators') from jsonb_array_elements(definition -> 'charts') chart))
    where id = ${(await getSymbolRun(db, id)).execution.workflowVersionId}`);
  const [pending] = await approvalsOfRun(db, id);
  if (pending === undefined) throw new Error("no question");
  const answer = { approvalId: pending.id, answer: { action: "approve" as const } };
  const later = fixture.desk();
  await later.answerApproval({ ...answer, who: "tester", channel: "cli" });
  await fixture.drain(later);
  expect((await ordersOfRun(db, id)).map(({ leg }) => leg)).toEqual(["entry", "stop", "target"]);
});
