// docs/api.md carried out: its shell blocks, in one Bash, against a desk that was really started; its table of commands against
// the program and the OpenAPI document.
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { ExitCode } from "#server/cli/exit-codes.ts";
import { buildProgram } from "#server/cli/program.ts";
import { LIVE_FACTS, LIVE_TOPICS } from "#store/model/live.ts";
import { createTestDatabase } from "#tests/support/database.ts";
import { callDesk, startDesk, TEST_TOKEN, temporaryFolder } from "#tests/support/desk-process.ts";

const document = readFileSync(path.resolve(import.meta.dirname, "../../../docs/api.md"), "utf8");
const blocks = [...document.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1] ?? "");

/** The rows of the table under a heading, as cells. */
function tableUnder(heading: string): string[][] {
  const section = document.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? "";
  return [...section.matchAll(/^\| (`.*) \|$/gm)].map((match) => (match[1] ?? "").split(" | "));
}

/** Into a file, not a pipe: a stream that is still being read when the script ends would keep a pipe open. */
async function bash(script: string, environment: Record<string, string>, file: string) {
  const out = openSync(file, "w");
  const child = spawn("bash", ["-c", `set -euo pipefail\n${script}`], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ["ignore", out, out],
  });
  const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
  closeSync(out);
  return { code, output: readFileSync(file, "utf8") };
}

const Paths = z.looseObject({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });
const Order = z.looseObject({ id: z.string(), status: z.string(), leg: z.string() });

/** A new desk analyses AAPL by itself; while that waits for its countersign it holds the symbol's room, as the document says. */
async function rejectFirstRun(url: string): Promise<void> {
  const Waiting = z.object({ rows: z.array(z.looseObject({ id: z.string() })) });
  const waiting = async () =>
    Waiting.parse(await callDesk(url, "GET", "/api/approvals?status=pending")).rows.map(({ id }) => id);
  await expect.poll(waiting).toHaveLength(1);
  for (const id of await waiting())
    await callDesk(url, "POST", `/api/approvals/${id}/answer`, { action: "reject", reason: "for the walk" });
}

test("the walk from the token to the filled order runs as it is written", { timeout: 300_000 }, async () => {
  const folder = temporaryFolder();
  const { url: databaseUrl, drop } = await createTestDatabase({ empty: true });
  const desk = await startDesk({ dataDir: folder.path, environment: { DATABASE_URL: databaseUrl } });
  try {
    await rejectFirstRun(desk.url);
    const { code, output } = await bash(
      blocks.join("\n"),
      { DESK: desk.url, TOKEN: TEST_TOKEN },
      path.join(folder.path, "walk.log"),
    );
    expect(output).toMatch(/started execution [0-9a-f-]{36}\napproval [0-9a-f-]{36} waits/);
    expect(output, output).toContain("FILLED");
    expect(code, output).toBe(0);
    const { rows } = z
      .object({ rows: z.array(Order) })
      .parse(await callDesk(desk.url, "GET", "/api/orders?status=FILLED"));
    expect(rows.filter((order) => order.leg === "entry")).toHaveLength(1);
    expect(await callDesk(desk.url, "GET", "/api/trading-state")).toMatchObject({
      state: "ACTIVE",
      reason: "that was only a drill",
    });

    const { paths } = Paths.parse(await callDesk(desk.url, "GET", "/api/openapi.json"));
    const told = tableUnder("The command line and the API");
    const program = buildProgram({
      variables: {},
      directory: "/",
      signal: new AbortController().signal,
      exitCode: ExitCode.ok,
    });
    const commands = program.commands.map((command) => command.name());
    expect(told.map(([name]) => name?.replaceAll("`", "")).sort()).toEqual([...commands].sort());
    for (const [name, routes = ""] of told) {
      const named = [...routes.matchAll(/`(GET|POST|PUT|PATCH|DELETE) (\/api[^`]*)`/g)];
      if (named.length === 0) expect(routes, name).toMatch(/^none: /);
      for (const [, method = "", route = ""] of named)
        expect(paths[route]?.[method.toLowerCase()], `${name}: ${method} ${route}`).toBeDefined();
    }
  } finally {
    await desk.kill();
    await drop();
    folder.remove();
  }
});

test("the table of live events names every topic and what it carries", () => {
  const rows = new Map(
    tableUnder("Live events").map(([topic = "", , facts = ""]) => [topic.replaceAll("`", ""), facts]),
  );
  expect([...rows.keys()]).toEqual(["node", ...LIVE_TOPICS]);
  for (const topic of LIVE_TOPICS) {
    const told = [...(rows.get(topic) ?? "").matchAll(/`(\w+)`/g)].map((match) => match[1]);
    expect(told).toEqual(Object.keys(LIVE_FACTS[topic].shape));
  }
});
