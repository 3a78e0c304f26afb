// Everything that can be wrong when somebody starts the desk: one clear message each, a non-zero exit, nothing left behind.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createTestDatabase } from "#tests/support/database.ts";
import { runCommand } from "#tests/support/desk-process.ts";
import { temporaryFolder } from "#tests/support/temporary-folder.ts";

// A deadline against hanging: processes on a busy machine.
vi.setConfig({ testTimeout: 300_000 });
const folder = await temporaryFolder("set-up");
const database = await createTestDatabase();
const stranger = createServer((_request, response) => response.end("not a desk"));

beforeAll(async () => {
  await new Promise<void>((resolve) => stranger.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  stranger.close();
  await database.drop();
});

const strangersPort = () => (stranger.address() as AddressInfo).port;

type Attempt = { environment?: Record<string, string>; arguments?: string[]; dataDir?: string };

async function refused(attempt: Attempt): Promise<{ code: number | null; stderr: string }> {
  const dataDir = attempt.dataDir ?? path.join(folder, "desk");
  const options = { dataDir, ...(attempt.environment && { environment: attempt.environment }) };
  const { code, stdout, stderr } = await runCommand(options, ["start", ...(attempt.arguments ?? [])]);
  expect(stdout).toBe("");
  expect(stderr).not.toMatch(/^\s+at .*:\d+/m); // a message for people, not a stack
  expect(existsSync(path.join(dataDir, "desk.json"))).toBe(false);
  return { code, stderr };
}

function changed(url: string, change: (url: URL) => void): string {
  const copy = new URL(url);
  change(copy);
  return copy.href;
}

describe("start: places that cannot be used", () => {
  test("tells a taken port, before a database is started", async () => {
    const dataDir = path.join(folder, "taken");
    const { code, stderr } = await refused({ dataDir, environment: { PORT: String(strangersPort()) } });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `countersign: PORT: ${strangersPort()} on 127.0.0.1 is taken by another program; set PORT to a free one\n`,
    });
    expect(existsSync(dataDir)).toBe(false);
  });

  test("tells a data folder that is a file, or lies below one", async () => {
    const file = path.join(folder, "a-file");
    writeFileSync(file, "");
    for (const dataDir of [file, path.join(file, "below")]) {
      const { code, stderr } = await refused({ dataDir });
      expect(code).toBe(2);
      expect(stderr).toMatch(/^countersign: DATA_DIR: cannot write to .*a-file.*\n$/);
    }
  });

  test("tells a token file that holds no token, instead of opening the desk to everybody", async () => {
    const dataDir = path.join(folder, "broken-token");
    mkdirSync(dataDir);
    writeFileSync(path.join(dataDir, "admin-token"), "\n");
    const environment = { ADMIN_TOKEN: "", DATABASE_URL: database.url };
    const { code, stderr } = await refused({ dataDir, environment });
    expect(code).toBe(2);
    expect(stderr).toMatch(/admin-token holds no token/);
  });
});

describe("start: a database that cannot be used", () => {
  const cases: [string, () => string, number, RegExp][] = [
    ["nobody listens", () => "postgres://desk@127.0.0.1:1/desk", 3, /DATABASE_URL.*127\.0\.0\.1:1/],
    [
      "another kind of server answers",
      () => `postgres://desk@127.0.0.1:${strangersPort()}/desk`,
      3,
      /DATABASE_URL/,
    ],
    [
      "no such database",
      () => changed(database.url, (url) => (url.pathname = "/nowhere")),
      2,
      /DATABASE_URL.*nowhere/,
    ],
    [
      "a login that is refused",
      () =>
        changed(database.url, (url) => {
          url.username = "stranger";
          url.password = "wrong-secret";
        }),
      2,
      /DATABASE_URL/,
    ],
  ];

  test.each(cases)("%s", async (_what, url, code, message) => {
    const attempt = await refused({ environment: { DATABASE_URL: url() } });
    expect(attempt.stderr).toMatch(message);
    expect(attempt.stderr.trim().split("\n")).toHaveLength(1);
    expect(attempt.stderr).not.toContain("wrong-secret");
    expect(attempt.code).toBe(code);
  });
});

describe("start: settings at fault", () => {
  test("tells all faults of environment, flags and structure file at once", async () => {
    const file = path.join(folder, "faulty.yaml");
    writeFileSync(file, "worker:\n  paralelism: 3\nmodels:\n  timeoutMs: 5\nmarket:\n  start: yesterday\n");
    const { code, stderr } = await refused({
      environment: {
        PORT: "eighty",
        DATABASE_URL: "mysql://desk:a-password@host/desk",
        OPENAI_API_KEY: "sk-a-secret",
        MARKET_DATA_DIR: "/nowhere",
        DATA_DIRR: "x",
      },
      arguments: ["--live", "--config", file],
    });
    expect(code).toBe(2);
    const faults = [
      "DATA_DIRR: unknown setting; did you mean DATA_DIR?",
      "PORT: must be a port number",
      "DATABASE_URL: must be a postgres:// address",
      "faulty.yaml: worker.paralelism: unknown setting",
      "faulty.yaml: models.timeoutMs: ",
      "faulty.yaml: market.start: ",
      "OPENAI_MODEL: missing",
      "MARKET_DATA_DIR: no such folder",
      "--live was given, but live trading also needs PAPER_TRADING_MODE=false",
    ];
    for (const fault of faults) expect(stderr).toContain(`  - ${fault}`);
    expect(stderr).toContain(`${faults.length} faults`);
    expect(stderr).not.toMatch(/a-password|sk-a-secret/);
  });

  test("refuses a worker without shared services, and live trading by one switch alone", async () => {
    const options = { dataDir: path.join(folder, "desk") };
    const half = { PAPER_TRADING_MODE: "false", IBKR_GATEWAY_URL: "https://127.0.0.1:1" };
    const [worker, live] = await Promise.all([
      runCommand(options, ["worker"]),
      refused({ environment: half }),
    ]);
    expect(worker.code).toBe(2);
    expect(worker.stderr).toMatch(/DATABASE_URL and IBKR_GATEWAY_URL/);
    expect(live.code).toBe(2);
    expect(live.stderr).toMatch(/also needs the flag --live/);
    const orders = await runCommand({ ...options, environment: half }, ["orders"]);
    expect(orders).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/begins with: countersign start --live/),
    });
  });
});

describe("market data: files at fault", () => {
  test("refuses each bad file with its line, and loads the others", async () => {
    const directory = path.join(folder, "market");
    mkdirSync(directory);
    const head = "date,open,high,low,close,volume";
    const good = "2020-01-02,10,11,9,10,1000";
    const files: Record<string, string[]> = {
      "GOOD.csv": [head, good],
      "COLUMN.csv": ["date,open,high,low,close", "2020-01-02,10,11,9,10"],
      "HIGHLOW.csv": [head, good, "2020-01-03,10,9,11,10,1000"],
      "ORDER.csv": [head, "2020-01-03,10,11,9,10,1000", good],
      "TWICE.csv": [head, good, good],
      "NUMBER.csv": [head, good, "2020-01-03,ten,11,9,10,1000"],
      "lower-case.csv": [head, good],
    };
    for (const [name, lines] of Object.entries(files))
      writeFileSync(path.join(directory, name), `${lines.join("\n")}\n`);
    const { code, stderr, stdout } = await runCommand(
      {
        dataDir: path.join(folder, "market-desk"),
        environment: { MARKET_DATA_DIR: directory, DATABASE_URL: database.url },
      },
      ["market", "--json"],
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ kind: "simulator" });
    for (const fault of [
      /market data: COLUMN\.csv, line 1: no column volume/,
      /market data: HIGHLOW\.csv, line 3: /,
      /market data: ORDER\.csv, line 3: /,
      /market data: TWICE\.csv, line 3: /,
      /market data: NUMBER\.csv, line 3: /,
      /market data: lower-case\.csv/,
    ])
      expect(stderr).toMatch(fault);
    expect(stderr).not.toMatch(/GOOD/);
    expect(readdirSync(path.join(folder, "market-desk"))).not.toContain("desk.json");
  });
});
