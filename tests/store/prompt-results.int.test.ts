// What a prompt version came to: counted once per run, by kind, with the decision that counts and its countersign; trades from
// their fills; and the plan that keeps it quick with many runs.
import { randomUUID } from "node:crypto";
import { PgDialect } from "drizzle-orm/pg-core";
import { expect, test } from "vitest";
import { decisionsOfRun, saveDecision } from "#store/agents/decisions.ts";
import { recordLlmCall } from "#store/agents/llm-calls.ts";
import { savePromptVersion } from "#store/agents/prompts.ts";
import type { PromptVersionId, SymbolRunId } from "#store/model/ids.ts";
import type { LlmCallRecord } from "#store/model/llm-call.ts";
import { listDecisions } from "#store/results/decision-list.ts";
import { promptCountsQuery, promptResults } from "#store/results/prompt-results.ts";
import { setSymbolRunStatus } from "#store/runs/symbol-runs.ts";
import { saveFill } from "#store/trading/fills.ts";
import { createOrders } from "#store/trading/orders.ts";
import { testDatabase } from "#tests/support/database.ts";
import { approvedOrder, conid, decimal, instant, llmCall, seedRun } from "#tests/support/seed.ts";

const database = await testDatabase();
const { db, pool } = database;

async function version(stage: "decision" | "risk_review", number: string): Promise<PromptVersionId> {
  const contentHash = randomUUID().replaceAll("-", "").padEnd(64, "0");
  return (await savePromptVersion(db, { stage, version: number, template: number, inputs: [], contentHash }))
    .id;
}

async function asked(run: SymbolRunId, of: Partial<LlmCallRecord>, end?: "abstained" | "failed") {
  const call = await recordLlmCall(db, llmCall(run, of));
  if (end !== undefined) {
    const error = { code: end, message: end, retryable: false };
    await setSymbolRunStatus(db, { id: run, status: end, error });
  }
  return call;
}

test("answers, abstentions and failures are counted per question, ungrounded numbers per answer, kinds apart", async () => {
  const promptVersionId = await version("decision", "1");
  const invalid = { promptVersionId, status: "invalid", parsed: null } as const;
  const ungrounded = { ...invalid, error: { code: "ungrounded", message: "no" } };
  const repaired = await seedRun(db);
  await asked(repaired, ungrounded);
  await asked(repaired, { promptVersionId, attempt: 2 });
  await asked(await seedRun(db), ungrounded, "abstained");
  await asked(await seedRun(db), { ...invalid, error: { code: "model_refused", message: "no" } }, "failed");
  const silent = { promptVersionId, rawAnswer: null, parsed: null, status: "failed" } as const;
  await asked(await seedRun(db), { ...silent, error: { code: "model_timeout", message: "late" } }, "failed");
  const dry = await seedRun(db);
  await pool.query(
    "update executions set dry_run = true where id = (select execution_id from symbol_runs where id = $1)",
    [dry],
  );
  await asked(dry, { promptVersionId });
  // A turn of the tool loop is no answer.
  await asked(dry, { promptVersionId, method: "tools", attempt: 2 });
  const rows = await promptResults(db, { stage: "decision", versions: [promptVersionId] });
  expect(rows).toMatchObject([
    { kind: "dry_run", asked: 1, answered: { count: 1, of: 1 }, ungrounded: { count: 0, of: 1 } },
    {
      kind: "paper",
      asked: 4,
      answered: { count: 1, of: 4, enough: false },
      abstained: { count: 1, of: 4 },
      failed: { count: 2, of: 4 },
      ungrounded: { count: 2, of: 4 },
    },
  ]);
  expect(await promptResults(db, { stage: "decision", versions: [] })).toEqual([]);
});

test("the last decision of a run counts, for the version that was asked in its visit", async () => {
  const [first, second] = [await version("decision", "2"), await version("decision", "3")];
  const run = await seedRun(db);
  const decided = { strategyUsed: "x", analysis: "y", currentPrice: decimal("200") };
  for (const [visit, promptVersionId, signal] of [
    [0, first, "BUY"],
    [1, second, "HOLD"],
  ] as const) {
    const call = await asked(run, { promptVersionId, visit });
    const levels = signal === "HOLD" ? null : decimal("210");
    await saveDecision(db, {
      symbolRunId: run,
      visit,
      decision: {
        ...decided,
        signal,
        symbol: "AAPL" as never,
        targetPrice: levels,
        stopPrice: levels,
        profitMargin: null,
        rCoefficient: null,
      },
      consolidation: null,
      grounding: { grounded: true, checks: [] },
      llmCallId: call.id,
      reportIds: [],
    });
  }
  const rows = await promptResults(db, { stage: "decision", versions: [first, second] });
  const told = new Map(rows.map((row) => [row.promptVersionId, [row.buy.count, row.hold.count]]));
  expect(told).toEqual(
    new Map([
      [first, [0, 0]],
      [second, [0, 1]],
    ]),
  );
  const { rows: listed } = await listDecisions(db, { promptVersionId: first });
  expect(listed.map((row) => [row.visit, row.outcome])).toEqual([
    [1, "hold"],
    [0, "superseded"],
  ]);
});

test("a trade is that of its decision's version: won or lost after commissions, in R against the planned stop", async () => {
  const promptVersionId = await version("decision", "4");
  for (const [exit, at] of [
    ["220", "2025-07-02T14:30:00.000Z"],
    ["189", "2025-07-03T14:30:00.000Z"],
  ] as const) {
    const run = await seedRun(db);
    const instrument = { conid: conid(Math.round(Number(exit))) };
    const order = { ...(await approvedOrder(db, run)), ...instrument };
    const [decision] = await decisionsOfRun(db, run);
    await pool.query("update llm_calls set prompt_version_id = $1 where id = $2", [
      promptVersionId,
      decision?.llmCallId,
    ]);
    const filled = {
      status: "FILLED" as const,
      filledQuantity: decimal("10"),
      averageFillPrice: decimal("200"),
    };
    await createOrders(db, [{ ...order, ...filled }]);
    const fill = { ...order, ...instrument, quantity: decimal("10"), commission: decimal("1") };
    const bought = { executionRef: `${order.id}.01`, orderId: order.id, price: decimal("200") };
    await saveFill(db, { ...fill, ...bought, at: instant("2025-07-01T14:30:00.000Z") });
    const sold = {
      executionRef: `${randomUUID()}.01`,
      orderId: null,
      clientOrderId: null,
      side: "SELL" as const,
    };
    await saveFill(db, { ...fill, ...sold, price: decimal(exit), at: instant(at) });
  }
  const [row] = await promptResults(db, { stage: "decision", versions: [promptVersionId] });
  expect(row).toMatchObject({
    buy: { count: 2, of: 2 },
    approved: { count: 2, of: 2 },
    openTrades: 0,
    won: { count: 1, of: 2, enough: false },
    pnl: [{ currency: "USD", realizedPnl: "86", commissions: "4", perTrade: { of: 2, mean: 43 } }],
  });
  expect(row?.r.mean).toBeCloseTo(0.43, 5);
});

test("many runs are counted from the index alone", async () => {
  const query = promptCountsQuery({ stage: "decision", versions: [await version("decision", "5")] });
  const { sql, params } = new PgDialect().sqlToQuery(query);
  const client = await pool.connect();
  try {
    await client.query("begin");
    await client.query("set local enable_seqscan = off; set local enable_bitmapscan = off");
    const { rows } = await client.query<{ "QUERY PLAN": string }>(`explain ${sql}`, params);
    const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
    expect(plan).toContain("Index Only Scan using llm_calls_by_prompt");
    expect(plan).toContain("using llm_calls_ungrounded");
    await client.query("rollback");
  } finally {
    client.release();
  }
});
