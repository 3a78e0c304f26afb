// Each gate rule both ways: the base snapshot passes it, one change denies with the code named.
import { describe, expect, test } from "vitest";
import { Instrument } from "#store/model/instrument.ts";
import { REASONS, type ReasonCode } from "#tools/risk/codes.ts";
import { decideRisk } from "#tools/risk/decide.ts";
import type { RiskInput } from "#tools/risk/input.ts";
import {
  accountOf,
  CONID,
  decisionOf,
  inSession,
  instrument,
  limits,
  NOW,
  OTHER,
  openOrderOf,
  positionOf,
  quoteOf,
  ruleOf,
  snapshot,
} from "./snapshot.ts";

const LONG_AGO = "2026-02-02T21:20:00.000Z";
const bar = (over: Record<string, unknown>) => ({ ...snapshot().lastBar, ...over });
const from = (gateway: string, session = "main", delaySeconds = 0) =>
  bar({ source: { gateway, session, delaySeconds } });
const at = (value: unknown, when: string = NOW) => ({ value, at: when });
const traded = (over: Record<string, unknown>) => Instrument.parse({ ...instrument, ...over });
const results = (...rows: [string, string][]) =>
  at({ entriesToday: 0, results: rows.map(([session, result]) => ({ session, result })) });

const cases: [ReasonCode, string, RiskInput][] = [
  ["trading_halted", "the desk is halted", snapshot({ tradingState: "HALTED" })],
  ["reducing_only", "the desk is reducing and the order opens", snapshot({ tradingState: "REDUCING" })],
  ["mode_mismatch", "live at the simulator", snapshot({ mode: "live" })],
  [
    "foreign_account",
    "figures of another account",
    snapshot({ account: at(accountOf({ accountId: "DU2000002" })) }),
  ],
  ["symbol_blocked", "an open mismatch", snapshot({ blocked: "position 10 here, 12 at the broker" })],
  [
    "order_unknown",
    "an unknown order in the symbol",
    snapshot({ openOrders: at([openOrderOf(CONID, { status: "UNKNOWN" })]) }),
  ],
  ["not_tradable", "an index at the real gateway", snapshot({ instrument: traded({ securityType: "IND" }) })],
  [
    "order_type_not_offered",
    "no stop orders",
    snapshot({ instrument: traded({ orderTypes: ["limit", "market"] }) }),
  ],
  ["currency_mismatch", "an account in euros", snapshot({ account: at(accountOf({ currency: "EUR" })) })],
  [
    "symbol_mismatch",
    "a decision about another symbol",
    snapshot({ decision: decisionOf("BUY", {}, "MSFT") }),
  ],
  ["bars_missing", "no bars", snapshot({ lastBar: null })],
  ["foreign_data", "bars of the real gateway, order to the simulator", snapshot({ lastBar: from("ibkr") })],
  ["foreign_data", "bars of another replay", snapshot({ lastBar: from("simulator", "replay-2017-05-10") })],
  ["stale_bars", "a session is missing", snapshot({ lastBar: bar({ date: "2017-05-09" }) })],
  [
    "bars_from_future",
    "a bar of a session that is not over",
    snapshot({ lastBar: bar({ date: "2017-05-11" }) }),
  ],
  ["delayed_data", "bars that lag in session", inSession({ lastBar: from("simulator", "main", 900) })],
  ["market_phase_missing", "nobody knows whether it is open", snapshot({ market: null })],
  [
    "outside_session",
    "closed, resting not allowed",
    snapshot({ limits: limits({ allowOutsideSession: false }) }),
  ],
  ["quote_missing", "open without a quote", inSession({ quote: null })],
  [
    "quote_missing",
    "open with yesterday's price only",
    inSession({ quote: quoteOf({ ask: null, bid: null, priorClose: true }) }),
  ],
  ["quote_foreign", "a quote of another instrument", inSession({ quote: quoteOf({ conid: OTHER }) })],
  ["quote_quality", "a delayed quote", inSession({ quote: quoteOf({ quality: "delayed" }) })],
  [
    "quote_quality",
    "a frozen quote",
    inSession({ quote: quoteOf({ quality: "frozen" }), limits: limits({ minQuoteQuality: "delayed" }) }),
  ],
  ["quote_halted", "trading is halted", inSession({ quote: quoteOf({ halted: true }) })],
  ["quote_stale", "an old quote", inSession({ quote: quoteOf({ at: "2017-05-11T14:58:00.000Z" }) })],
  [
    "quote_stale",
    "a quote from the future",
    inSession({ quote: quoteOf({ at: "2017-05-11T15:01:00.000Z" }) }),
  ],
  ["spread_too_wide", "two percent of spread", inSession({ quote: quoteOf({ bid: "98" }) })],
  ["spread_too_wide", "bid above ask", inSession({ quote: quoteOf({ bid: "101" }) })],
  ["spread_too_wide", "no bid", inSession({ quote: quoteOf({ bid: null }) })],
  ["account_missing", "no account figures", snapshot({ account: null })],
  ["account_missing", "no equity", snapshot({ account: at(accountOf({ netLiquidation: "0" })) })],
  ["account_stale", "old account figures", snapshot({ account: at(accountOf(), LONG_AGO) })],
  ["positions_missing", "no positions", snapshot({ positions: null })],
  ["positions_stale", "old positions", snapshot({ positions: at([], LONG_AGO) })],
  [
    "position_unpriced",
    "a position without a price",
    snapshot({ positions: at([positionOf(OTHER, "5", null)]) }),
  ],
  [
    "position_unpriced",
    "a position in another currency, whose rate is not known",
    snapshot({ positions: at([{ ...positionOf(OTHER, "5"), currency: "GBP" }]) }),
  ],
  ["open_orders_missing", "no open orders", snapshot({ openOrders: null })],
  ["open_orders_missing", "promised room not known", snapshot({ reservations: null })],
  ["open_orders_stale", "old open orders", snapshot({ openOrders: at([], LONG_AGO) })],
  ["activity_missing", "no activity", snapshot({ activity: null })],
  ["activity_stale", "old activity", snapshot({ activity: at({ entriesToday: 0, results: [] }, LONG_AGO) })],
  ["signal_hold", "the signal is HOLD", snapshot({ decision: decisionOf("HOLD") })],
  ["decision_incomplete", "a BUY without a stop", snapshot({ decision: decisionOf("BUY", { stop: null }) })],
  [
    "decision_inconsistent",
    "a stated R that its prices do not give",
    snapshot({ decision: { ...decisionOf("BUY"), rCoefficient: "3" } }),
  ],
  [
    "decision_inconsistent",
    "a stated margin that its prices do not give",
    snapshot({ decision: { ...decisionOf("BUY"), profitMargin: "0.2" } }),
  ],
  ["short_not_allowed", "a SELL without a position", snapshot({ decision: decisionOf("SELL") })],
  ["position_exists", "a BUY on top of a position", snapshot({ positions: at([positionOf(CONID, "5")]) })],
  ["entry_pending", "an entry is working", snapshot({ openOrders: at([openOrderOf(CONID)]) })],
  [
    "exit_pending",
    "the position is being closed",
    snapshot({
      decision: decisionOf("SELL"),
      positions: at([positionOf(CONID, "10")]),
      openOrders: at([openOrderOf(CONID, { leg: "exit", side: "SELL" })]),
    }),
  ],
  [
    "stop_wrong_side",
    "a BUY with the stop above",
    snapshot({ decision: { ...decisionOf("BUY", { stop: "101" }), rCoefficient: null } }),
  ],
  [
    "stop_wrong_side",
    "a short with the stop below",
    snapshot({
      limits: limits({ allowShort: true }),
      decision: { ...decisionOf("SELL", { stop: "99" }), rCoefficient: null },
    }),
  ],
  [
    "target_wrong_side",
    "a BUY with the target below",
    snapshot({ decision: decisionOf("BUY", { target: "90" }) }),
  ],
  ["r_below_minimum", "R below 1", snapshot({ decision: decisionOf("BUY", { stop: "89" }) })],
  [
    "margin_below_minimum",
    "margin below 5 %",
    snapshot({ decision: decisionOf("BUY", { target: "104.99", stop: "97" }) }),
  ],
  ["reference_missing", "nothing to hold the entry against", snapshot({ lastBar: null })],
  [
    "entry_too_far",
    "an entry 4 % above the market",
    snapshot({ decision: decisionOf("BUY", { price: "104", target: "120", stop: "96" }) }),
  ],
  [
    "entry_too_far",
    "an entry 4 % below the market",
    snapshot({ decision: decisionOf("BUY", { price: "96", target: "110", stop: "92" }) }),
  ],
  ["atr_missing", "no ATR", snapshot({ lastBar: bar({ atr: null }) })],
  [
    "stop_inside_noise",
    "a stop within half an ATR",
    snapshot({ decision: decisionOf("BUY", { stop: "99.5" }) }),
  ],
  [
    "stop_too_far",
    "a stop 30 % away",
    snapshot({ decision: decisionOf("BUY", { stop: "70", target: "140" }) }),
  ],
  [
    "orders_per_day_reached",
    "20 entries sent",
    snapshot({ activity: at({ entriesToday: 20, results: [] }) }),
  ],
  ["daily_loss_stop", "3 % lost in the session", snapshot({ activity: results(["2017-05-11", "-3000"]) })],
  [
    "weekly_loss_stop",
    "6 % lost in the week",
    snapshot({ activity: results(["2017-05-08", "-2900"], ["2017-05-09", "-2900"], ["2017-05-10", "-200"]) }),
  ],
  [
    "cooling_down",
    "the session before reached the daily loss",
    snapshot({ activity: results(["2017-05-10", "-3000"]) }),
  ],
  [
    "too_many_positions",
    "ten positions are open",
    snapshot({ positions: at(Array.from({ length: 10 }, (_, i) => positionOf(1000 + i, "1"))) }),
  ],
  [
    "size_zero",
    "the budget does not pay for one share",
    snapshot({ account: at(accountOf({ netLiquidation: "499" })) }),
  ],
  [
    "preview_refused",
    "the broker's preview refuses",
    snapshot({ preview: { quantity: "200", equityAfter: "1", initialMarginAfter: "0", error: "no" } }),
  ],
  [
    "preview_margin",
    "margin above equity after the order",
    snapshot({ preview: { quantity: "200", equityAfter: "100", initialMarginAfter: "101", error: null } }),
  ],
  [
    "preview_smaller",
    "another quantity was previewed",
    snapshot({ preview: { quantity: "199", equityAfter: "100", initialMarginAfter: "1", error: null } }),
  ],
];

describe("gate rules", () => {
  test.each([
    ["while the market is closed", snapshot()],
    ["in session", inSession()],
  ])("a sound proposal passes every rule %s", (_, input) => {
    const verdict = decideRisk(input);
    expect(verdict.codes).toEqual([]);
    expect(verdict.verdict).toBe("approved");
    expect(verdict.plan).toMatchObject({
      side: "BUY",
      effect: "open",
      quantity: "200",
      limitPrice: "100",
      lossAtStop: "1000",
      notional: "20000",
    });
  });

  test.each(cases)("denies with %s: %s", (code, _, input) => {
    const verdict = decideRisk(input);
    expect(verdict.verdict).toBe("denied");
    expect(verdict.plan).toBeNull();
    expect(verdict.codes).toContain(code);
    expect(ruleOf(verdict, REASONS[code].rule)).toMatchObject({ outcome: "deny", code });
  });

  test("every code that denies before sizing has a case here", () => {
    const covered = new Set(cases.map(([code]) => code));
    const missing = Object.entries(REASONS).filter(
      ([code, r]) => r.effect === "denies" && !covered.has(code as ReasonCode),
    );
    expect(missing.map(([code]) => code)).toEqual([]);
  });

  test("a verdict lists every rule, in the same order, whatever happens", () => {
    const names = decideRisk(snapshot()).rules.map((rule) => rule.rule);
    expect(new Set(names).size).toBe(names.length);
    for (const [, , input] of cases) expect(decideRisk(input).rules.map((rule) => rule.rule)).toEqual(names);
    expect(new Set(Object.values(REASONS).map((r) => r.rule))).toEqual(new Set(names));
  });

  test("says that the last finished close is the reference between sessions, and the quote in session", () => {
    expect(ruleOf(decideRisk(snapshot()), "quote").input).toBe("closed: last close 100 of 2017-05-10");
    expect(decideRisk(snapshot()).plan).toMatchObject({ referencePrice: "100", referenceKind: "last_close" });
    expect(decideRisk(inSession()).plan).toMatchObject({ referencePrice: "100", referenceKind: "quote" });
  });

  test("K1 holds at its edges: R exactly 1 and a margin of exactly 5 % pass", () => {
    const verdict = decideRisk(snapshot({ decision: decisionOf("BUY", { target: "105", stop: "95" }) }));
    expect(ruleOf(verdict, "r_coefficient").outcome).toBe("pass");
    expect(ruleOf(verdict, "profit_margin").outcome).toBe("pass");
    expect(verdict.verdict).toBe("approved");
  });
});

describe("closing orders", () => {
  const closing = (over: Partial<Record<keyof RiskInput, unknown>> = {}) =>
    snapshot({ decision: decisionOf("SELL"), positions: at([positionOf(CONID, "30")]), ...over });

  test("a SELL of a held position closes it, whole and without a bracket's risk", () => {
    const verdict = decideRisk(closing());
    expect(verdict.verdict).toBe("approved");
    expect(verdict.plan).toMatchObject({ effect: "close", side: "SELL", quantity: "30", lossAtStop: "0" });
  });

  test("pass while REDUCING, and while loss stops and counts bar new entries", () => {
    const activity = at({ entriesToday: 99, results: [{ session: "2017-05-11", result: "-9000" }] });
    expect(decideRisk(closing({ tradingState: "REDUCING", activity })).verdict).toBe("approved");
    expect(decideRisk(closing({ tradingState: "HALTED" })).verdict).toBe("denied");
  });

  test("never sell more than is held and not yet being closed", () => {
    const exit = openOrderOf(CONID, { leg: "exit", side: "SELL", remaining: "12" });
    const verdict = decideRisk(closing({ openOrders: at([exit]) }));
    expect(verdict).toMatchObject({ verdict: "reduced", codes: ["held_quantity"], plan: { quantity: "18" } });
    expect(ruleOf(verdict, "held").taken).toBe("12");
  });

  test("a BUY covers a short position and goes no further", () => {
    const verdict = decideRisk(snapshot({ positions: at([positionOf(CONID, "-7")]) }));
    expect(verdict.plan).toMatchObject({ effect: "close", side: "BUY", quantity: "7" });
  });
});
