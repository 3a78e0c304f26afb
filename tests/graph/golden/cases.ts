// The golden runs: what is decided, what people and the market do, and every row that it must leave. Worked out by hand
// from AAPL's bars: 2018-03-01 closes at 175.00; 03-02 opens at 172.800003 and reaches 176.300003; 03-05 opens at 175.21
// and reaches 177.74; 03-12 opens at 180.289993 and reaches 182.389999; 03-23 falls to 164.940002.
// 1 % of 100,000 USD at risk between 175.87 and a stop at 165 buys 91 shares; 20 % of it in one symbol at most 113.
import { toDecimalString } from "#store/model/money.ts";
import type { FixtureOptions, StrategyOf } from "../fixture/desk.ts";
import type { Script, ScriptedDecision } from "./scripted-model.ts";

export type Step =
  /** Another execution with the next decisions of the script. */
  | "run"
  | "approve"
  | "reject"
  | "expire"
  /** A person buys ten shares at the broker, past the desk. */
  | "buy by hand"
  | "reconcile"
  /** So many sessions on, the tracker looking after each. */
  | number;

export type Rows = {
  /** status, outcome, verdicts with codes and size, answers */
  runs: { ended: string; verdicts: string[]; approvals: string[] }[];
  /** leg, side, quantity and price of every order, with the statuses that it went through */
  orders: string[];
  /** date, leg and figures of every fill */
  fills: string[];
  positions: string[];
  /** exit, profit after commissions, R and the decision it came from, of every entry that filled */
  trades: string[];
  /** what the proposals that were not sent would have become */
  counterfactuals: string[];
  /** reservations still held */
  held: number;
};

export type Golden = {
  name: string;
  script: Script;
  strategy?: Omit<StrategyOf, "symbols">;
  broker?: FixtureOptions["brokerOrders"];
  steps: Step[];
  expected: Rows;
};

const BUY: ScriptedDecision = { signal: "BUY", price: 175, target: 195, stop: 165 };
const HOLD: ScriptedDecision = { signal: "HOLD", price: 175 };
const passed = (words: string) => ["gate", "review", "answer"].map((step) => `${step} ${words}`);
const none = { orders: [], fills: [], positions: [], trades: [], counterfactuals: [], held: 0 };
const bought = "2018-03-02 entry BUY 91 @ 172.800003, 1 commission";
const sent = { ended: "done order_filled", verdicts: passed("approved BUY 91"), approvals: ["approved"] };

export const GOLDEN: readonly Golden[] = [
  {
    name: "BUY",
    script: { decisions: [BUY] },
    steps: ["run", "approve", 1],
    expected: {
      ...none,
      runs: [sent],
      orders: [
        "entry BUY 91 @ 175.87: SUBMITTING ACCEPTED FILLED",
        "stop SELL 91 @ 165: SUBMITTING ACCEPTED",
        "target SELL 91 @ 195: SUBMITTING ACCEPTED",
      ],
      fills: [bought],
      positions: ["AAPL 91"],
      trades: ["91 of 91 open, 0 realised, 310.31 unrealised"],
    },
  },
  {
    name: "SELL closes what is held: stop and target are taken away first",
    script: { decisions: [BUY, { signal: "SELL", price: 176.21, target: 165, stop: 185 }] },
    steps: ["run", "approve", 1, "run", "approve", 1],
    expected: {
      ...none,
      runs: [sent, { ...sent, verdicts: passed("approved SELL 91") }],
      orders: [
        "entry BUY 91 @ 175.87: SUBMITTING ACCEPTED FILLED",
        "exit SELL 91 @ 175.33: SUBMITTING ACCEPTED FILLED",
        "stop SELL 91 @ 165: SUBMITTING ACCEPTED PENDING_CANCEL CANCELED",
        "target SELL 91 @ 195: SUBMITTING ACCEPTED PENDING_CANCEL CANCELED",
      ],
      fills: [bought, "2018-03-05 exit SELL 91 @ 175.33, 1 commission"],
      trades: ["closed by signal at 175.33, 228.229727 realised, R 0.3215"],
    },
  },
  {
    name: "SELL opens a short where the strategy allows it",
    script: { decisions: [{ signal: "SELL", price: 175, target: 155, stop: 185 }] },
    strategy: { risk: { allowShort: true } },
    steps: ["run", "approve", 1],
    expected: {
      ...none,
      runs: [{ ...sent, verdicts: passed("approved SELL 91") }],
      orders: [
        "entry SELL 91 @ 174.13: SUBMITTING ACCEPTED FILLED",
        "stop BUY 91 @ 185: SUBMITTING ACCEPTED",
        "target BUY 91 @ 155: SUBMITTING ACCEPTED",
      ],
      fills: ["2018-03-02 entry SELL 91 @ 174.13, 1 commission"],
      positions: ["AAPL -91"],
      trades: ["91 of 91 open, 0 realised, -189.28 unrealised"],
    },
  },
  {
    name: "HOLD",
    script: { decisions: [HOLD] },
    steps: ["run"],
    expected: { ...none, runs: [{ ended: "done hold", verdicts: [], approvals: [] }] },
  },
  {
    name: "denied",
    script: { decisions: [{ ...BUY, target: 178 }] },
    strategy: { maxRevisions: 0 },
    steps: ["run"],
    expected: {
      ...none,
      runs: [
        {
          ended: "denied r_below_minimum",
          verdicts: ["gate denied r_below_minimum margin_below_minimum"],
          approvals: [],
        },
      ],
    },
  },
  {
    name: "reduced by a limit",
    script: { decisions: [{ ...BUY, stop: 168 }] },
    steps: ["run", "approve", 1],
    expected: {
      ...none,
      runs: [{ ...sent, verdicts: passed("reduced position_limit BUY 113") }],
      orders: [
        "entry BUY 113 @ 175.87: SUBMITTING ACCEPTED FILLED",
        "stop SELL 113 @ 168: SUBMITTING ACCEPTED",
        "target SELL 113 @ 195: SUBMITTING ACCEPTED",
      ],
      fills: ["2018-03-02 entry BUY 113 @ 172.800003, 1 commission"],
      positions: ["AAPL 113"],
      trades: ["113 of 113 open, 0 realised, 385.33 unrealised"],
    },
  },
  {
    name: "reduced by the risk manager",
    script: { decisions: [BUY], keep: 0.5 },
    steps: ["run", "approve", 1],
    expected: {
      ...none,
      runs: [
        {
          ...sent,
          verdicts: [
            "gate approved BUY 91",
            "review reduced reduced_by_risk_manager BUY 45",
            "answer reduced limited_to_question BUY 45",
          ],
        },
      ],
      orders: [
        "entry BUY 45 @ 175.87: SUBMITTING ACCEPTED FILLED",
        "stop SELL 45 @ 165: SUBMITTING ACCEPTED",
        "target SELL 45 @ 195: SUBMITTING ACCEPTED",
      ],
      fills: ["2018-03-02 entry BUY 45 @ 172.800003, 1 commission"],
      positions: ["AAPL 45"],
      trades: ["45 of 45 open, 0 realised, 153.45 unrealised"],
    },
  },
  {
    name: "revised",
    script: { decisions: [{ ...BUY, target: 178 }, BUY] },
    steps: ["run", "approve", 1],
    expected: {
      ...none,
      runs: [
        {
          ...sent,
          verdicts: ["gate denied r_below_minimum margin_below_minimum", ...passed("approved BUY 91")],
        },
      ],
      orders: [
        "entry BUY 91 @ 175.87: SUBMITTING ACCEPTED FILLED",
        "stop SELL 91 @ 165: SUBMITTING ACCEPTED",
        "target SELL 91 @ 195: SUBMITTING ACCEPTED",
      ],
      fills: [bought],
      positions: ["AAPL 91"],
      trades: ["91 of 91 open, 0 realised, 310.31 unrealised"],
    },
  },
  {
    name: "rejected, and followed as a counterfactual",
    script: { decisions: [BUY, { ...HOLD, price: 164.94 }] },
    steps: ["run", "reject", 16, "run"],
    expected: {
      ...none,
      runs: [
        {
          ended: "done rejected_by_person",
          verdicts: ["gate approved BUY 91", "review approved BUY 91"],
          approvals: ["rejected"],
        },
        { ended: "done hold", verdicts: [], approvals: [] },
      ],
      counterfactuals: [
        "rejected BUY 91 for 2018-03-02: 172.800003 to stop 165 on 2018-03-23, -709.800273, R -1",
      ],
    },
  },
  {
    name: "expired with its session, and followed as a counterfactual",
    script: { decisions: [BUY, { ...HOLD, price: 176.21 }] },
    steps: ["run", 1, "expire", "run"],
    expected: {
      ...none,
      runs: [
        {
          ended: "done approval_expired",
          verdicts: ["gate approved BUY 91", "review approved BUY 91"],
          approvals: ["expired"],
        },
        { ended: "done hold", verdicts: [], approvals: [] },
      ],
      counterfactuals: [
        "expired BUY 91 for 2018-03-02: 172.800003 to open 176.210007 on -, 310.310364, R 0.4372",
      ],
    },
  },
  {
    name: "partially filled: the rest expires with the session, what filled gets a stop of its own",
    script: { decisions: [BUY] },
    // 39 of the 38,454,000 shares that traded on 2018-03-02.
    broker: { participation: 39.5 / 38_454_000 },
    steps: ["run", "approve", 1],
    expected: {
      ...none,
      runs: [{ ...sent, ended: "done order_expired" }],
      orders: [
        "entry BUY 91 @ 175.87: SUBMITTING ACCEPTED EXPIRED",
        "stop SELL 39 @ 165: SUBMITTING ACCEPTED",
        "stop SELL 91 @ 165: SUBMITTING ACCEPTED CANCELED",
        "target SELL 91 @ 195: SUBMITTING ACCEPTED CANCELED",
      ],
      fills: ["2018-03-02 entry BUY 39 @ 172.800003, 1 commission"],
      positions: ["AAPL 39"],
      trades: ["39 of 39 open, 0 realised, 132.99 unrealised"],
    },
  },
  {
    name: "stopped out",
    script: { decisions: [BUY] },
    steps: ["run", "approve", 16],
    expected: {
      ...none,
      runs: [sent],
      orders: [
        "entry BUY 91 @ 175.87: SUBMITTING ACCEPTED FILLED",
        "stop SELL 91 @ 165: SUBMITTING ACCEPTED FILLED",
        "target SELL 91 @ 195: SUBMITTING ACCEPTED CANCELED",
      ],
      fills: [bought, "2018-03-23 stop SELL 91 @ 165, 1 commission"],
      trades: ["closed by stop at 165, -711.800273 realised, R -1.0028"],
    },
  },
  {
    name: "target reached",
    script: { decisions: [{ ...BUY, target: 182, stop: 169 }] },
    strategy: {
      risk: { minProfitMargin: toDecimalString("0.03"), riskPerTrade: toDecimalString("0.005") },
    },
    steps: ["run", "approve", 7],
    expected: {
      ...none,
      runs: [{ ...sent, verdicts: passed("approved BUY 72") }],
      orders: [
        "entry BUY 72 @ 175.87: SUBMITTING ACCEPTED FILLED",
        "stop SELL 72 @ 169: SUBMITTING ACCEPTED CANCELED",
        "target SELL 72 @ 182: SUBMITTING ACCEPTED FILLED",
      ],
      fills: [
        "2018-03-02 entry BUY 72 @ 172.800003, 1 commission",
        "2018-03-12 target SELL 72 @ 182, 1 commission",
      ],
      trades: ["closed by target at 182, 660.399784 realised, R 2.4137"],
    },
  },
  {
    name: "external trade: adopted, shown as such, and nothing is bought on top of it",
    script: { decisions: [{ ...BUY, price: 176.21, target: 196 }] },
    strategy: { maxRevisions: 0 },
    steps: ["reconcile", "buy by hand", "reconcile", 1, "reconcile", "run"],
    expected: {
      ...none,
      runs: [{ ended: "denied position_exists", verdicts: ["gate denied position_exists"], approvals: [] }],
      orders: ["external entry BUY 10 @ MARKET: FILLED"],
      fills: ["2018-03-02 entry BUY 10 @ 172.800003, 1 commission"],
      positions: ["AAPL 10"],
    },
  },
];
