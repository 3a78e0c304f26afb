// Contexts and inputs for agents under test: counted ids, a counting clock, recorded calls. No mocks: the provider is real.
import { createHash } from "node:crypto";
import type { AgentContext } from "#agents/context.ts";
import type {
  ConsolidationInput,
  DecisionInput,
  PortfolioMaterial,
  ReportMaterial,
  Subject,
} from "#agents/inputs.ts";
import { consolidateByRules, reportDaily, reportWeekly } from "#agents/offline/reports.ts";
import { createModelProvider, type ModelProvider, type OpenAiEndpoint } from "#agents/provider.ts";
import { loadPromptTemplates } from "#prompts/load.ts";
import type { PromptTemplate } from "#prompts/template.ts";
import { derivedId, Instant, LlmCallId, SymbolRunId, Ticker } from "#store/model/ids.ts";
import type { LlmCallRecord } from "#store/model/llm-call.ts";
import type { DecimalString } from "#store/model/money.ts";
import { AccountSummary } from "#store/model/order.ts";
import type { AgentStage } from "#store/model/run.ts";
import { RiskLimits } from "#store/model/strategy.ts";
import { aaplBars, chartAt, reportMaterial } from "./real-bars.ts";

/** A day on which the offline rules buy AAPL, and one on which they see no direction. */
export const BUY_DATE = "2015-11-02";

export const templates: readonly PromptTemplate[] = await loadPromptTemplates();
export const PNG = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");
export const PNG_HASH = createHash("sha256").update(PNG).digest("hex");
export const decimal = (text: string) => text as DecimalString;

export function templateOf(stage: AgentStage): PromptTemplate {
  const template = templates.find((candidate) => candidate.stage === stage);
  if (template === undefined) throw new Error(`no template for ${stage}`);
  return template;
}

/** An endpoint with deadlines for tests: no call waits long for a retry. */
export function endpoint(baseUrl: string, changes: Partial<OpenAiEndpoint> = {}): OpenAiEndpoint {
  return {
    kind: "openai",
    baseUrl,
    apiKey: "test-key",
    model: "test-model",
    timeoutMs: 60_000,
    maxRetries: 2,
    retryDelayMs: 1,
    ...changes,
  };
}

export function offlineProvider(): ModelProvider {
  return createModelProvider({ endpoint: { kind: "offline" }, prices: {} });
}

export type Watched = { ctx: AgentContext; calls: LlmCallRecord[] };

/** A context whose recorded calls can be looked at. */
export function context(
  stage: AgentStage,
  provider: ModelProvider,
  changes: Partial<AgentContext> = {},
): Watched {
  const calls: LlmCallRecord[] = [];
  let ids = 0;
  let ticks = 0;
  const ctx: AgentContext = {
    provider,
    template: templateOf(stage),
    promptVersionId: null,
    modelOverride: null,
    symbolRunId: SymbolRunId.parse(derivedId("test", "run")),
    visit: 0,
    maxToolCalls: 0,
    tools: [],
    clock: { now: () => new Date(0), monotonic: () => ++ticks },
    signal: new AbortController().signal,
    newCallId: (key) => LlmCallId.parse(derivedId("test", key, ++ids)),
    onCall: async (record) => {
      calls.push(record);
    },
    ...changes,
  };
  return { ctx, calls };
}

export const subject: Subject = {
  symbol: Ticker.parse("AAPL"),
  name: "APPLE INC",
  currency: "USD",
  indexReplay: false,
};

export function daily(asOf = BUY_DATE) {
  return chartAt({ bars: aaplBars, asOf, timeframe: "daily", png: PNG });
}

export function weekly(asOf = BUY_DATE) {
  return chartAt({ bars: aaplBars, asOf, timeframe: "weekly", png: PNG });
}

export const emptyPortfolio: PortfolioMaterial = {
  account: AccountSummary.parse({
    accountId: "DU1000001",
    currency: "USD",
    netLiquidation: "100000",
    totalCash: "100000",
    availableFunds: "100000",
    buyingPower: "200000",
    grossPositionValue: "0",
    at: "2015-11-02T21:00:00Z",
  }),
  positions: [],
  openOrders: [],
  openTrade: null,
};

/** Both reports by the rules, as the graph would hand them on. */
/** Both timeframes, which most tests are about. */
type Whole<Input> = Input & { daily: ReportMaterial; weekly: ReportMaterial };

export function consolidationInput(asOf = BUY_DATE): Whole<ConsolidationInput> {
  const [day, week] = [daily(asOf), weekly(asOf)];
  const task = { stage: "technical_analysis" as const, symbol: subject.symbol, asOf: day.values.asOf };
  return {
    subject,
    daily: reportMaterial(day, reportDaily({ task, values: day.values })),
    weekly: reportMaterial(week, reportWeekly({ task, values: week.values })),
    portfolio: emptyPortfolio,
  };
}

export function decisionInput(
  asOf = BUY_DATE,
  changes: Partial<Omit<DecisionInput, "daily" | "weekly">> = {},
): Whole<DecisionInput> {
  const input = consolidationInput(asOf);
  const consolidation = consolidateByRules({
    task: { stage: "consolidation", symbol: subject.symbol, asOf: input.daily.values.asOf },
    daily_report: input.daily.report,
    weekly_report: input.weekly.report,
    daily_values: input.daily.values,
    weekly_values: input.weekly.values,
    portfolio: { position: null, openOrders: [] },
  });
  return { ...input, consolidation, limits: RiskLimits.parse({}), revision: null, ...changes };
}

export const at = Instant.parse("2015-11-02T21:00:00Z");
