// Quotes, bars and price rounding, as the gateway's quirks want them.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AccountId, ClientOrderId, Conid, SessionDate, Ticker } from "#store/model/ids.ts";
import type { Instrument } from "#store/model/instrument.ts";
import { type DecimalString, dec, toDecimalString } from "#store/model/money.ts";
import { incrementsOf, instrumentOf } from "#tools/ibkr/instruments/instrument.ts";
import { barDate, barsOf, splitForming } from "#tools/ibkr/market/bars.ts";
import { periodFor } from "#tools/ibkr/market/history-plan.ts";
import { priceOf, qualityOf, quoteOf, scaled } from "#tools/ibkr/market/quote.ts";
import { wireTickets } from "#tools/ibkr/orders/tickets.ts";
import { decodeEntities, plainText, tickerOf, vendorSymbol } from "#tools/ibkr/wire/values.ts";
import { incrementAt, isOnGrid, priceOnGrid } from "#tools/risk/rounding.ts";
import { READY, type Reply, scriptedGateway } from "./scripted-gateway.ts";

const AAPL: Instrument = {
  conid: 265598 as Conid,
  symbol: "AAPL" as Ticker,
  name: "APPLE INC",
  securityType: "STK",
  currency: "USD",
  exchange: "SMART",
  indexReplay: false,
  priceIncrements: [
    { lowerEdge: "0" as DecimalString, increment: "0.0001" as DecimalString },
    { lowerEdge: "1" as DecimalString, increment: "0.01" as DecimalString },
  ],
  quantityIncrement: "1" as DecimalString,
  orderTypes: [],
};
const coded = (code: string) => expect.objectContaining({ code });

describe("quotes", () => {
  test("reads prefixes, suffixes, grouping and absent prices", () => {
    expect(priceOf("C197.93", "last")).toEqual({ price: "197.93", priorClose: true, halted: false });
    expect(priceOf("H1,300.5", "last")).toEqual({ price: "1300.5", priorClose: false, halted: true });
    expect(priceOf("+0.5", "last").price).toBe("0.5");
    for (const none of [null, "", "N/A", "-1"]) expect(priceOf(none, "last").price).toBeNull();
    expect([scaled("24.2M", "volume"), scaled("1.5K", "x"), scaled("0.54%", "x")]).toEqual([
      "24200000",
      "1500",
      "0.54",
    ]);
    expect(() => priceOf("abc", "last")).toThrow(coded("gateway_bad_number"));
  });

  test("maps availability by its first character and refuses an unknown one", () => {
    expect(["RB", "DPB", "Z", "Y", "N", "R", null].map(qualityOf)).toEqual([
      "realtime",
      "delayed",
      "frozen",
      "frozen_delayed",
      "unavailable",
      "realtime",
      "unavailable",
    ]);
    expect(() => qualityOf("Q")).toThrow(coded("unknown_availability"));
  });

  test("keeps polling until prices come and takes the snapshot's own time", async () => {
    const entry = { conid: 265598, conidEx: "265598" };
    const filled = { ...entry, _updated: 1775169600000, "6509": "RB", "31": "197.93", "84": "197.90" };
    const { client, calls } = scriptedGateway({
      ...READY,
      "GET /iserver/marketdata/snapshot": [
        { body: [entry] },
        { body: [{ ...entry, "6509": "RB" }] },
        { body: [filled] },
      ],
    });
    expect(await client.quote(AAPL)).toEqual({
      conid: 265598,
      last: "197.93",
      bid: "197.9",
      ask: null,
      quality: "realtime",
      halted: false,
      priorClose: false,
      at: "2026-04-02T22:40:00.000Z",
    });
    expect(calls.filter((call) => call.includes("snapshot"))).toHaveLength(3);
  });

  test("gives up a snapshot that never fills, as unavailable", async () => {
    const script = { ...READY, "GET /iserver/marketdata/snapshot": [{ body: [{ conid: 265598 }] }] };
    const { client, calls } = scriptedGateway(script);
    expect(await client.quote(AAPL)).toMatchObject({ last: null, quality: "unavailable" });
    expect(calls.filter((call) => call.includes("snapshot")).length).toBeLessThanOrEqual(12);
    expect(quoteOf({ conid: 1 }, AAPL.conid, new Date(0)).at).toBe("1970-01-01T00:00:00.000Z");
  });
});

describe("bars", () => {
  const point = (iso: string, c = 10) => ({ o: 10, h: 12, l: 9, c, v: 1.5, t: Date.parse(iso) });

  test("names days by New York, midnights by their own date, weeks by their first session", () => {
    expect(barDate(Date.parse("2026-01-14T14:30:00Z"), "daily")).toBe("2026-01-14");
    expect(barDate(Date.parse("2026-01-14T00:00:00Z"), "daily")).toBe("2026-01-14");
    expect(barDate(Date.parse("2026-01-14T02:00:00Z"), "daily")).toBe("2026-01-13");
    for (const within of ["2026-01-20T14:30:00Z", "2026-01-19T00:00:00Z", "2026-01-23T14:30:00Z"])
      expect(barDate(Date.parse(within), "weekly")).toBe("2026-01-20");
  });

  test("counts volume in shares and sorts by date", () => {
    const bars = barsOf(
      {
        volumeFactor: 100,
        barLength: 86_400,
        data: [point("2026-01-14T14:30:00Z"), point("2026-01-13T14:30:00Z")],
      },
      "daily",
    );
    expect(bars.map((bar) => [bar.date, bar.volume])).toEqual([
      ["2026-01-13", "150"],
      ["2026-01-14", "150"],
    ]);
  });

  test("refuses two bars of one session, and bars of another length than asked", () => {
    const twice = { data: [point("2026-01-14T14:30:00Z"), point("2026-01-14T15:30:00Z")] };
    expect(() => barsOf(twice, "daily")).toThrow(coded("duplicate_bars"));
    expect(() => barsOf({ barLength: 300, data: [] }, "daily")).toThrow(coded("history_wrong_bar"));
  });

  test("takes a bar as forming until its session, or its week's last session, is over", () => {
    const bars = barsOf({ data: [point("2026-01-13T14:30:00Z"), point("2026-01-14T14:30:00Z")] }, "daily");
    const forming = (iso: string) => splitForming(bars, "daily", new Date(iso)).forming?.date ?? null;
    expect([forming("2026-01-14T20:59:59Z"), forming("2026-01-14T21:00:00Z")]).toEqual(["2026-01-14", null]);
    const weeks = barsOf({ data: [point("2026-01-12T14:30:00Z")] }, "weekly");
    expect(splitForming(weeks, "weekly", new Date("2026-01-16T20:00:00Z")).finished).toEqual([]);
    expect(splitForming(weeks, "weekly", new Date("2026-01-16T21:00:00Z")).finished).toHaveLength(1);
    expect(() => splitForming(bars, "daily", new Date("2026-01-12T21:00:00Z"))).toThrow(
      coded("bar_from_future"),
    );
  });

  test("asks lower-case periods within the table, never more than 1,000 points", () => {
    expect(periodFor("daily", 450).period).toBe("2y");
    expect(periodFor("daily", 1_000).period).toBe("3y");
    expect(periodFor("weekly", 250).period).toBe("5y");
    expect(periodFor("weekly", 2_000).period).toBe("15y");
  });

  test("tells an instrument without bars, and a gateway whose first call fails", async () => {
    const history = (...replies: Reply[]) =>
      scriptedGateway({ ...READY, "GET /iserver/marketdata/history": replies }).client.history({
        instrument: AAPL,
        timeframe: "daily",
        count: 1,
      });
    const none = { status: 500, body: { error: "No data." } };
    await expect(history(none)).rejects.toMatchObject({ code: "no_history", retryable: false });
    const cold = { status: 500, body: { error: "Chart data unavailable" } };
    const answer = { body: { mktDataDelay: 900, volumeFactor: 100, data: [point("2026-02-27T14:30:00Z")] } };
    expect(await history(cold, answer)).toMatchObject({
      bars: [{ date: "2026-02-27" as SessionDate }],
      source: { gateway: "ibkr", delaySeconds: 900 },
    });
  });
});

describe("instruments", () => {
  test("rounds up or down onto the price steps, by less than one of them", () => {
    const price = fc
      .double({ min: 0.01, max: 5_000, noNaN: true })
      .map((value) => dec(value).toDecimalPlaces(6).toFixed());
    fc.assert(
      fc.property(price, (asked) => {
        const [down, up] = [priceOnGrid(AAPL, asked, "down"), priceOnGrid(AAPL, asked, "up")];
        expect(dec(down).lte(asked) && dec(up).gte(asked)).toBe(true);
        expect(isOnGrid(AAPL.priceIncrements, up) && isOnGrid(AAPL.priceIncrements, down)).toBe(true);
        expect(isOnGrid(AAPL.priceIncrements, asked)).toBe(down === up);
        expect(dec(up).minus(down).lte(incrementAt(AAPL.priceIncrements, up))).toBe(true);
      }),
    );
    expect(priceOnGrid(AAPL, "0.00001", "down")).toBe("0");
  });

  test("refuses a price off the steps before anything is sent, and takes one that lies on them", () => {
    const ticket = {
      leg: "entry" as const,
      clientOrderId: "CS-20260227-0123456789-AAPL-entry-0" as ClientOrderId,
      conid: AAPL.conid,
      symbol: AAPL.symbol,
      side: "BUY" as const,
      type: "LIMIT" as const,
      timeInForce: "DAY" as const,
      quantity: "1" as DecimalString,
      limitPrice: "170.123" as DecimalString,
      stopPrice: null,
    };
    const account = "DU1000001" as AccountId;
    const { priceIncrements } = AAPL;
    expect(() => wireTickets([{ ...ticket, priceIncrements }], account)).toThrow(coded("price_off_grid"));
    const fine = { ...ticket, limitPrice: "170.12" as DecimalString, priceIncrements };
    expect(wireTickets([fine], account)).toMatchObject([{ price: 170.12 }]);
    expect(wireTickets([ticket], account)).toMatchObject([{ price: 170.123 }]);
  });

  test("takes increment rules before the plain increment, and refuses none", () => {
    const rules = [
      { lowerEdge: 1, increment: 0.01 },
      { lowerEdge: 0, increment: 0.0001 },
    ];
    expect(incrementsOf({ incrementRules: rules, increment: 0.05 }).map((one) => one.increment)).toEqual([
      toDecimalString("0.0001"),
      toDecimalString("0.01"),
    ]);
    expect(() => incrementsOf({})).toThrow(coded("no_price_increment"));
  });

  test("refuses failed rules, other currencies, other types and another symbol than looked up", () => {
    const info = {
      con_id: 265598,
      symbol: "AAPL",
      instrument_type: "STK",
      currency: "USD",
      company_name: "AT&amp;T",
      rules: { increment: 0.01, error: null },
    };
    const of = { gatewayKind: "ibkr" as const };
    expect(instrumentOf(info, of).name).toBe("AT&T");
    expect(() => instrumentOf({ ...info, rules: { error: "no contract" } }, of)).toThrow(
      coded("rules_refused"),
    );
    expect(() => instrumentOf({ ...info, currency: "MXN" }, of)).toThrow(
      coded("instrument_foreign_currency"),
    );
    expect(() => instrumentOf({ ...info, instrument_type: "OPT" }, of)).toThrow(
      coded("unknown_security_type"),
    );
    expect(() => instrumentOf(info, { ...of, expected: "MSFT" as Ticker })).toThrow(
      coded("instrument_mismatch"),
    );
  });

  test("refuses several US listings of one ticker with their list", async () => {
    const contract = (conid: number) => ({ conid, exchange: "NYSE", isUS: true });
    const body = { AB: [{ name: "A &#x26; B", assetClass: "STK", contracts: [contract(1), contract(2)] }] };
    const { client } = scriptedGateway({ ...READY, "GET /trsrv/stocks": [{ body }] });
    await expect(client.resolveStock("AB" as Ticker)).rejects.toMatchObject({
      code: "instrument_ambiguous",
      facts: { candidates: [{ conid: 1, name: "A & B" }, { conid: 2 }] },
    });
  });

  test("writes share classes as IBKR does, and names what is no ticker by its conid", () => {
    expect(vendorSymbol("BRK.B" as Ticker)).toBe("BRK B");
    expect([tickerOf("BRK B", 1), tickerOf("AAPL  261218C00200000", 123), tickerOf(null, 7)]).toEqual([
      "BRK.B",
      "C123",
      "C7",
    ]);
    expect(decodeEntities("&#x82F9;&amp;&#65;&unknown;")).toBe("苹&A&unknown;");
    expect(plainText("<h4>Confirm</h4>To avoid<br>this&nbsp;now \nplease")).toBe(
      "Confirm To avoid this now please",
    );
  });
});
