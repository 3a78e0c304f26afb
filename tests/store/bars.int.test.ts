import { expect, test } from "vitest";
import { latestBarDate, loadBars, saveBars } from "#store/market/bars.ts";
import type { Bar, BarSeries, Timeframe } from "#store/model/bar.ts";
import { SessionDate } from "#store/model/ids.ts";
import { testDatabase } from "#tests/support/database.ts";
import { conid, decimal, instant, ticker } from "#tests/support/seed.ts";

const { db } = await testDatabase();
const session = (text: string) => SessionDate.parse(text);

function bar(date: string, close = "100.10"): Bar {
  const [low, high] = ["1", "1000"];
  const prices = { open: decimal(close), high: decimal(high), low: decimal(low), close: decimal(close) };
  return { date: session(date), ...prices, volume: decimal("5000") };
}

let nextConid = 1;
function seriesOf(bars: Bar[], timeframe: Timeframe = "daily", id = conid(nextConid++)): BarSeries {
  return {
    conid: id,
    symbol: ticker("AAPL"),
    timeframe,
    asOf: instant("2025-07-01T20:00:00.000Z"),
    source: { gateway: "simulator", session: "main", delaySeconds: 0 },
    bars,
    forming: bar("2025-07-02"),
  };
}
const key = (series: BarSeries) => ({
  source: "simulator",
  conid: series.conid,
  timeframe: series.timeframe,
});

test("gives back the bars that were stored, ascending, prices as they were written", async () => {
  const series = seriesOf([bar("2025-06-26", "201.5000"), bar("2025-06-27"), bar("2025-06-30")]);
  await saveBars(db, { source: "simulator", series });
  const stored = await loadBars(db, { ...key(series), upTo: session("2025-06-30"), limit: 10 });
  expect(stored?.bars).toEqual(series.bars);
  expect(stored).toMatchObject({ symbol: "AAPL", asOf: series.asOf, delaySeconds: 0 });
});

test("never gives a bar after the session asked for", async () => {
  const series = seriesOf(["2025-06-26", "2025-06-27", "2025-06-30", "2025-07-01"].map((date) => bar(date)));
  await saveBars(db, { source: "simulator", series });
  const stored = await loadBars(db, { ...key(series), upTo: session("2025-06-29"), limit: 10 });
  expect(stored?.bars.map((one) => one.date)).toEqual(["2025-06-26", "2025-06-27"]);
});

test("gives the newest bars when there are more than asked for", async () => {
  const series = seriesOf(["2025-06-26", "2025-06-27", "2025-06-30"].map((date) => bar(date)));
  await saveBars(db, { source: "simulator", series });
  const stored = await loadBars(db, { ...key(series), upTo: session("2025-06-30"), limit: 2 });
  expect(stored?.bars.map((one) => one.date)).toEqual(["2025-06-27", "2025-06-30"]);
});

test.each([
  ["2025-06-26", false, "2025-06-16"], // a Thursday
  ["2025-06-27", false, "2025-06-23"], // its Friday
  ["2025-06-29", false, "2025-06-23"],
  ["2025-06-30", false, "2025-06-23"], // the next Monday
  ["2025-06-26", true, "2025-06-23"], // a Thursday that ends its week
])(
  "a weekly bar is given from the close of its week on: as of %s (week ended early: %s) up to %s",
  async (upTo, early, last) => {
    const series = seriesOf(
      ["2025-06-16", "2025-06-23", "2025-06-30"].map((date) => bar(date)),
      "weekly",
    );
    await saveBars(db, { source: "simulator", series });
    const stored = await loadBars(db, {
      ...key(series),
      upTo: session(upTo),
      limit: 10,
      weekEndsOnUpTo: early,
    });
    expect(stored?.bars.at(-1)?.date).toBe(early ? "2025-06-23" : last);
  },
);

test("an empty cache is told from a series without bars in reach", async () => {
  const series = seriesOf([bar("2025-06-30")]);
  expect(await loadBars(db, { ...key(series), upTo: session("2025-06-30"), limit: 5 })).toBeNull();
  await saveBars(db, { source: "simulator", series });
  const before = await loadBars(db, { ...key(series), upTo: session("2024-01-02"), limit: 5 });
  expect(before?.bars).toEqual([]);
});

test("storing the same bars again rewrites none of them", async () => {
  const series = seriesOf([bar("2025-06-26"), bar("2025-06-27")]);
  expect(await saveBars(db, { source: "simulator", series })).toMatchObject({ inserted: 2, revised: 0 });
  expect(await saveBars(db, { source: "simulator", series })).toMatchObject({ inserted: 0, revised: 0 });
});

test("a later answer revises, adds, and removes what it no longer states", async () => {
  const first = seriesOf([bar("2025-06-25"), bar("2025-06-26"), bar("2025-06-27")]);
  await saveBars(db, { source: "simulator", series: first });
  const second = { ...first, bars: [bar("2025-06-25"), bar("2025-06-27", "99"), bar("2025-06-30")] };
  expect(await saveBars(db, { source: "simulator", series: second })).toMatchObject({
    inserted: 1,
    revised: 1,
  });
  const stored = await loadBars(db, { ...key(first), upTo: session("2025-06-30"), limit: 10 });
  expect(stored?.bars).toEqual(second.bars);
});

test("bars before a readjusted answer are dropped: they belong to another price scale", async () => {
  const first = seriesOf([bar("2025-06-24"), bar("2025-06-25"), bar("2025-06-26")]);
  await saveBars(db, { source: "simulator", series: first });
  const split = { ...first, bars: [bar("2025-06-25", "50.05"), bar("2025-06-26", "50.05")] };
  await saveBars(db, { source: "simulator", series: split });
  const stored = await loadBars(db, { ...key(first), upTo: session("2025-06-30"), limit: 10 });
  expect(stored?.bars).toEqual(split.bars);
});

test("bars of different sources and timeframes are kept apart", async () => {
  const daily = seriesOf([bar("2025-06-23", "10")]);
  const weekly = seriesOf([bar("2025-06-23", "20")], "weekly", daily.conid);
  await saveBars(db, { source: "simulator", series: daily });
  await saveBars(db, { source: "simulator", series: weekly });
  await saveBars(db, { source: "ibkr", series: { ...daily, bars: [bar("2025-06-23", "30")] } });
  const stored = await loadBars(db, { ...key(daily), upTo: session("2025-06-30"), limit: 10 });
  expect(stored?.bars[0]?.close).toBe("10");
});

test("two writers of one series at once leave each bar once", async () => {
  const series = seriesOf(["2025-06-26", "2025-06-27", "2025-06-30"].map((date) => bar(date)));
  await Promise.all(Array.from({ length: 6 }, () => saveBars(db, { source: "simulator", series })));
  const stored = await loadBars(db, { ...key(series), upTo: session("2025-06-30"), limit: 10 });
  expect(stored?.bars).toEqual(series.bars);
});

test("refuses a bar whose prices contradict each other", async () => {
  const series = seriesOf([{ ...bar("2025-06-26"), high: decimal("50"), low: decimal("60") }]);
  await expect(saveBars(db, { source: "simulator", series })).rejects.toMatchObject({
    code: "bar_impossible",
  });
});

test("knows the newest bar", async () => {
  const series = seriesOf([bar("2025-06-26"), bar("2025-06-27")]);
  expect(await latestBarDate(db, key(series))).toBeNull();
  await saveBars(db, { source: "simulator", series });
  expect(await latestBarDate(db, key(series))).toBe("2025-06-27");
  expect(await latestBarDate(db, { ...key(series), upTo: session("2025-06-26") })).toBe("2025-06-26");
});
