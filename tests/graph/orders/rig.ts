// The order path on the real simulator and a real database: a market of a few bars, a clock in hand, one countersigned
// proposal after the other. Nothing of ours is replaced.
import { randomUUID } from "node:crypto";
import type { Gateway } from "#graph/gateway.ts";
import { judgeProposal } from "#graph/orders/judge.ts";
import { recheckAnswer } from "#graph/orders/recheck.ts";
import type {
  JudgeRequest,
  OrderDeps,
  OrderStep,
  ProposalFacts,
  SubmitRequest,
} from "#graph/orders/types.ts";
import { saveDecision } from "#store/agents/decisions.ts";
import { recordLlmCall } from "#store/agents/llm-calls.ts";
import type { Database } from "#store/database.ts";
import { saveInstrument } from "#store/market/instruments.ts";
import type { ApprovalId, ExecutionId, SymbolRunId } from "#store/model/ids.ts";
import { symbolRunId, type Ticker } from "#store/model/ids.ts";
import type { Instrument } from "#store/model/instrument.ts";
import type { ApprovalAnswer, ApprovalPolicy } from "#store/model/run.ts";
import { RiskLimits, StrategyParameters } from "#store/model/strategy.ts";
import { createExecution } from "#store/runs/executions.ts";
import { setSymbolRunInstrument, setSymbolRunStatus } from "#store/runs/symbol-runs.ts";
import { answerApproval, createApproval } from "#store/trading/approvals.ts";
import { lastFinishedSession } from "#tools/calendar.ts";
import type { IbkrClient } from "#tools/ibkr/client.ts";
import { createIbkrClient } from "#tools/ibkr/create-client.ts";
import type { PacingBudget } from "#tools/ibkr/pacing/budget.ts";
import { inProcessTransport } from "#tools/ibkr/transport/in-process.ts";
import { createSimulator, type SettingsOverride, type Simulator } from "#tools/simulator/index.ts";
import { instant, llmCall, PAPER_ACCOUNT, seedStrategy, ticker } from "../../support/seed.ts";
import { decisionOf } from "../../tools/risk/snapshot.ts";
import {
  type BarText,
  instrumentOf,
  marketOf,
  type TestClock,
  testClock,
} from "../../tools/simulator/rig.ts";

/** Two quiet sessions at 100 for the start, then what a test wants to happen. */
export const QUIET: BarText = [100, 100.5, 99.5, 100, 1_000_000];
export const START = "2017-12-15";

export type Rig = {
  deps: OrderDeps;
  simulator: Simulator;
  client: IbkrClient;
  clock: TestClock;
  database: Database;
  /** The same desk after a crash: a new client on the same simulator and database. */
  restarted(onStep?: (step: OrderStep) => void): OrderDeps;
  propose(over?: Proposal): Promise<Proposed>;
  /** Proposes, approves, checks again: ready to be sent. */
  countersigned(over?: Proposal): Promise<SubmitRequest & { runId: SymbolRunId }>;
  /** POSTs of orders that the simulator received (replies not counted). */
  posts(): number;
};

export type Proposal = {
  symbol?: string;
  signal?: "BUY" | "SELL";
  price?: string;
  target?: string;
  stop?: string;
  limits?: Record<string, unknown>;
  answer?: ApprovalAnswer;
  approval?: ApprovalPolicy;
  dryRun?: boolean;
  requested?: JudgeRequest["requested"];
};

export type Proposed = {
  runId: SymbolRunId;
  facts: ProposalFacts;
  judged: Awaited<ReturnType<typeof judgeProposal>>;
  approve(answer?: ApprovalAnswer): Promise<ApprovalId>;
};

const FREE: PacingBudget = {
  acquire: async () => ({ release: async () => {} }),
  penalty: async () => {},
  status: () => ({ penaltyUntil: null, waiting: 0 }),
};

export async function orderRig(
  database: Database,
  of: {
    bars?: readonly BarText[];
    more?: Record<string, readonly BarText[]>;
    settings?: SettingsOverride;
    /** Goes around each call to the simulator: the bench takes its CPU off. */
    around?: (fetch: Simulator["fetch"]) => Simulator["fetch"];
  } = {},
): Promise<Rig> {
  const clock = testClock();
  const market = marketOf(
    instrumentOf("AAPL", START, [QUIET, QUIET, ...(of.bars ?? [])]),
    ...Object.entries(of.more ?? {}).map(([symbol, bars]) =>
      instrumentOf(symbol, START, [QUIET, QUIET, ...bars]),
    ),
  );
  const simulator = createSimulator({
    market,
    start: "2017-12-18" as never,
    accountId: PAPER_ACCOUNT,
    clock,
    settings: { ...of.settings, pacing: { enforced: false, ...of.settings?.pacing } },
  });
  const connect = (): Gateway => {
    const client = createIbkrClient({
      transport: inProcessTransport({
        fetch: of.around?.(simulator.fetch) ?? simulator.fetch,
        address: "in process",
      }),
      pacing: FREE,
      clock,
      marketClock: simulator.clock,
      requirePaper: true,
      gatewayKind: "simulator",
      session: "main",
      timing: {
        gatherMs: 0,
        // Waited for in full where a test lets the broker hang, and far more than an answer takes on a busy machine.
        orderDeadlineMs: 1_000,
        sleep: async (ms) => clock.advance(ms),
      },
    });
    return {
      kind: "simulator",
      session: "main",
      client,
      marketClock: simulator.clock,
      accountId: PAPER_ACCOUNT,
      barSource: "simulator",
    };
  };
  const gateway = connect();
  const base = { database, clock, settleMs: 30_000, pause: async (ms: number) => clock.advance(ms) };
  const deps: OrderDeps = { ...base, gateway };
  const rig: Rig = {
    deps,
    simulator,
    client: gateway.client,
    clock,
    database,
    restarted: (onStep) => ({ ...base, gateway: connect(), ...(onStep === undefined ? {} : { onStep }) }),
    propose: (over = {}) => propose(rig, over),
    countersigned: (over = {}) => countersigned(rig, over),
    posts: () =>
      simulator.journal.entries().filter((entry) => entry.method === "POST" && /\/orders$/.test(entry.path))
        .length,
  };
  return rig;
}

async function propose(rig: Rig, over: Proposal): Promise<Proposed> {
  const { db } = rig.database;
  const symbol = ticker(over.symbol ?? "AAPL");
  const instrument = await rig.client.resolveStock(symbol);
  await saveInstrument(db, { gateway: "simulator", instrument });
  const limits = RiskLimits.parse({ entryAllowance: "0", ...over.limits });
  const runId = await createRun(rig, { symbol, limits, over });
  await setSymbolRunInstrument(db, runId, instrument.conid);
  await setSymbolRunStatus(db, { id: runId, status: "running" });
  const facts = await proposalFacts(rig, { symbol, runId, instrument, limits, over });
  const judged = await judgeProposal(rig.deps, {
    ...facts,
    step: "gate",
    sequence: 0,
    requested: over.requested ?? null,
  });
  return {
    runId,
    facts,
    judged,
    approve: async (answer = over.answer ?? { action: "approve" }) => {
      const id = randomUUID() as ApprovalId;
      const expiresAt = instant(new Date(rig.clock.now().getTime() + 3_600_000).toISOString());
      await createApproval(db, {
        id,
        symbolRunId: runId,
        verdictId: judged.verdictId,
        shown: judged.verdict.plan,
        expiresAt,
      });
      const at = instant(rig.clock.now().toISOString());
      await answerApproval(db, { id, answer, who: "tester", channel: "cli", at });
      return id;
    },
  };
}

async function createRun(
  rig: Rig,
  of: { symbol: Ticker; limits: RiskLimits; over: Proposal },
): Promise<SymbolRunId> {
  const { db } = rig.database;
  const strategy = await seedStrategy(db, [of.symbol]);
  const execution = await createExecution(db, {
    id: randomUUID() as ExecutionId,
    strategyId: strategy.id,
    strategyVersion: strategy.version,
    workflowVersionId: strategy.workflowVersionId,
    mode: "paper",
    gatewaySession: "main",
    accountId: PAPER_ACCOUNT,
    approval: of.over.approval ?? "ask",
    asOf: instant((await rig.simulator.clock.now()).toISOString()),
    graphVersion: "1",
    dryRun: of.over.dryRun ?? false,
    parameters: StrategyParameters.parse({ symbols: [of.symbol], risk: of.limits }),
    symbols: [of.symbol],
  });
  return symbolRunId(execution.id, of.symbol);
}

async function proposalFacts(
  rig: Rig,
  of: { symbol: Ticker; runId: SymbolRunId; instrument: Instrument; limits: RiskLimits; over: Proposal },
): Promise<ProposalFacts> {
  const { db } = rig.database;
  const { over } = of;
  const decision = decisionOf(
    over.signal ?? "BUY",
    {
      price: over.price ?? "100",
      ...(over.target === undefined ? {} : { target: over.target }),
      ...(over.stop === undefined ? {} : { stop: over.stop }),
    },
    of.symbol,
  );
  const call = await recordLlmCall(db, llmCall(of.runId));
  const stored = await saveDecision(db, {
    symbolRunId: of.runId,
    visit: 0,
    decision,
    consolidation: null,
    grounding: { grounded: true, checks: [] },
    llmCallId: call.id,
    reportIds: [],
  });
  const now = await rig.simulator.clock.now();
  const quote = await rig.client.quote(of.instrument);
  return {
    symbolRunId: of.runId,
    decisionId: stored.id,
    decision,
    instrument: of.instrument,
    lastBar: {
      date: lastFinishedSession(now),
      close: quote.last ?? decision.currentPrice,
      atr: "1" as never,
      source: { gateway: "simulator", session: "main", delaySeconds: 0 },
    },
    limits: of.limits,
    mode: "paper",
  };
}

async function countersigned(rig: Rig, over: Proposal): Promise<SubmitRequest & { runId: SymbolRunId }> {
  const proposed = await rig.propose(over);
  const { plan } = proposed.judged.verdict;
  if (plan === null) throw new Error(`denied: ${proposed.judged.verdict.codes.join(", ")}`);
  const approvalId = await proposed.approve();
  const edit = over.answer?.action === "edit" ? over.answer.edit : null;
  const again = await recheckAnswer(rig.deps, {
    ...proposed.facts,
    approvalId,
    shown: plan,
    edit,
    sequence: 0,
    driftBand: 0.01,
  });
  if (again.kind !== "proceed") throw new Error(`not to be sent: ${JSON.stringify(again)}`);
  return { runId: proposed.runId, symbolRunId: proposed.runId, verdictId: again.verdictId, approvalId };
}

/** An order that somebody places at the broker without this desk. */
export async function placeByHand(rig: Rig, ticket: Record<string, unknown>): Promise<void> {
  const post = async (path: string, body: unknown) => {
    const url = `https://localhost:5000/v1/api${path}`;
    const answer = await rig.simulator.fetch(
      new Request(url, { method: "POST", body: JSON.stringify(body) }),
    );
    return (await answer.json()) as { id?: string }[];
  };
  const orders = [{ conid: 265598, tif: "DAY", quantity: 10, side: "BUY", orderType: "MKT", ...ticket }];
  let answer = await post(`/iserver/account/${PAPER_ACCOUNT}/orders`, { orders });
  while (answer[0]?.id !== undefined)
    answer = await post(`/iserver/reply/${answer[0].id}`, { confirmed: true });
}
