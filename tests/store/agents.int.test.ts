import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { decisionsOfRun, saveDecision } from "#store/agents/decisions.ts";
import {
  answeredCall,
  listLlmCalls,
  llmTotals,
  llmTotalsByRun,
  recordLlmCall,
} from "#store/agents/llm-calls.ts";
import {
  activatePrompt,
  activePrompt,
  addPromptVersion,
  listPromptVersions,
  promptActivationsOf,
  savePromptVersion,
} from "#store/agents/prompts.ts";
import { listReports } from "#store/agents/reports.ts";
import { fileObjects } from "#store/artifacts/files.ts";
import { sha256Of } from "#store/artifacts/object-store.ts";
import { symbolRunId } from "#store/model/ids.ts";
import { findArtifact, listArtifacts, readArtifact, saveArtifact } from "#store/runs/artifacts.ts";
import { lineageOfFill, lineageOfRun } from "#store/runs/lineage.ts";
import { saveFill } from "#store/trading/fills.ts";
import { createOrders } from "#store/trading/orders.ts";
import { testDatabase } from "#tests/support/database.ts";
import {
  approvedOrder,
  decimal,
  instant,
  llmCall,
  seedDecision,
  seedExecution,
  seedRun,
  ticker,
} from "#tests/support/seed.ts";
import { temporaryFolder } from "#tests/support/temporary-folder.ts";

const { db } = await testDatabase();
const objects = fileObjects(await temporaryFolder("artifacts"), randomUUID);
const hash = (digit: string) => digit.repeat(64);

const template = (change: object = {}) => ({
  stage: "decision" as const,
  version: "1.0.0",
  template: "Decide about {{symbol}}.",
  inputs: ["symbol"],
  contentHash: hash("1"),
  ...change,
});

test("a prompt version never changes: same content is the same row, other content needs another number", async () => {
  const first = await savePromptVersion(db, template());
  expect(await savePromptVersion(db, template())).toEqual(first);
  const changed = template({ template: "Decide.", contentHash: hash("2") });
  await expect(savePromptVersion(db, changed)).rejects.toMatchObject({ code: "prompt_version_taken" });
  expect((await savePromptVersion(db, { ...changed, version: "1.1.0" })).version).toBe("1.1.0");
});

test("the first version of a stage is in use until another one is made active", async () => {
  const of = { stage: "risk_review" as const };
  await expect(activePrompt(db, "risk_review")).rejects.toMatchObject({ code: "active_prompt_not_found" });
  const first = await savePromptVersion(db, template(of));
  const second = await savePromptVersion(db, template({ ...of, version: "2", contentHash: hash("2") }));
  expect((await activePrompt(db, "risk_review")).id).toBe(first.id);
  await activatePrompt(db, second.id, "tester");
  await activatePrompt(db, second.id, "tester again");
  expect((await promptActivationsOf(db, "risk_review")).map(({ version, who }) => [version, who])).toEqual([
    ["2", "tester"],
    ["1.0.0", expect.stringContaining("first version")],
  ]);
  expect((await activePrompt(db, "risk_review")).id).toBe(second.id);
  const listed = await listPromptVersions(db, of);
  expect(new Map(listed.map((row) => [row.version, row.active]))).toEqual(
    new Map([
      ["1.0.0", false],
      ["2", true],
    ]),
  );
});

test("versions written at the same time get numbers of their own, and the same text is no new version", async () => {
  const of = { stage: "consolidation" as const, author: "tester", note: null };
  const write = (text: string) => (number: number) => ({
    template: `${text} ${number}`,
    inputs: [],
    contentHash: hash(text).slice(0, 64),
  });
  const rows = await Promise.all(["a", "b", "c"].map((text) => addPromptVersion(db, of, write(text))));
  expect(rows.map((row) => row.version).sort()).toEqual(["1", "2", "3"]);
  await expect(addPromptVersion(db, of, write("b"))).rejects.toMatchObject({ code: "prompt_version_known" });
});

test("many processes may store the same templates at their start", async () => {
  const of = template({ stage: "weekly_trend" });
  const rows = await Promise.all(Array.from({ length: 6 }, () => savePromptVersion(db, of)));
  expect(new Set(rows.map((row) => row.id)).size).toBe(1);
});

test("a call is kept with the pictures it was shown", async () => {
  const runId = await seedRun(db);
  const chart = await saveArtifact(db, objects, {
    symbolRunId: runId,
    kind: "chart_png",
    timeframe: "daily",
    mediaType: "image/png",
    bytes: Buffer.from("a picture"),
  });
  const image = { type: "image" as const, sha256: chart.sha256, mediaType: "image/png" };
  const message = { role: "user" as const, parts: [image], toolCalls: [], toolCallId: null };
  const call = await recordLlmCall(db, llmCall(runId, { messages: [message] }));
  const lineage = await lineageOfRun(db, runId);
  expect(lineage.calls).toMatchObject([{ id: call.id, artifactIds: [chart.id] }]);
  expect((await listLlmCalls(db, runId))[0]?.messages).toEqual([message]);
});

test("recording the same call again is no change, another call under its id is refused", async () => {
  const call = llmCall(await seedRun(db));
  const stored = await recordLlmCall(db, call);
  expect(await recordLlmCall(db, call)).toEqual(stored);
  const other = recordLlmCall(db, { ...call, rawAnswer: "something else" });
  await expect(other).rejects.toMatchObject({ code: "llm_call_recorded" });
});

test("an answer that was paid for is found by its request, a broken one is not", async () => {
  const runId = await seedRun(db);
  const broken = { status: "invalid", parsed: null, requestHash: hash("b") } as const;
  await recordLlmCall(db, llmCall(runId, { ...broken, error: { code: "schema", message: "no" } }));
  const answered = await recordLlmCall(db, llmCall(runId, { requestHash: hash("c") }));
  expect(await answeredCall(db, { symbolRunId: runId, requestHash: hash("b") })).toBeNull();
  expect((await answeredCall(db, { symbolRunId: runId, requestHash: hash("c") }))?.id).toBe(answered.id);
  expect(await answeredCall(db, { symbolRunId: await seedRun(db), requestHash: hash("c") })).toBeNull();
});

test("totals add calls, tokens and dollars exactly, and say what had no price", async () => {
  const execution = await seedExecution(db, ["AAPL", "SPX"].map(ticker));
  const runId = symbolRunId(execution.id, ticker("AAPL"));
  for (const costUsd of [decimal("0.1"), decimal("0.2"), null])
    await recordLlmCall(db, llmCall(runId, { costUsd }));
  const totals = { calls: 3, inputTokens: 30, outputTokens: 15, costUsd: "0.3", unpricedCalls: 1 };
  expect(await llmTotals(db, { symbolRunId: runId })).toEqual(totals);
  expect(await llmTotals(db, { executionId: execution.id })).toEqual(totals);
  const byRun = await llmTotalsByRun(db, execution.id);
  expect(byRun.get(runId)).toEqual(totals);
  expect(byRun.get(symbolRunId(execution.id, ticker("SPX")))).toMatchObject({ calls: 0, costUsd: "0" });
});

test("an answer with characters that PostgreSQL cannot hold is stored all the same", async () => {
  const stored = await recordLlmCall(
    db,
    llmCall(await seedRun(db), { rawAnswer: "a\0b", parsed: { text: "a\0b" } }),
  );
  expect(stored).toMatchObject({ rawAnswer: "a\ufffdb", parsed: { text: "a\ufffdb" } });
});

test("a report and a decision are stored once, whatever a retry says", async () => {
  const runId = await seedRun(db);
  const first = await seedDecision(db, runId);
  const call = await recordLlmCall(db, llmCall(runId));
  const again = await saveDecision(db, {
    symbolRunId: runId,
    visit: 0,
    decision: { ...first, signal: "HOLD", targetPrice: null, stopPrice: null },
    consolidation: null,
    grounding: { grounded: true, checks: [] },
    llmCallId: call.id,
    reportIds: [],
  });
  expect(again).toEqual(first);
  expect(await decisionsOfRun(db, runId)).toHaveLength(1);
  expect(await listReports(db, { symbolRunId: runId })).toHaveLength(1);
});

test("a decision without a model's answer cannot be stored", async () => {
  const runId = await seedRun(db);
  const decision = saveDecision(db, {
    symbolRunId: runId,
    visit: 0,
    decision: {
      symbol: ticker("AAPL"),
      signal: "HOLD",
      currentPrice: decimal("200"),
      targetPrice: null,
      stopPrice: null,
      profitMargin: null,
      rCoefficient: null,
      strategyUsed: "none",
      analysis: "none",
    },
    consolidation: null,
    grounding: { grounded: true, checks: [] },
    llmCallId: llmCall(runId).id,
    reportIds: [],
  });
  await expect(decision).rejects.toThrow();
});

test("an artifact is found with its bytes, and equal bytes are stored once", async () => {
  const bytes = Buffer.from(`bars ${randomUUID()}`);
  const save = (runId: Awaited<ReturnType<typeof seedRun>>) =>
    saveArtifact(db, objects, {
      symbolRunId: runId,
      kind: "market_data",
      timeframe: "weekly",
      mediaType: "application/json",
      bytes,
    });
  const [one, two] = [await seedRun(db), await seedRun(db)];
  const [first, same, other] = [await save(one), await save(one), await save(two)];
  expect(same.id).toBe(first.id);
  expect(other.id).not.toBe(first.id);
  expect(other.objectKey).toBe(first.objectKey);
  expect((await readArtifact(db, objects, { id: first.id })).bytes).toEqual(bytes);
  expect((await findArtifact(db, { symbolRunId: one, kind: "market_data", timeframe: "weekly" }))?.id).toBe(
    first.id,
  );
  expect(await findArtifact(db, { symbolRunId: one, kind: "market_data", timeframe: "daily" })).toBeNull();
  expect(await listArtifacts(db, { symbolRunId: two })).toHaveLength(1);
});

test("an artifact whose bytes were changed is not given out", async () => {
  const saved = await saveArtifact(db, objects, {
    symbolRunId: await seedRun(db),
    kind: "market_data",
    timeframe: "daily",
    mediaType: "application/json",
    bytes: Buffer.from("true prices"),
  });
  await objects.put(saved.objectKey, Buffer.from("other prices"), "application/json");
  await expect(readArtifact(db, objects, { id: saved.id })).rejects.toMatchObject({
    code: "invariant_broken",
  });
  expect(saved.sha256).toBe(sha256Of(Buffer.from("true prices")));
});

test("one query leads from a fill back to its order, approval, verdict, decision, reports and calls", async () => {
  const runId = await seedRun(db);
  const order = await approvedOrder(db, runId);
  await createOrders(db, [order]);
  const executionRef = `0001.${randomUUID()}.01`;
  await saveFill(db, {
    ...order,
    executionRef,
    orderId: order.id,
    quantity: decimal("10"),
    price: decimal("200"),
    commission: null,
    at: instant("2025-07-01T14:30:00.000Z"),
  });
  const lineage = await lineageOfFill(db, executionRef);
  expect(lineage).toMatchObject({
    symbolRunId: runId,
    fills: [{ executionRef, orderId: order.id }],
    orders: [{ id: order.id, approvalId: order.approvalId, verdictId: order.verdictId }],
    approvals: [{ id: order.approvalId, verdictId: order.verdictId, status: "approved" }],
    verdicts: [{ id: order.verdictId, step: "gate", verdict: "approved" }],
    decisions: [{ id: lineage?.verdicts[0]?.decisionId, reportIds: [lineage?.reports[0]?.id] }],
  });
  expect(lineage?.calls.map((call) => call.id)).toContain(lineage?.decisions[0]?.llmCallId);
});
