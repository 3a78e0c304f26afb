// Each condition of a strategy by itself: when a person is asked, and in which words.
import { describe, expect, test } from "vitest";
import { type Asked, reasonsToAsk } from "#graph/approvals/reasons.ts";
import type { DeskDeps } from "#graph/desk.ts";
import type { NodeStep } from "#graph/node.ts";
import type { ApprovalConditions } from "#store/model/strategy.ts";

const NONE = { valueAbove: null, lossAbove: null, disagreement: false, firstTrade: false, liveMode: false };

type Change = {
  policy?: string;
  when?: Partial<Record<keyof ApprovalConditions, unknown>>;
  mode?: string;
  review?: string;
  agreement?: string;
  questions?: object[];
};

function reasons(of: Change): Promise<string[]> {
  // The reasons read these keys and nothing else; only the first trade asks the database.
  const step = {
    run: {
      subject: {
        symbol: "AAPL",
        mode: of.mode ?? "paper",
        approval: of.policy ?? "conditions",
        parameters: { askWhen: { ...NONE, ...of.when } },
      },
    },
    state: { countersign: null, review: { verdict: of.review ?? "accept", reason: "RSI is stretched" } },
  } as unknown as NodeStep;
  const asked = {
    plan: { notional: "1000", lossAtStop: "50", currency: "USD" },
    consolidation: { agreement: of.agreement ?? "agree" },
    brokerQuestions: of.questions ?? [],
  } as unknown as Asked;
  return reasonsToAsk({} as DeskDeps, step, asked).then((all) => all.map((reason) => reason.code));
}

describe("a person is asked", () => {
  test.each([
    ["above the value", { when: { valueAbove: "999.99" } }, ["value_above"]],
    ["not at the value", { when: { valueAbove: "1000" } }, []],
    ["above the loss", { when: { lossAbove: "49" } }, ["loss_above"]],
    ["not at the loss", { when: { lossAbove: "50" } }, []],
    ["when analysts disagree", { when: { disagreement: true }, agreement: "disagree" }, ["disagreement"]],
    ["when they agree in part", { when: { disagreement: true }, agreement: "partly" }, ["disagreement"]],
    ["when the order was cut", { when: { disagreement: true }, review: "reduce" }, ["risk_manager_reduced"]],
    ["not about agreement", { when: { disagreement: true } }, []],
    ["with real money", { when: { liveMode: true }, mode: "live" }, ["live_mode"]],
    ["not with paper", { when: { liveMode: true } }, []],
    [
      "for every reason at once",
      { when: { valueAbove: "1", lossAbove: "1" } },
      ["value_above", "loss_above"],
    ],
    ["never without conditions that hold", {}, []],
    ["always by policy ask", { policy: "ask" }, ["policy_ask"]],
    ["not by policy auto", { policy: "auto", when: { valueAbove: "1" } }, []],
    [
      "by policy auto what the broker asks",
      { policy: "auto", questions: [{ text: "Sure?" }] },
      ["broker_question"],
    ],
  ] as const)("%s", async (_words, change, codes) => {
    expect(await reasons(change as Change)).toEqual(codes);
  });
});
