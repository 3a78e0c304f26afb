// What changed between two versions, as a trader reads it; and the list of steps that a workflow is.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { StrategyParameters } from "#store/model/strategy.ts";
import { canonicalJson } from "#store/model/workflow/canonical.ts";
import { WorkflowDefinition } from "#store/model/workflow/definition.ts";
import { describeDifference } from "#store/model/workflow/difference.ts";
import { workflowSteps } from "#store/model/workflow/steps.ts";
import { WORKFLOW_TEMPLATES } from "#store/model/workflow/templates.ts";
import { LIMIT_WORDS } from "#store/model/workflow/words.ts";

const workflow = (of: object = {}) => WorkflowDefinition.parse(of);
const strategy = (of: object = {}) => StrategyParameters.parse({ symbols: ["AAPL"], ...of });
const told = (...[older, newer]: Parameters<typeof describeDifference>) =>
  describeDifference(older, newer).map(({ label, before, after }) => `${label}: ${before} → ${after}`);

describe("of strategies", () => {
  test("names limits, conditions, symbols, schedule and workflow with their units", () => {
    const before = { ...strategy(), workflow: "multi-agent, version 1" };
    const after = {
      ...strategy({
        symbols: ["AAPL", "SPX"],
        approval: "conditions",
        askWhen: { valueAbove: "5000" },
        risk: { minProfitMargin: "0.075", maxGrossExposure: "1.5", allowShort: true, maxQuoteAgeSeconds: 30 },
        schedule: { cron: "45 15 * * 1-5" },
      }),
      workflow: "multi-agent, version 2",
    };
    expect(told(before, after)).toEqual([
      "Workflow: multi-agent, version 1 → multi-agent, version 2",
      "Symbols: AAPL → AAPL, SPX",
      "Approval: always ask a person → ask a person on conditions",
      "Ask when the value is above: never → 5000",
      "Least profit margin: 5 % → 7.5 %",
      "Largest gross exposure: 1 × equity → 1.5 × equity",
      "Short sales: not allowed → allowed",
      "Oldest quote: 60 s → 30 s",
      "Schedule: none → 45 15 * * 1-5, New York time",
    ]);
  });

  test("tells of long lists what came and what went", () => {
    const many = Array.from({ length: 40 }, (_, index) => `S${index}`);
    const [line] = describeDifference(
      strategy({ symbols: many }),
      strategy({ symbols: [...many.slice(1), "NEW"] }),
    );
    expect(line).toMatchObject({ label: "Symbols", after: "added NEW; removed S0" });
    expect(line?.before).toMatch(/^S0, S1, .* and 28 more$/);
  });

  test("has words for every limit", () => {
    expect(Object.keys(LIMIT_WORDS).sort()).toEqual(Object.keys(strategy().risk).sort());
  });
});

test("of workflows, an agent that is named with its defaults is no change", () => {
  expect(told(workflow(), workflow({ agents: { decision: {} } }))).toEqual([]);
  expect(
    told(workflow(), workflow({ agents: { decision: { model: "m", maxToolCalls: 2 } }, maxRevisions: 0 })),
  ).toEqual([
    "Executor, deciding, model: the desk's own → m",
    "Executor, deciding, most tool calls: 0 → 2",
    "Revisions of a denied decision: 1 → 0",
  ]);
});

test("nothing differs from itself, and a difference read backwards is the same one", () => {
  const definitions = fc.constantFrom(...WORKFLOW_TEMPLATES.map(({ definition }) => definition));
  fc.assert(
    fc.property(definitions, definitions, (a, b) => {
      expect(describeDifference(a, a)).toEqual([]);
      const back = describeDifference(b, a).map(({ path, before, after }) => [path, after, before]);
      const there = describeDifference(a, b).map(({ path, before, after }) => [path, before, after]);
      expect(back.sort()).toEqual(there.sort());
    }),
  );
});

describe("a definition", () => {
  test("is put into one order, whatever order it was written in", () => {
    const written = { charts: [{ timeframe: "weekly" }, { indicators: ["rsi", "sma"], timeframe: "daily" }] };
    const parsed = workflow(written);
    expect(parsed.charts.map(({ timeframe }) => timeframe)).toEqual(["daily", "weekly"]);
    expect(parsed.charts[0]?.indicators).toEqual(["sma", "rsi"]);
    expect(canonicalJson(parsed)).toBe(
      canonicalJson(workflow({ ...written, charts: written.charts.toReversed() })),
    );
    expect(workflow(parsed)).toEqual(parsed);
  });

  test.each([
    [{ charts: [] }, "charts"],
    [{ charts: [{ timeframe: "daily" }, { timeframe: "daily" }] }, "charts"],
    [{ charts: [{ timeframe: "daily", indicators: ["sma", "sma"] }] }, "charts.0.indicators"],
    [{ charts: [{ timeframe: "weekly" }], agents: { technical_analysis: {} } }, "agents.technical_analysis"],
    [{ orders: "send" }, "orders"],
    [{ maxRevisions: 9 }, "maxRevisions"],
  ])("%j is at fault at %s", (written, path) => {
    const { error } = WorkflowDefinition.safeParse(written);
    expect(error?.issues.map((issue) => issue.path.join("."))).toEqual([path]);
  });
});

test("steps of a workflow: daily bars are fetched for the rules also without a daily chart, advice has no order", () => {
  const steps = workflowSteps(workflow({ charts: [{ timeframe: "weekly" }], orders: "advise" }));
  expect(steps.map(({ type }) => type)).toEqual([
    "fetch_data",
    "fetch_data",
    "generate_chart",
    "ai_analyze",
    "consolidate",
    "decide",
    "validate_risk",
  ]);
  expect(steps[0]).toEqual({ type: "fetch_data", timeframe: "daily", bars: 250, for: "risk_rules" });
  expect(workflowSteps(workflow()).at(-1)).toEqual({ type: "place_order" });
});

test("canonical text does not depend on the order of keys", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })), (value) => {
      const turned = Object.fromEntries(Object.entries(value).toReversed());
      expect(canonicalJson(turned)).toBe(canonicalJson(value));
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});
