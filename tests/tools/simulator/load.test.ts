// Loading market data: built-in bars, a user's folder, what is refused and why.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InputError } from "#store/model/errors.ts";
import { listingOf } from "#tools/simulator/market/catalog.ts";
import { parseDailyCsv } from "#tools/simulator/market/csv.ts";
import { loadMarketData } from "#tools/simulator/market/load.ts";
import { sessionDate } from "#tools/simulator/market/sessions.ts";
import { DEFAULT_START, defaultStartSession } from "#tools/simulator/market/start.ts";
import { instrumentOf, marketOf, realMarket } from "./rig.ts";

const HEADER = "date,open,high,low,close,volume";

describe("one CSV", () => {
  const rows = (...lines: string[]) => parseDailyCsv([HEADER, ...lines, ""].join("\n"), "TEST.csv");

  test("takes columns in any order and case, quotes, a byte order mark and Windows line ends", () => {
    const text = '\uFEFFVolume,Close,"Low",HIGH,Open,Date,Adj Close\r\n100,"2.5",1,3,2,2024-01-02,9\r\n';
    const parsed = parseDailyCsv(text, "TEST.csv");
    expect([parsed.open, parsed.high, parsed.low, parsed.close, parsed.volume]).toEqual([
      [2],
      [3],
      [1],
      [2.5],
      [100],
    ]);
    expect(parsed.sessions.map(sessionDate)).toEqual(["2024-01-02"]);
  });

  test.each([
    [
      "csv_missing_column",
      1,
      () => parseDailyCsv("date,open,high,low,volume\n2024-01-02,1,1,1,1\n", "TEST.csv"),
    ],
    ["csv_empty", null, () => parseDailyCsv(`${HEADER}\n`, "TEST.csv")],
    ["csv_empty", null, () => parseDailyCsv("", "TEST.csv")],
    ["csv_high_below_low", 2, () => rows("2024-01-02,2,1,3,2,100")],
    ["csv_unsorted", 3, () => rows("2024-01-03,1,1,1,1,1", "2024-01-02,1,1,1,1,1")],
    ["csv_duplicate_date", 3, () => rows("2024-01-03,1,1,1,1,1", "2024-01-03,1,1,1,1,1")],
    ["csv_not_a_number", 3, () => rows("2024-01-02,1,1,1,1,1", "2024-01-03,1,x,1,1,1")],
    ["csv_not_a_number", 2, () => rows("2024-01-02,1,1,1,1")],
    ["csv_not_a_number", 2, () => rows("2024-01-02,NaN,1,1,1,1")],
    ["csv_not_a_number", 2, () => rows('2024-01-02,"1,5",1,1,1,1')],
    ["csv_bad_date", 2, () => rows("02.01.2024,1,1,1,1,1")],
    ["csv_no_session", 2, () => rows("2024-01-01,1,1,1,1,1")],
    ["csv_bad_price", 2, () => rows("2024-01-02,1,1,0,1,1")],
    ["csv_bad_price", 2, () => rows("2024-01-02,5,3,1,2,1")],
  ])("refuses with %s at line %s", (code, line, read) => {
    const error = ((): unknown => {
      try {
        return read();
      } catch (caught) {
        return caught;
      }
    })();
    expect(error).toBeInstanceOf(InputError);
    expect(error).toMatchObject({ code, facts: { file: "TEST.csv", line } });
    expect((error as Error).message).toContain(line === null ? "TEST.csv" : `TEST.csv, line ${line}`);
  });
});

describe("a folder", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "countersign-bars-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test("loads the good files, tells of the bad ones, and wins over a built-in symbol", async () => {
    await writeFile(path.join(folder, "TSLA.csv"), `${HEADER}\n2024-01-02,1,2,1,2,5\n`);
    await writeFile(path.join(folder, "AAPL.CSV"), `${HEADER}\n2024-01-02,1,2,1,2,5\n`);
    await writeFile(path.join(folder, "BAD.csv"), `${HEADER}\n2024-01-02,1,2,3,2,5\n`);
    await writeFile(path.join(folder, "bad name.csv"), `${HEADER}\n`);
    await writeFile(path.join(folder, "README.md"), "not bars");
    const { market, faults } = await loadMarketData({ directory: folder });
    expect(market.instruments.map((one) => [one.symbol, one.bars.length])).toEqual([
      ["AAPL", 1],
      ["SPX", 5105],
      ["TSLA", 1],
    ]);
    expect(faults.map(({ code, facts }) => [code, facts.file, facts.line])).toEqual([
      ["csv_bad_name", "bad name.csv", null],
      ["csv_high_below_low", "BAD.csv", 2],
    ]);
  });

  test("says so when the folder itself cannot be read", async () => {
    await expect(loadMarketData({ directory: path.join(folder, "none") })).rejects.toMatchObject({
      code: "market_data_dir_unreadable",
    });
  });
});

describe("the built-in market", () => {
  test("has the package's own numbers, to the last digit", async () => {
    const market = await realMarket();
    const aapl = market.bySymbol("AAPL")?.bars;
    expect(aapl?.length).toBe(1260);
    expect(aapl?.bar(0)).toEqual({
      open: 64.501427,
      high: 65.414284,
      low: 64.5,
      close: 64.96286,
      volume: 79237200,
    });
    expect(aapl && sessionDate(aapl.session(1259))).toBe("2018-05-11");
    const spx = market.bySymbol("SPX");
    expect(spx?.bars.bar(5104)).toEqual({
      open: 2842.429932,
      high: 2879.219971,
      low: 2830.879883,
      close: 2874.560059,
      volume: 5792140000,
    });
    expect(market.byConid(265598)?.symbol).toBe("AAPL");
  });

  test("gives a symbol the same contract id always, and IBKR's where it is known", () => {
    expect([listingOf("TSLA").conid, listingOf("NVDA").conid, listingOf("SPY").conid]).toEqual([
      76792991, 4815747, 756733,
    ]);
    expect(listingOf("ZZZ").conid).toBe(listingOf("ZZZ").conid);
    expect(listingOf("ZZZ").conid).toBeGreaterThan(1_800_000_000);
  });
});

describe("the default start", () => {
  test("leaves 450 daily bars behind it and goes on after it", async () => {
    const market = await realMarket();
    const start = defaultStartSession(market);
    expect(start).toBe(DEFAULT_START);
    const bars = market.bySymbol("AAPL")?.bars;
    const session = bars === undefined ? -1 : bars.session(bars.length - 1);
    expect(sessionDate(session) > start).toBe(true);
  });

  test("moves into a user's file that does not reach the built-in date", async () => {
    const { instruments } = await realMarket();
    const bars = Array.from({ length: 600 }, () => [10, 11, 9, 10, 1000] as const);
    const start = defaultStartSession(marketOf(...instruments, instrumentOf("NEW", "2022-01-03", bars)));
    expect(start > "2023-10-01" && start < "2024-05-22").toBe(true);
  });
});
