// Rows that most database tests stand on: a strategy, an execution with its runs, and the chain down to an approval.
import { randomUUID } from "node:crypto";
import { type DecisionRow, saveDecision } from "#store/agents/decisions.ts";
import { recordLlmCall } from "#store/agents/llm-calls.ts";
import { saveReport } from "#store/agents/reports.ts";
import type { Db } from "#store/database.ts";
import type {
  ApprovalId,
  Conid,
  ExecutionId,
  Instant,
  LlmCallId,
  OrderId,
  StrategyId,
  SymbolRunId,
  Ticker,
  WorkflowVersionId,
} from "#store/model/ids.ts";
import { AccountId, clientOrderId, SessionDate, symbolRunId } from "#store/model/ids.ts";
import type { LlmCallRecord } from "#store/model/llm-call.ts";
import type { DecimalString } from "#store/model/money.ts";
import type { RiskVerdict } from "#store/model/risk.ts";
import { StrategyParameters, WorkflowDefinition } from "#store/model/strategy.ts";
import { createExecution, type ExecutionRow } from "#store/runs/executions.ts";
import { type StrategyRow, saveStrategy } from "#store/strategies/strategies.ts";
import { saveWorkflowVersion } from "#store/strategies/workflows.ts";
import { type ApprovalRow, answerApproval, createApproval } from "#store/trading/approvals.ts";
import type { NewOrder } from "#store/trading/orders.ts";
import { saveVerdict, type VerdictRow } from "#store/trading/verdicts.ts";

export const decimal = (text: string) => text as DecimalString;
export const instant = (text: string) => text as Instant;
export const ticker = (text: string) => text as Ticker;
export const conid = (value: number) => value as Conid;
export const PAPER_ACCOUNT = AccountId.parse("DU1000001");
const HASH = "a".repeat(64);

export async function seedStrategy(
  db: Db,
  symbols: readonly Ticker[] = [ticker("AAPL")],
): Promise<StrategyRow> {
  const workflow = await saveWorkflowVersion(db, {
    id: randomUUID() as WorkflowVersionId,
    name: "standard",
    definition: WorkflowDefinition.parse({}),
  });
  const id = randomUUID() as StrategyId;
  return saveStrategy(db, {
    id,
    name: `strategy ${id}`,
    active: true,
    workflowVersionId: workflow.id,
    parameters: StrategyParameters.parse({ symbols: [...symbols] }),
  });
}

export async function seedExecution(
  db: Db,
  symbols: readonly Ticker[] = [ticker("AAPL")],
  strategy?: StrategyRow,
): Promise<ExecutionRow> {
  const of = strategy ?? (await seedStrategy(db, symbols));
  return createExecution(db, {
    id: randomUUID() as ExecutionId,
    strategyId: of.id,
    strategyVersion: of.version,
    workflowVersionId: of.workflowVersionId,
    mode: "paper",
    gatewaySession: "main",
    accountId: PAPER_ACCOUNT,
    approval: "ask",
    asOf: instant("2025-06-30T20:00:00.000Z"),
    graphVersion: "1",
    dryRun: false,
    parameters: of.parameters,
    symbols,
  });
}

export async function seedRun(db: Db): Promise<SymbolRunId> {
  const execution = await seedExecution(db);
  return symbolRunId(execution.id, ticker("AAPL"));
}

export function llmCall(runId: SymbolRunId, change: Partial<LlmCallRecord> = {}): LlmCallRecord {
  return {
    id: randomUUID() as LlmCallId,
    symbolRunId: runId,
    stage: "decision",
    visit: 0,
    attempt: 1,
    promptVersionId: null,
    promptContentHash: HASH,
    model: "offline-analyst",
    endpoint: "offline",
    method: "plain",
    requestHash: HASH,
    messages: [{ role: "user", parts: [{ type: "text", text: "?" }], toolCalls: [], toolCallId: null }],
    rawAnswer: "{}",
    parsed: {},
    status: "ok",
    error: null,
    inputTokens: 10,
    outputTokens: 5,
    costUsd: decimal("0.25"),
    latencyMs: 1.5,
    ...change,
  };
}

export async function seedDecision(db: Db, runId: SymbolRunId): Promise<DecisionRow> {
  const analysis = await recordLlmCall(db, llmCall(runId, { stage: "technical_analysis" }));
  const decision = await recordLlmCall(db, llmCall(runId));
  const grounding = { grounded: true, checks: [] };
  const report = await saveReport(db, {
    symbolRunId: runId,
    stage: "technical_analysis",
    visit: 0,
    report: {
      symbol: ticker("AAPL"),
      stance: "bullish",
      trend: "up",
      summary: "rises",
      support: [190],
      resistance: [210],
      evidence: [{ value: "none", stated: null, statement: "higher lows" }],
      invalidation: "a close below 190",
    },
    grounding,
    llmCallId: analysis.id,
  });
  return saveDecision(db, {
    symbolRunId: runId,
    visit: 0,
    decision: {
      symbol: ticker("AAPL"),
      signal: "BUY",
      currentPrice: decimal("200"),
      targetPrice: decimal("220"),
      stopPrice: decimal("190"),
      profitMargin: decimal("0.1"),
      rCoefficient: decimal("2"),
      strategyUsed: "trend",
      analysis: "buy the dip",
    },
    consolidation: null,
    grounding,
    llmCallId: decision.id,
    reportIds: [report.id],
  });
}

/** Buys ten shares for 2,000 dollars, 100 of them lost at the stop. */
export const YES: RiskVerdict = {
  verdict: "approved",
  codes: [],
  rules: [],
  plan: {
    effect: "open",
    side: "BUY",
    entryType: "LIMIT",
    quantity: decimal("10"),
    limitPrice: decimal("200"),
    stopPrice: decimal("190"),
    targetPrice: decimal("220"),
    currency: "USD",
    lossAtStop: decimal("100"),
    notional: decimal("2000"),
    referencePrice: decimal("200"),
    referenceKind: "last_close",
  },
};

export async function seedVerdict(db: Db, runId: SymbolRunId): Promise<VerdictRow> {
  const decision = await seedDecision(db, runId);
  return saveVerdict(db, { decisionId: decision.id, step: "gate", verdict: YES, snapshot: {} });
}

export const EXPIRY = instant("2025-07-01T20:00:00.000Z");
export const BEFORE_EXPIRY = instant("2025-07-01T14:00:00.000Z");

export async function seedApproval(db: Db, runId: SymbolRunId): Promise<ApprovalRow> {
  const verdict = await seedVerdict(db, runId);
  return createApproval(db, {
    id: randomUUID() as ApprovalId,
    symbolRunId: runId,
    verdictId: verdict.id,
    shown: { quantity: "10" },
    expiresAt: EXPIRY,
  });
}

/** An approved entry order, ready to be stored. */
export async function approvedOrder(
  db: Db,
  runId: SymbolRunId,
  change: Partial<NewOrder> = {},
): Promise<NewOrder> {
  const approval = await seedApproval(db, runId);
  await answerApproval(db, {
    id: approval.id,
    answer: { action: "approve" },
    who: "tester",
    channel: "cli",
    at: BEFORE_EXPIRY,
  });
  const id = randomUUID() as OrderId;
  return {
    id,
    symbolRunId: runId,
    verdictId: approval.verdictId,
    approvalId: approval.id,
    clientOrderId: clientOrderId({
      executionId: id as string as ExecutionId,
      symbol: ticker("AAPL"),
      leg: "entry",
      sessionDate: SessionDate.parse("2025-07-01"),
    }),
    brokerOrderId: null,
    parentOrderId: null,
    leg: "entry",
    attempt: 0,
    gatewaySession: "main",
    accountId: PAPER_ACCOUNT,
    conid: conid(265598),
    symbol: ticker("AAPL"),
    side: "BUY",
    type: "LIMIT",
    timeInForce: "DAY",
    quantity: decimal("10"),
    limitPrice: decimal("200"),
    stopPrice: null,
    currency: "USD",
    status: "INITIALIZED",
    filledQuantity: decimal("0"),
    averageFillPrice: null,
    reason: null,
    external: false,
    ...change,
  };
}
