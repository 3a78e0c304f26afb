// One desk on its own embedded database, from the first start to the last Ctrl-C, used from the command line only.
// First: schemas that are made before it could not appear in the API's document.
import "@hono/zod-openapi";
import { chmodSync, existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { ExitCode } from "#server/cli/exit-codes.ts";
import { buildProgram } from "#server/cli/program.ts";
import { InputError } from "#store/model/errors.ts";
import {
  callDesk,
  type DeskProcess,
  runCommand,
  startDesk,
  TEST_TOKEN,
} from "#tests/support/desk-process.ts";
import { temporaryFolder } from "#tests/support/temporary-folder.ts";
import { firstExecution, settled, startExecution, until } from "./report.ts";

// A deadline against hanging: processes on a busy machine.
vi.setConfig({ testTimeout: 300_000 });

const folder = await temporaryFolder("desk");
chmodSync(folder, 0o711); // as root, the server's own account must come through
const options = { dataDir: path.join(folder, "data") };
let desk: DeskProcess;

beforeAll(async () => {
  desk = await startDesk(options);
});
afterAll(async () => {
  await desk?.kill();
});

const command = (...args: string[]) => runCommand(options, args);

async function json<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await command(...args, "--json");
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.anything() });
  return JSON.parse(stdout) as T;
}

type Approvals = { approvals: { id: string; symbol?: string; shown: { symbol: string } }[] };
type Orders = { orders: { symbol: string; leg: string; status: string; quantity: string }[] };

function documentedExamples(): string[] {
  const document = readFileSync(path.resolve(import.meta.dirname, "../../docs/cli.md"), "utf8");
  return [...document.matchAll(/^countersign (.+)$/gm)].map((match) => match[1] ?? "");
}

const entries = async () => (await json<Orders>("orders")).orders.filter((order) => order.leg === "entry");

describe("a first start", () => {
  test("says what it runs on, one line each, and analyses the first symbols by itself", async () => {
    const lines = await until(async () =>
      /first run/.test(desk.output()) ? desk.output().split("\n") : null,
    );
    for (const line of [
      /^Countersign \d+\.\d+\.\d+, paper trading$/,
      /^ {2}database {3}embedded PostgreSQL \d+/,
      /^ {2}broker {5}gateway simulator, market date \d{4}-\d{2}-\d{2}, account DU1000001$/,
      /^ {2}model {6}offline analyst, no LLM configured$/,
      /^ {2}artifacts {2}files in /,
      /^ {2}address {4}http:\/\/127\.0\.0\.1:\d+/,
      /^ {2}first run {2}AAPL, SPX: http/,
    ])
      expect(lines.some((text) => line.test(text))).toBe(true);
    const report = await settled(desk.url, await firstExecution(desk.url));
    expect(report.runs.map((run) => [run.symbol, run.status])).toEqual([
      ["AAPL", "waiting_approval"],
      ["SPX", "done"],
    ]);
  });

  test("knows the account's figures without being asked", async () => {
    const portfolio = await until(async () => {
      const now = await callDesk<{ summary: { netLiquidation: string } | null }>(
        desk.url,
        "GET",
        "/api/portfolio",
      );
      return now.summary === null ? null : now;
    });
    expect(portfolio.summary?.netLiquidation).toBe("100000");
  });
});

describe("a second start on the same folder", () => {
  test("is refused with the address of the first, which goes on unharmed", async () => {
    const { code, stdout, stderr } = await command("start");
    expect({ code, stdout }).toEqual({ code: 4, stdout: "" });
    expect(stderr).toBe(
      `countersign: DATA_DIR: a desk (process ${desk.pid}, ${desk.url}) already runs on ${options.dataDir}\n`,
    );
    const health = await json<{ status: string }>("doctor");
    expect(health.status).toBe("ok");
  });
});

describe("commands against a running desk", () => {
  let approval = "";

  test("list what waits, and refuse an answer that cannot be", async () => {
    const { approvals } = await json<Approvals>("approvals");
    expect(approvals.map((one) => one.shown.symbol)).toEqual(["AAPL"]);
    approval = approvals[0]?.id ?? "";
    const [word, unknown, more] = await Promise.all([
      command("approve", "AAPL"),
      command("reject", "00000000-0000-4000-8000-000000000000", "--reason", "no"),
      command("approve", approval, "--quantity", "999999"),
    ]);
    expect([word.code, unknown.code, more.code]).toEqual([2, 4, 2]);
    expect(more.stderr).toMatch(/^countersign: --quantity: /);
  });

  test("bring an approved order to the simulator, and the market brings its fill and the position", async () => {
    const approved = await json<{ status: string; run: { order: { status: string } } }>(
      "approve",
      approval,
      "--quantity",
      "10",
    );
    expect(approved).toMatchObject({ status: "edited", run: { order: { quantity: "10", side: "BUY" } } });
    const again = await command("approve", approval);
    expect(again.code).toBe(4);
    expect(again.stderr).toMatch(/already edited/);
    expect(await entries()).toMatchObject([{ symbol: "AAPL", status: "ACCEPTED", quantity: "10" }]);
    const before = await json<{ now: string }>("market");
    const after = await json<{ now: string }>("market", "next");
    expect(after.now > before.now).toBe(true);
    await until(async () => {
      const { positions } = await callDesk<{ positions: unknown[] }>(desk.url, "GET", "/api/portfolio");
      return positions.length === 0 ? null : true;
    });
    expect(await entries()).toMatchObject([{ symbol: "AAPL", status: "FILLED" }]);
    expect(await json("positions")).toMatchObject({ positions: [{ symbol: "AAPL", quantity: "10" }] });
  });

  test("do what docs/cli.md shows", async () => {
    const shown: Record<string, RegExp> = {
      approvals: /^Nothing waits for you/,
      orders: /AAPL +entry +BUY +10 +LIMIT .*FILLED/,
      positions: /AAPL +10 /,
      "market show": /^simulator: session of \d{4}-\d{2}-\d{2} is over/,
      "halt --reason": /^trading is HALTED \(news\)/,
      "halt --reducing": /^trading is REDUCING/,
      "halt --cancel-open": /^trading is HALTED .*\n0 entries are being cancelled, 1 exits were sent/,
      resume: /^trading is ACTIVE/,
      doctor: /database +ok/,
      config: /ADMIN_TOKEN +\*\*\* +environment/,
    };
    for (const [start, expected] of Object.entries(shown)) {
      const example = documentedExamples().find((line) => line.startsWith(start)) ?? "";
      const words = [...example.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? "");
      const { code, stdout } = await command(...words);
      expect({ example, code, stdout }).toEqual({
        example,
        code: 0,
        stdout: expect.stringMatching(expected),
      });
      expect(stdout).not.toContain(TEST_TOKEN);
    }
  });

  test("close at the market what the desk holds when asked to flatten", async () => {
    await json("market", "next");
    expect(await json("positions")).toMatchObject({ positions: [] });
    const { orders } = await json<{ orders: { leg: string; status: string }[] }>("orders");
    expect(orders.map(({ leg, status }) => `${leg} ${status}`).sort()).toEqual([
      "entry FILLED",
      "exit FILLED",
      "stop CANCELED",
      "target CANCELED",
    ]);
  });

  test("stop new orders with halt, and let them out again with resume", async () => {
    expect(await json("halt", "--reason", "a test")).toMatchObject({ state: "HALTED", reason: "a test" });
    const run = ["run", "--symbols", "AAPL", "--as-of", "2017-12-15", "--approve", "auto"] as const;
    type Report = { runs: { status: string; verdict: { codes: string[] }; order: object | null }[] };
    const halted = await json<Report>(...run);
    expect(halted.runs).toMatchObject([{ status: "denied", order: null }]);
    expect(halted.runs[0]?.verdict.codes).toContain("trading_halted");
    expect(await json("resume")).toMatchObject({ state: "ACTIVE" });
    expect((await json<Report>(...run)).runs).toMatchObject([{ status: "done", order: { side: "BUY" } }]);
  });

  test("go on after the database server was killed under them, and so does a run that was under way", async () => {
    const execution = await startExecution(desk.url, { symbols: ["AAPL"], asOf: "2017-12-18" });
    const file = path.join(options.dataDir, postmasterFile(options.dataDir) ?? "");
    process.kill(Number(readFileSync(file, "utf8").split("\n")[0]), "SIGKILL");
    await until(async () => (/the database server runs again/.test(desk.output()) ? true : null));
    const health = await until(async () => {
      const { code, stdout } = await command("doctor", "--json");
      return code === 0 ? (JSON.parse(stdout) as { status: string }) : null;
    });
    expect(health.status).toBe("ok");
    const { runs } = await settled(desk.url, execution);
    expect(runs.map((run) => run.error)).toEqual([null]);
  });

  test("end with the code that says whose fault it was", async () => {
    const [holiday, strategy, policy] = await Promise.all([
      command("run", "--symbols", "AAPL", "--as-of", "2017-11-23"),
      command("run", "--strategy", "get-rich", "--json"),
      command("run", "--approve", "maybe"),
    ]);
    expect(holiday).toMatchObject({ code: 2, stdout: "" });
    expect(holiday.stderr).toMatch(/^countersign: --as-of: .*2017-11-22\n$/);
    expect(strategy.code).toBe(4);
    expect(JSON.parse(strategy.stdout)).toMatchObject({ error: { code: "strategy_not_found" } });
    expect(policy.code).toBe(2);
    expect(policy.stderr).toMatch(/ask, auto, conditions, never/);
  });

  const wrong: [string, string[], RegExp][] = [
    ["a weekend", ["--symbols", "AAPL", "--as-of", "2017-11-12"], /--as-of: .*2017-11-10/],
    ["a date after all bars", ["--symbols", "AAPL", "--as-of", "2030-01-02"], /--as-of: .*data reach/],
    ["a date before the calendar", ["--symbols", "AAPL", "--as-of", "1990-01-02"], /--as-of: .*calendar/],
    ["no date", ["--symbols", "AAPL", "--as-of", "tomorrow"], /--as-of: /],
    ["a day that is none", ["--symbols", "AAPL", "--as-of", "2017-02-30"], /--as-of: /],
    ["a path for a symbol", ["--symbols", "../../etc/passwd"], /--symbols: /],
    ["a symbol twice", ["--symbols", "AAPL,AAPL"], /--symbols: each symbol once/],
    ["no symbol", ["--symbols", ","], /--symbols: /],
  ];
  test.each(wrong)("refuse %s, naming the option", async (_what, args, message) => {
    // In this process, for the errors alone: the command is the same, the desk is the running one.
    const program = buildProgram({
      variables: { DATA_DIR: options.dataDir, ADMIN_TOKEN: TEST_TOKEN },
      directory: folder,
      signal: new AbortController().signal,
      exitCode: ExitCode.ok,
    });
    const failure = await program.parseAsync(["run", ...args], { from: "user" }).catch((error) => error);
    expect(failure).toBeInstanceOf(InputError);
    expect((failure as Error).message).toMatch(message);
  });
});

describe("Ctrl-C", () => {
  test("ends the desk with 130, its announcement and its database with it", async () => {
    expect(postmasterFile(options.dataDir)).toBeDefined();
    expect(await desk.stop()).toBe(130);
    expect(postmasterFile(options.dataDir)).toBeUndefined();
    expect(existsSync(path.join(options.dataDir, "desk.json"))).toBe(false);
  });

  test("leaves all that was done to commands without a desk, two at a time; nothing runs on after them", async () => {
    const [orders, positions] = await Promise.all([
      json<Orders>("orders"),
      json<{ positions: unknown[] }>("positions"),
    ]);
    expect(orders.orders.some((order) => order.leg === "entry" && order.status === "FILLED")).toBe(true);
    expect(positions.positions).toEqual([]);
    expect(postmasterFile(options.dataDir)).toBeUndefined();
  });
});

/** PostgreSQL's own sign of life: there while it runs, removed by a clean stop. */
function postmasterFile(dataDir: string): string | undefined {
  return readdirSync(dataDir, { recursive: true, encoding: "utf8" }).find(
    (name) => path.basename(name) === "postmaster.pid",
  );
}
