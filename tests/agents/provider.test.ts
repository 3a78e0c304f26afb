// Which model serves which stage, and what never leaves the desk.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { consolidate } from "#agents/executor-consolidation.ts";
import { decide } from "#agents/executor-decision.ts";
import { strictSchema } from "#agents/model/answer-schema.ts";
import { findJson } from "#agents/model/answer-text.ts";
import { costOf } from "#agents/model/prices.ts";
import { createModelProvider } from "#agents/provider.ts";
import { reviewRisk } from "#agents/risk-manager.ts";
import { technicalAnalyst } from "#agents/technical-analyst.ts";
import { weeklyTrend } from "#agents/weekly-trend.ts";
import { AnalystReport, Consolidation, ProposedDecision, RiskReview } from "#store/model/decision.ts";
import { LlmCallRecord } from "#store/model/llm-call.ts";
import { type Capability, type ModelServer, startModelServer } from "#tests/support/model-server.ts";
import {
  consolidationInput,
  context,
  daily,
  decimal,
  decisionInput,
  endpoint,
  subject,
  weekly,
} from "./desk-context.ts";

let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer();
});
afterAll(() => server.close());

describe("a provider", () => {
  test("takes the stage's endpoint, then the workflow's model name", () => {
    const provider = createModelProvider({
      endpoint: endpoint("http://127.0.0.1:1/v1", { model: "big" }),
      prices: {},
      perStage: {
        weekly_trend: endpoint("http://127.0.0.1:2/v1", { model: "small" }),
        risk_review: { kind: "offline" },
      },
    });
    expect(provider.describe()).toBe("big at 127.0.0.1:1");
    expect(provider.modelFor("decision")).toMatchObject({ name: "big", host: "127.0.0.1:1" });
    expect(provider.modelFor("decision", "other").name).toBe("other");
    expect(provider.modelFor("weekly_trend")).toMatchObject({ name: "small", host: "127.0.0.1:2" });
    expect(provider.modelFor("risk_review").name).toBe("offline-analyst");
    expect(provider.modelFor("decision")).toBe(provider.modelFor("decision"));
  });

  test("refuses a model name when no model server is configured", () => {
    const provider = createModelProvider({ endpoint: { kind: "offline" }, prices: {} });
    expect(() => provider.modelFor("decision", "gpt-x")).toThrow("no model server is configured");
  });

  test.each(["localhost:8080", "ftp://host/v1", "http://user:secret@host/v1", ""])(
    "refuses %j as a base URL without repeating it",
    (baseUrl) => {
      const create = () => createModelProvider({ endpoint: endpoint(baseUrl), prices: {} });
      expect(create).toThrow("base URL");
      expect(create).not.toThrow("secret");
    },
  );
});

test("a call costs what the table says, to the last decimal, and nothing is guessed", () => {
  const price = { inputPerMillion: decimal("0.15"), outputPerMillion: decimal("0.6") };
  expect(costOf(price, { input: 1234, output: 567 })).toBe("0.0005253");
  expect(costOf(undefined, { input: 1, output: 1 })).toBeNull();
});

test("schemas for strict decoders require every key and carry no keyword they refuse", () => {
  for (const schema of [AnalystReport, Consolidation, ProposedDecision, RiskReview]) {
    const strict = strictSchema(schema);
    const text = JSON.stringify(strict);
    expect(text).not.toMatch(/"(\$schema|maxLength|pattern|minItems|exclusiveMinimum)"/);
    expect(strict.additionalProperties).toBe(false);
    expect(strict.required).toEqual(Object.keys(strict.properties as object));
  }
  expect(JSON.stringify(strictSchema(z.object({ a: z.string().max(4) })))).toContain("max length 4");
});

test.each([
  ['{"a":1}', { kind: "value", value: { a: 1 } }],
  ['Sure:\n```json\n{"a":1}\n```', { kind: "value", value: { a: 1 } }],
  ['<think>{"a":0}</think>{"a":1}', { kind: "value", value: { a: 1 } }],
  ['{"a":', { kind: "broken" }],
  ["no", { kind: "none" }],
])("finds the JSON in %j", (text, expected) => {
  expect(findJson(text)).toEqual(expected);
});

describe("all five agents", () => {
  test.each<Capability>(["json_schema", "tools", "plain"])(
    "come from bars to a reviewed decision over a server that knows %s",
    async (capability) => {
      server.behave({ capability });
      const first = server.requests.length;
      const provider = createModelProvider({ endpoint: endpoint(server.baseUrl), prices: {} });
      const [technical, trend] = await Promise.all([
        technicalAnalyst({ subject, chart: daily() }, context("technical_analysis", provider).ctx),
        weeklyTrend({ subject, chart: weekly() }, context("weekly_trend", provider).ctx),
      ]);
      const base = consolidationInput();
      const input = {
        ...base,
        daily: { ...base.daily, report: technical.report },
        weekly: { ...base.weekly, report: trend.report },
      };
      const { consolidation } = await consolidate(input, context("consolidation", provider).ctx);
      const asked = { ...decisionInput(), ...input, consolidation };
      const { decision, grounding } = await decide(asked, context("decision", provider).ctx);
      const verdict = { verdict: "approved" as const, codes: [], rules: [], plan: null };
      const last = context("risk_review", provider);
      const { review } = await reviewRisk({ ...asked, decision, verdict }, last.ctx);
      expect(decision.signal).toBe("BUY");
      expect(grounding.grounded).toBe(true);
      expect(["accept", "reduce"]).toContain(review.verdict);
      expect(() => last.calls.map((call) => LlmCallRecord.parse(call))).not.toThrow();
      expect(
        server.requests.slice(first).filter(({ images }) => images.length === 1).length,
      ).toBeGreaterThanOrEqual(2);
    },
  );

  test("send no account number and no key in any prompt", async () => {
    server.behave({});
    const provider = createModelProvider({ endpoint: endpoint(server.baseUrl), prices: {} });
    await decide(decisionInput(), context("decision", provider).ctx);
    const { text = "" } = server.requests.at(-1) ?? {};
    expect(text).not.toContain("DU1000001");
    expect(text).not.toContain("test-key");
  });
});
