// `countersign run` without a running desk: its JSON object, exit codes, no look-ahead, and a closed lineage.
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { ExecutionReport } from "#server/reports/execution-report.ts";
import { lineageOfRun } from "#store/runs/lineage.ts";
import { createTestDatabase, testDatabase } from "#tests/support/database.ts";
import { runCommand } from "#tests/support/desk-process.ts";
import { temporaryFolder } from "#tests/support/temporary-folder.ts";

// A deadline against hanging: processes on a busy machine.
vi.setConfig({ testTimeout: 300_000 });

const folder = await temporaryFolder("run");
const database = await testDatabase();

type Ran = { code: number | null; stdout: string; stderr: string };

const run = (dataDir: string, environment: Record<string, string>, args: string[]) =>
  runCommand({ dataDir: path.join(folder, dataDir), environment }, ["run", ...args]);

describe("countersign run --json", () => {
  let ran: Ran;
  let report: ExecutionReport;

  beforeAll(async () => {
    const args = ["--symbols", "AAPL,SPX,ZZZZ", "--as-of", "2017-12-15", "--approve", "never", "--json"];
    ran = await run("json", { DATABASE_URL: database.url }, args);
    report = JSON.parse(ran.stdout) as ExecutionReport;
  });

  test("prints one object with the documented keys, and nothing else on stdout", () => {
    expect(() => ExecutionReport.parse(report)).not.toThrow();
    expect(Object.keys(report)).toEqual(
      expect.arrayContaining(["executionId", "asOf", "model", "broker", "runs"]),
    );
    expect(report).toMatchObject({ asOf: "2017-12-15", settled: true });
    expect(report.model).toMatch(/^offline analyst/);
    expect(report.broker).toMatch(/^gateway simulator/);
    for (const one of report.runs) {
      expect(Object.keys(one)).toEqual(
        expect.arrayContaining([
          "symbol",
          "status",
          "decision",
          "verdict",
          "order",
          "error",
          "charts",
          "llm",
        ]),
      );
      expect(Object.keys(one.charts)).toEqual(["daily", "weekly"]);
      expect(Object.keys(one.llm)).toEqual(["calls", "inputTokens", "outputTokens", "costUsd"]);
    }
  });

  test("gives a decision its fields, a chart its id and hash, a failed symbol its error", () => {
    const [aapl, spx, zzzz] = report.runs;
    expect([aapl?.symbol, spx?.symbol, zzzz?.symbol]).toEqual(["AAPL", "SPX", "ZZZZ"]);
    expect(Object.keys(aapl?.decision ?? {}).sort()).toEqual(
      [
        "symbol",
        "signal",
        "currentPrice",
        "targetPrice",
        "stopPrice",
        "profitMargin",
        "rCoefficient",
        "strategyUsed",
        "analysis",
      ].sort(),
    );
    expect(aapl).toMatchObject({ decision: { signal: "BUY" }, order: null });
    expect(aapl?.verdict?.plan).not.toBeNull();
    expect(spx).toMatchObject({ status: "done", decision: { signal: "HOLD" }, order: null, error: null });
    for (const one of [aapl, spx])
      for (const chart of [one?.charts.daily, one?.charts.weekly])
        expect(chart).toEqual({ id: expect.any(String), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(zzzz).toMatchObject({
      status: "failed",
      decision: null,
      order: null,
      charts: { daily: null, weekly: null },
    });
    expect(Object.keys(zzzz?.error ?? {})).toEqual(["code", "message"]);
  });

  test("ends with 1 because one symbol failed, and sends nothing with --approve never", async () => {
    expect(ran.code).toBe(1);
    const orders = await database.pool.query("SELECT 1 FROM orders");
    expect(orders.rowCount).toBe(0);
  });
});

const shared = path.resolve(import.meta.dirname, "../../../shared/ohlcv");
const AS_OF = "2025-06-30";

describe.skipIf(!existsSync(shared))(
  "no look-ahead (real bars of ../shared/ohlcv, skipped where absent)",
  () => {
    let whole: { ran: Ran; report: ExecutionReport };
    let cut: { ran: Ran; report: ExecutionReport };
    const drops: (() => Promise<void>)[] = [];

    async function analysed(name: string, directory: string, databaseUrl: string, symbols: string) {
      const environment = { DATABASE_URL: databaseUrl, MARKET_DATA_DIR: directory };
      const ran = await run(name, environment, ["--symbols", symbols, "--as-of", AS_OF, "--json"]);
      return { ran, report: JSON.parse(ran.stdout) as ExecutionReport };
    }

    beforeAll(async () => {
      const directory = path.join(folder, "cut-files");
      mkdirSync(directory);
      for (const symbol of ["TSLA", "NVDA"]) {
        const lines = readFileSync(path.join(shared, `${symbol}.csv`), "utf8")
          .trim()
          .split("\n");
        const kept = lines.filter((line, index) => index === 0 || line.slice(0, 10) <= AS_OF);
        expect(kept.length).toBeLessThan(lines.length);
        writeFileSync(path.join(directory, `${symbol}.csv`), `${kept.join("\n")}\n`);
      }
      const wholeFolder = path.join(folder, "whole-files");
      mkdirSync(wholeFolder);
      for (const symbol of ["TSLA", "NVDA", "AAPL", "SPY"])
        copyFileSync(path.join(shared, `${symbol}.csv`), path.join(wholeFolder, `${symbol}.csv`));
      const other = await createTestDatabase();
      drops.push(other.drop);
      // SPX's bars end in 2020: stale, and nobody else's trouble.
      whole = await analysed("whole", wholeFolder, database.url, "TSLA,NVDA,SPX");
      cut = await analysed("cut", directory, other.url, "TSLA,NVDA");
    });
    afterAll(async () => {
      for (const drop of drops) await drop();
    });

    test("decides the same, from the same chart bytes, as on files cut at that date", () => {
      expect(cut.ran.code).toBe(0);
      for (const symbol of ["TSLA", "NVDA"]) {
        const [one, other] = [whole, cut].map(({ report }) =>
          report.runs.find((candidate) => candidate.symbol === symbol),
        );
        expect(one?.decision).not.toBeNull();
        expect(one?.decision).toEqual(other?.decision);
        expect(one?.charts.daily?.sha256).toBe(other?.charts.daily?.sha256);
        expect(one?.charts.weekly?.sha256).toBe(other?.charts.weekly?.sha256);
        expect(one?.verdict?.plan).toEqual(other?.verdict?.plan);
        expect(one?.verdict?.codes).toEqual(other?.verdict?.codes);
        expect(one?.status).toBe(other?.status);
      }
    });

    test("fails a symbol whose bars are stale, and it alone", () => {
      expect(whole.ran.code).toBe(1);
      const spx = whole.report.runs.find((one) => one.symbol === "SPX");
      expect(spx).toMatchObject({ status: "failed", error: { code: "bars_stale" } });
      expect(spx?.error?.message).toMatch(/2020/);
    });

    test("keeps every row from bars to verdict, and no bar after the date", async () => {
      const { rows } = await database.pool.query<{ newest: string }>(
        "SELECT max(b.date)::text AS newest FROM bars b",
      );
      expect((rows[0]?.newest ?? "") <= AS_OF).toBe(true);
      for (const one of whole.report.runs.filter((candidate) => candidate.symbol !== "SPX")) {
        const lineage = await lineageOfRun(database.db, one.symbolRunId);
        expect(lineage.artifacts.map((artifact) => artifact.kind)).toEqual(
          expect.arrayContaining(["chart_png", "market_data"]),
        );
        expect(lineage.calls.length).toBe(one.llm.calls);
        for (const call of lineage.calls) expect(call.promptVersionId).not.toBeNull();
        expect(lineage.reports.map((report) => report.stage).sort()).toEqual([
          "technical_analysis",
          "weekly_trend",
        ]);
        expect(lineage.decisions).toHaveLength(1);
        expect(lineage.verdicts.length > 0).toBe(one.verdict !== null);
      }
    });
  },
);
