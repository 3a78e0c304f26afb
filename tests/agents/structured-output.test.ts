// The ladder of structured answers against a real server on loopback: what is asked, how often, and what comes of it.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { decide } from "#agents/executor-decision.ts";
import { createModelProvider, type ModelProvider, type OpenAiEndpoint } from "#agents/provider.ts";
import { technicalAnalyst } from "#agents/technical-analyst.ts";
import { ModelError } from "#store/model/errors.ts";
import {
  type Capability,
  deadModelUrl,
  type Fault,
  type ModelServer,
  startModelServer,
} from "#tests/support/model-server.ts";
import { chartDescriptionText } from "#tools/charts/index.ts";
import { context, daily, decimal, decisionInput, endpoint, PNG_HASH, subject } from "./desk-context.ts";

let server: ModelServer;
let seen = 0;

beforeAll(async () => {
  server = await startModelServer();
});
beforeEach(() => {
  server.behave({});
  seen = server.requests.length;
});
afterAll(() => server.close());

const asked = () => server.requests.slice(seen);

function provider(changes: Partial<OpenAiEndpoint> = {}): ModelProvider {
  const prices = {
    "test-model": { inputPerMillion: decimal("2.5"), outputPerMillion: decimal("10") },
  };
  return createModelProvider({ endpoint: endpoint(server.baseUrl, changes), prices });
}

function analyse(model: ModelProvider) {
  const watched = context("technical_analysis", model);
  return { ...watched, answer: technicalAnalyst({ subject, chart: daily() }, watched.ctx) };
}

async function failureOf(answer: Promise<unknown>): Promise<ModelError> {
  const error = await answer.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ModelError);
  return error as ModelError;
}

describe("the ladder", () => {
  test.each<[Capability, string[]]>([
    ["json_schema", ["json_schema"]],
    ["tools", ["json_schema", "tool_call"]],
    ["json_object", ["json_schema", "tool_call", "json_object"]],
    ["plain", ["json_schema", "tool_call", "json_object", "plain"]],
    ["careless", ["json_schema"]],
  ])("gets a report from a server that knows %s", async (capability, methods) => {
    server.behave({ capability });
    const { answer, calls } = analyse(provider());
    const { report, grounding, llmCallId } = await answer;
    expect(report.stance).toBe("bullish");
    expect(grounding.grounded).toBe(true);
    expect(asked().map(({ askedBy }) => askedBy)).toEqual(methods);
    expect(calls.map(({ status }) => status)).toEqual([...methods.slice(1).map(() => "failed"), "ok"]);
    expect(calls.at(-1)?.id).toBe(llmCallId);
  });

  test("remembers what worked for the endpoint and model", async () => {
    server.behave({ capability: "tools" });
    const model = provider();
    await analyse(model).answer;
    await analyse(model).answer;
    expect(asked().map(({ askedBy }) => askedBy)).toEqual(["json_schema", "tool_call", "tool_call"]);
  });

  test("goes on without a temperature when the server refuses one, and remembers it", async () => {
    server.behave({ refusesTemperature: true });
    const model = provider();
    await analyse(model).answer;
    await analyse(model).answer;
    expect(asked().map(({ temperature }) => temperature)).toEqual([0, null, null]);
  });
});

describe("what the server receives", () => {
  test("is the picture, the values, the key and the model's name", async () => {
    await analyse(provider({ model: "other-model" })).answer;
    const [request] = asked();
    expect(request?.images).toEqual([{ mediaType: "image/png", sha256: PNG_HASH, bytes: 16 }]);
    expect(request?.blocks.values).toEqual(daily().values);
    expect(request?.authorization).toBe("Bearer test-key");
    expect(request?.model).toBe("other-model");
    expect(request?.path).toBe("/v1/chat/completions");
  });
});

test("the prompt names exactly what the chart's own definition draws, and says what each value means", async () => {
  await analyse(provider()).answer;
  const text = asked()[0]?.text ?? "";
  expect(text).toContain(chartDescriptionText(daily().description));
  for (const name of Object.keys(daily().values.values)) expect(text).toContain(`- ${name} (`);
});

describe("the record of a call", () => {
  test("holds prompt, answer, hashes, tokens, cost and latency, and no picture", async () => {
    const { answer, calls } = analyse(provider());
    const { report } = await answer;
    const [call] = calls;
    expect(call).toMatchObject({
      stage: "technical_analysis",
      attempt: 1,
      model: "test-model",
      endpoint: new URL(server.baseUrl).host,
      method: "json_schema",
      status: "ok",
      inputTokens: 1765,
      outputTokens: 200,
      // 1765 × 2.5 $/M + 200 × 10 $/M
      costUsd: "0.0064125",
      latencyMs: 1,
      parsed: report,
    });
    expect(JSON.parse(call?.rawAnswer ?? "")).toEqual(report);
    expect(call?.messages[1]?.parts[1]).toEqual({
      type: "image",
      sha256: PNG_HASH,
      mediaType: "image/png",
    });
    expect(JSON.stringify(call)).not.toContain("base64");
    expect(JSON.stringify(call)).not.toContain("test-key");
  });

  test("holds no character that a database refuses", async () => {
    server.behave({ fault: "unstorable" });
    const { answer, calls } = analyse(provider());
    expect((await answer).report.summary).toBe("up \uFFFD \uFFFD down");
    expect(calls[0]?.parsed).toMatchObject({ summary: "up \uFFFD \uFFFD down" });
  });

  test("has no cost when no price is known", async () => {
    const { answer, calls } = analyse(provider({ model: "unpriced" }));
    await answer;
    expect(calls[0]?.costUsd).toBeNull();
  });

  test("hashes equal requests alike and another picture differently", async () => {
    const model = provider();
    const chart = daily();
    const [one, two, three] = [0, 0, 0].map(() => context("technical_analysis", model));
    if (!one || !two || !three) throw new Error("no contexts");
    await technicalAnalyst({ subject, chart }, one.ctx);
    await technicalAnalyst({ subject, chart }, two.ctx);
    await technicalAnalyst({ subject, chart: { ...chart, png: Buffer.from("other") } }, three.ctx);
    const hashes = [one, two, three].map(({ calls }) => calls[0]?.requestHash);
    expect(hashes[0]).toBe(hashes[1]);
    expect(hashes[2]).not.toBe(hashes[0]);
  });

  test("is not repeated when the answer to an equal request is stored", async () => {
    const first = analyse(provider());
    const { report, llmCallId } = await first.answer;
    const rawAnswer = first.calls[0]?.rawAnswer ?? "";
    const requestHash = first.calls[0]?.requestHash;
    seen = server.requests.length;
    const again = context("technical_analysis", provider(), {
      answered: async (hash) => (hash === requestHash ? { llmCallId, rawAnswer } : null),
    });
    const repeated = await technicalAnalyst({ subject, chart: daily() }, again.ctx);
    expect(repeated.report).toEqual(report);
    expect(repeated.llmCallId).toBe(llmCallId);
    expect(again.calls).toEqual([]);
    expect(asked()).toEqual([]);
  });
});

describe("a failing model", () => {
  test.each<[Fault, string, number, boolean]>([
    // fault, code, calls, retryable for the queue
    ["refusal", "model_refused", 1, false],
    [401, "model_unauthorized", 1, false],
    [403, "model_unauthorized", 1, false],
    [404, "model_not_found", 1, false],
    [429, "model_rate_limited", 3, true],
    [500, "model_server_error", 3, true],
    [503, "model_server_error", 3, true],
    ["empty_choices", "model_empty_answer", 1, false],
    ["babble", "model_invalid_answer", 5, false],
    ["truncated", "model_invalid_answer", 2, false],
    ["wrong_type", "model_invalid_answer", 2, false],
    ["wrong_symbol", "wrong_symbol", 2, false],
    ["invented_price", "ungrounded", 2, false],
  ])("that answers with %s fails the stage as %s after %i calls", async (fault, code, count, retryable) => {
    server.behave({ fault });
    const { answer, calls } = analyse(provider());
    const error = await failureOf(answer);
    expect(error.code).toBe(code);
    expect(error.retryable).toBe(retryable);
    expect(error.facts).toMatchObject({ stage: "technical_analysis", model: "test-model", attempts: count });
    expect(asked()).toHaveLength(count);
    expect(calls.map(({ attempt }) => attempt)).toEqual(
      Array.from({ length: count }, (_, index) => index + 1),
    );
    expect(calls.some(({ status }) => status === "ok")).toBe(false);
    expect(calls.every(({ error: stored }) => stored !== null)).toBe(true);
  });

  test("that does not answer is left at its deadline", async () => {
    server.behave({ fault: "hang" });
    const { answer, calls } = analyse(provider({ timeoutMs: 40, maxRetries: 1 }));
    const error = await failureOf(answer);
    expect(error.code).toBe("model_timeout");
    expect(error.retryable).toBe(true);
    expect(calls.map((call) => call.error?.code)).toEqual(["model_timeout", "model_timeout"]);
  });

  test("that repeats the key in its error does not get it into a record or an error", async () => {
    server.behave({ fault: 401 });
    const { answer, calls } = analyse(provider());
    const error = await failureOf(answer);
    expect(error.message).toContain("Bearer [key]");
    expect(error.cause).toBeUndefined();
    expect(JSON.stringify(calls)).not.toContain("test-key");
  });

  test("that nobody runs is reported as unreachable at once", async () => {
    const dead = createModelProvider({ endpoint: endpoint(await deadModelUrl()), prices: {} });
    const { answer, calls } = analyse(dead);
    const error = await failureOf(answer);
    expect(error.code).toBe("model_unreachable");
    expect(error.retryable).toBe(true);
    expect(error.message).toContain("ECONNREFUSED");
    expect(calls).toHaveLength(1);
  });

  test.each<Fault>([429, 500, 503, "truncated", "wrong_type", "wrong_symbol", "invented_price"])(
    "that recovers from %s gives its report on the second call",
    async (fault) => {
      server.behave({ fault, times: 1 });
      const { answer, calls } = analyse(provider());
      expect((await answer).report.symbol).toBe("AAPL");
      expect(calls).toHaveLength(2);
      expect(calls.at(-1)?.status).toBe("ok");
    },
  );

  test("is waited for as long as its Retry-After says, and no longer than the bound", async () => {
    server.behave({ fault: 429, times: 1, retryAfter: 3600 });
    const { answer, calls } = analyse(provider());
    expect((await failureOf(answer)).code).toBe("model_rate_limited");
    expect(calls).toHaveLength(1);
  });

  test("is told what was wrong with its answer before it fails", async () => {
    server.behave({ fault: "invented_price", times: 1 });
    await analyse(provider()).answer;
    expect(asked()[1]?.text).toContain("123.4567");
    expect(asked()[1]?.messageCount).toBe(4);
  });
});

test("an aborted run ends the call in flight with the run's own reason", async () => {
  server.behave({ fault: "hang" });
  const controller = new AbortController();
  const { ctx, calls } = context("technical_analysis", provider(), { signal: controller.signal });
  const answer = technicalAnalyst({ subject, chart: daily() }, ctx);
  const reason = new Error("desk stops");
  const stopWhenAsked = setInterval(() => asked().length > 0 && controller.abort(reason), 1);
  await expect(answer).rejects.toBe(reason);
  clearInterval(stopWhenAsked);
  expect(calls[0]?.status).toBe("failed");
});

describe("a decision", () => {
  test.each<[Fault, string]>([
    ["invented_price", "ungrounded"],
    ["wrong_side", "ungrounded"],
    ["wrong_symbol", "wrong_symbol"],
    ["refusal", "model_refused"],
  ])("with %s is never made", async (fault, code) => {
    server.behave({ fault });
    const { ctx } = context("decision", provider());
    const error = await failureOf(decide(decisionInput(), ctx));
    expect(error.code).toBe(code);
  });
});
