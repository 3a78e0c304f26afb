// Size: each limit takes what lies above it and says how much; every setting changes a verdict.
import { describe, expect, test } from "vitest";
import { Instrument } from "#store/model/instrument.ts";
import { RiskLimits } from "#store/model/strategy.ts";
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
  THIRD,
} from "./snapshot.ts";

const at = (value: unknown) => ({ value, at: NOW });
const held = (...rows: [number, string][]) =>
  at(rows.map(([conid, quantity]) => positionOf(conid, quantity)));

describe("clamps", () => {
  const cases: [string, string, string, RiskInput][] = [
    ["order_value", "order_value_limit", "150", snapshot({ limits: limits({ maxOrderValue: "15000" }) })],
    ["position_value", "position_limit", "100", snapshot({ limits: limits({ maxPositionValue: "0.1" }) })],
    [
      "gross_exposure",
      "gross_exposure_limit",
      "100",
      snapshot({
        positions: held([OTHER, "450"], [THIRD, "-450"]),
        limits: limits({ maxConcentration: "4" }),
      }),
    ],
    [
      "net_exposure",
      "net_exposure_limit",
      "100",
      snapshot({ positions: held([OTHER, "200"]), limits: limits({ maxNetExposure: "0.3" }) }),
    ],
    [
      "concentration",
      "concentration_limit",
      "50",
      snapshot({ positions: held([OTHER, "300"], [THIRD, "250"]) }),
    ],
    [
      "buying_power",
      "buying_power_limit",
      "50",
      snapshot({ account: at(accountOf({ buyingPower: "10000" })) }),
    ],
  ];
  test.each(cases)("%s reduces with %s to %s shares", (rule, code, quantity, input) => {
    const verdict = decideRisk(input);
    expect(verdict).toMatchObject({ verdict: "reduced", codes: [code], plan: { quantity } });
    expect(ruleOf(verdict, rule)).toMatchObject({
      outcome: "clamp",
      code,
      taken: String(200 - Number(quantity)),
    });
  });

  test("a limit with no room left denies under its own code", () => {
    const verdict = decideRisk(
      snapshot({
        positions: held([OTHER, "400"], [THIRD, "-600"]),
        limits: limits({ maxConcentration: "4" }),
      }),
    );
    expect(verdict).toMatchObject({ verdict: "denied", codes: ["gross_exposure_limit"], plan: null });
  });

  test("several limits take one after the other, each saying what it took", () => {
    const verdict = decideRisk(
      snapshot({ limits: limits({ maxOrderValue: "15000", maxPositionValue: "0.12" }) }),
    );
    expect(verdict.codes).toEqual(["order_value_limit", "position_limit"]);
    expect([ruleOf(verdict, "order_value").taken, ruleOf(verdict, "position_value").taken]).toEqual([
      "50",
      "30",
    ]);
    expect(verdict.plan?.quantity).toBe("120");
  });

  test("room promised to other runs is not given twice", () => {
    const promised = (notional: string) => [{ conid: OTHER, side: "BUY", quantity: "1", notional }];
    expect(
      decideRisk(snapshot({ reservations: promised("85000"), limits: limits({ maxConcentration: "4" }) }))
        .plan?.quantity,
    ).toBe("100");
    expect(
      decideRisk(snapshot({ reservations: promised("95000"), limits: limits({ maxConcentration: "4" }) }))
        .verdict,
    ).toBe("denied");
  });

  test("working entries count, protecting stops and targets do not", () => {
    const entry = openOrderOf(OTHER, { remaining: "850" });
    const stop = openOrderOf(OTHER, { remaining: "850", leg: "stop", side: "SELL" });
    const roomy = limits({ maxConcentration: "4" });
    expect(decideRisk(snapshot({ openOrders: at([entry]), limits: roomy })).plan?.quantity).toBe("100");
    expect(decideRisk(snapshot({ openOrders: at([stop]), limits: roomy })).plan?.quantity).toBe("200");
  });

  test.each([
    ["person", "reduced_by_person"],
    ["risk_manager", "reduced_by_risk_manager"],
    ["question", "limited_to_question"],
  ])("a %s can ask for less, in whole units, never for more", (by, code) => {
    const asked = (maxQuantity: string) =>
      decideRisk(snapshot({ requested: { by, maxQuantity, limitPrice: null } }));
    expect(asked("50.7")).toMatchObject({ verdict: "reduced", codes: [code], plan: { quantity: "50" } });
    expect(asked("500")).toMatchObject({ verdict: "approved", plan: { quantity: "200" } });
    expect(asked("0")).toMatchObject({ verdict: "denied", codes: [code] });
  });

  test("a limit price that a person asks for is judged by the same rules and sent as typed", () => {
    const asked = (limitPrice: string) =>
      decideRisk(
        snapshot({
          limits: limits({ entryAllowance: "0.01" }),
          requested: { by: "person", maxQuantity: null, limitPrice },
        }),
      );
    expect(asked("101").plan).toMatchObject({ limitPrice: "101", quantity: "166" });
    expect(asked("104").codes).toContain("entry_too_far");
    expect(asked("102.6").codes).toContain("r_below_minimum");
  });
});

describe("rounding", () => {
  const coarse = Instrument.parse({
    ...instrument,
    priceIncrements: [
      { lowerEdge: "0", increment: "0.01" },
      { lowerEdge: "50", increment: "0.05" },
    ],
    quantityIncrement: "10",
  });
  test("a BUY never pays more, stops no later and aims no higher than decided; a SELL mirrors it", () => {
    const buy = decideRisk(
      snapshot({
        instrument: coarse,
        decision: decisionOf("BUY", { price: "100.03", target: "110.03", stop: "95.03" }),
      }),
    );
    expect(buy.plan).toMatchObject({ limitPrice: "100", stopPrice: "95.05", targetPrice: "110" });
    const sell = decideRisk(
      snapshot({
        instrument: coarse,
        limits: limits({ allowShort: true }),
        decision: decisionOf("SELL", { price: "99.97", target: "89.97", stop: "104.97" }),
      }),
    );
    expect(sell.plan).toMatchObject({ limitPrice: "100", stopPrice: "104.95", targetPrice: "90" });
  });
  test("quantities are whole multiples of the instrument's step, rounded down", () => {
    expect(
      decideRisk(snapshot({ instrument: coarse, account: at(accountOf({ netLiquidation: "99999" })) })).plan
        ?.quantity,
    ).toBe("190");
  });
  test("the entry allowance moves the limit outwards, and size is taken from the worse price", () => {
    const verdict = decideRisk(snapshot({ limits: limits({ entryAllowance: "0.01" }) }));
    expect(verdict.plan).toMatchObject({
      limitPrice: "101",
      quantity: "166",
      lossAtStop: "996",
      notional: "16766",
    });
  });
  test("a market entry has no limit price and is sized at the reference and the allowance", () => {
    const verdict = decideRisk(
      snapshot({ limits: limits({ entryOrder: "MARKET", entryAllowance: "0.01" }) }),
    );
    expect(verdict.plan).toMatchObject({ entryType: "MARKET", limitPrice: null, quantity: "166" });
  });
});

describe("settings", () => {
  const losses = (session: string, result: string) => ({
    activity: at({ entriesToday: 3, results: [{ session, result }] }),
  });
  const book = { positions: held([OTHER, "300"], [THIRD, "-250"]) };
  /** For each setting a value other than the base's, in a snapshot where it matters. */
  const cases: { [Key in keyof RiskLimits]: [RiskLimits[Key], Parameters<typeof snapshot>[0]] } = {
    minRCoefficient: ["3" as never, {}],
    minProfitMargin: ["0.2" as never, {}],
    riskPerTrade: ["0.002" as never, {}],
    maxOrderValue: ["5000" as never, {}],
    maxPositionValue: ["0.05" as never, {}],
    maxGrossExposure: ["0.6" as never, book],
    maxNetExposure: ["0.1" as never, book],
    maxConcentration: ["0.58" as never, book],
    cashReserve: ["0.9" as never, {}],
    maxOpenPositions: [2, book],
    entryOrder: ["MARKET", {}],
    entryAllowance: ["0.01" as never, {}],
    maxEntryDistance: [
      "0.001" as never,
      { decision: decisionOf("BUY", { price: "101", target: "112", stop: "96" }) },
    ],
    minStopAtr: ["3" as never, {}],
    maxStopDistance: ["0.02" as never, {}],
    allowShort: [true, { decision: decisionOf("SELL") }],
    allowAdd: [true, { positions: held([CONID, "5"]) }],
    maxOrdersPerDay: [3, losses("2017-05-11", "0")],
    maxDailyLoss: ["0.02" as never, losses("2017-05-11", "-2500")],
    maxWeeklyLoss: ["0.03" as never, losses("2017-05-09", "-3500")],
    cooldownSessions: [3, losses("2017-05-08", "-3000")],
    allowOutsideSession: [false, {}],
    maxQuoteAgeSeconds: [
      5,
      { market: inSession().market, quote: quoteOf({ at: "2017-05-11T14:59:30.000Z" }) },
    ],
    minQuoteQuality: ["delayed", { market: inSession().market, quote: quoteOf({ quality: "delayed" }) }],
    maxSpread: ["0.00005" as never, { market: inSession().market, quote: quoteOf() }],
    maxBarDelaySeconds: [
      900,
      {
        market: inSession().market,
        quote: quoteOf(),
        lastBar: {
          ...snapshot().lastBar,
          source: { gateway: "simulator", session: "main", delaySeconds: 900 },
        },
      },
    ],
    maxInputAgeSeconds: [5, { account: { value: accountOf(), at: "2026-02-02T21:29:50.000Z" } }],
  };
  test.each(Object.entries(cases))("changing %s changes a verdict", (key, [value, over]) => {
    const base = limits();
    expect(base[key as keyof RiskLimits]).not.toEqual(value);
    const before = decideRisk(snapshot({ ...over, limits: base }));
    const after = decideRisk(snapshot({ ...over, limits: { ...base, [key]: value } }));
    expect({ verdict: after.verdict, codes: after.codes, plan: after.plan }).not.toEqual({
      verdict: before.verdict,
      codes: before.codes,
      plan: before.plan,
    });
  });
  test("every setting has a case", () => {
    expect(Object.keys(cases).sort()).toEqual(Object.keys(RiskLimits.parse({})).sort());
  });

  test.each([
    [{ riskPerTrad: "0.01" }, "riskPerTrad"],
    [{ riskPerTrade: "-0.01" }, "riskPerTrade"],
    [{ riskPerTrade: "1 %" }, "riskPerTrade"],
    [{ maxPositionValue: "20" }, "maxPositionValue"],
    [{ maxOpenPositions: 2.5 }, "maxOpenPositions"],
    [{ maxGrossExposure: "0" }, "maxGrossExposure"],
    [{ entryAllowance: "0.05" }, "entryAllowance"],
    [{ maxDailyLoss: "0.07" }, "maxDailyLoss"],
    [{ riskPerTrade: "0.04" }, "riskPerTrade"],
  ])("an unknown, negative, mistyped or contradictory setting is refused: %j", (given, field) => {
    const parsed = RiskLimits.safeParse(given);
    expect(parsed.success).toBe(false);
    expect(JSON.stringify(parsed.error?.issues)).toContain(field);
  });
});
