import { expect, test } from "vitest";
import type { Instant, Ticker } from "#store/model/ids.ts";
import { MarketDataDocument, marketDataDocument } from "#tools/charts/index.ts";
import { apple } from "./inputs.ts";

const document = marketDataDocument({
  symbol: "AAPL" as Ticker,
  timeframe: "daily",
  currency: "USD",
  asOf: "2015-05-06T21:00:00.000Z" as Instant,
  source: { gateway: "simulator", session: "main", delaySeconds: 0 },
  table: apple.table,
  barsShown: 200,
});

const column = (name: MarketDataDocument["columns"][number]) =>
  document.rows.map((row) => row[document.columns.indexOf(name)]);

test("survives the way through JSON and its own schema", () => {
  expect(MarketDataDocument.parse(JSON.parse(JSON.stringify(document)))).toEqual(document);
});

test("has one full row per bar shown", () => {
  expect(document.rows).toHaveLength(200);
  for (const row of document.rows) expect(row).toHaveLength(document.columns.length);
  expect(column("date").at(-1)).toBe(apple.table.dates.at(-1));
  expect(column("close")).toEqual(apple.table.close.slice(-200));
});

test("has the indicators that were drawn, null where they are not ready", () => {
  expect(column("sma20").at(-1)).toBeCloseTo(apple.table.sma20.at(-1) ?? Number.NaN, 5);
  const young = marketDataDocument({ ...document, table: apple.table, barsShown: 500 });
  expect(young.rows[0]?.[document.columns.indexOf("sma200")]).toBeNull();
});
