// A model whose decisions and reviews a test writes down; the analysts stay the offline ones. For golden runs: what the
// desk makes of a decision must not depend on how good the decision is.
import { createModelProvider, type ModelProvider } from "#agents/provider.ts";
import { offlineAnalyst } from "../fixture/desk.ts";

export type ScriptedDecision =
  | { signal: "HOLD"; price: number }
  | { signal: "BUY" | "SELL"; price: number; target: number; stop: number };

export type Script = {
  /** One per question to the executor, in order. */
  decisions: ScriptedDecision[];
  /** Share of the quantity that the risk manager keeps; absent: all of it. */
  keep?: number;
};

export function scriptedModel(script: Script): ModelProvider {
  const left = [...script.decisions];
  const answer = (body: string): unknown => {
    if (!body.includes("trade_decision")) return review(script.keep);
    const next = left.shift();
    if (next === undefined) throw new Error("the script has no further decision");
    return decision(next);
  };
  const online = createModelProvider({
    endpoint: {
      kind: "openai",
      baseUrl: "http://127.0.0.1:9/v1",
      apiKey: null,
      model: "golden",
      timeoutMs: 60_000,
      maxRetries: 0,
    },
    prices: {},
    fetch: (async (_url: unknown, init?: RequestInit) =>
      completion(JSON.stringify(answer(String(init?.body ?? ""))))) as typeof globalThis.fetch,
  });
  const offline = offlineAnalyst();
  return {
    describe: () => "golden",
    modelFor: (stage) => (stage === "decision" || stage === "risk_review" ? online : offline).modelFor(stage),
  };
}

function decision(of: ScriptedDecision): unknown {
  const trade = of.signal === "HOLD" ? { target: null, stop: null } : of;
  return {
    symbol: "AAPL",
    signal: of.signal,
    currentPrice: of.price,
    targetPrice: trade.target,
    stopPrice: trade.stop,
    strategyUsed: "golden run",
    analysis: "Written down by a test.",
  };
}

function review(keep: number | undefined): unknown {
  const reason = "Written down by a test.";
  return keep === undefined
    ? { verdict: "accept", keepFraction: null, reason }
    : { verdict: "reduce", keepFraction: keep, reason };
}

function completion(content: string): Response {
  return Response.json({
    id: "golden",
    object: "chat.completion",
    created: 0,
    model: "golden",
    choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content } }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  });
}
