// The OpenAPI document: valid, complete, and true of what the server answers.
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { z } from "zod";
import { testDatabase } from "#tests/support/database.ts";
import { ticker } from "#tests/support/seed.ts";
import { ORIGIN, webFixture } from "./fixture/web.ts";

const database = await testDatabase();
const web = await webFixture(database);

const Document = z.looseObject({
  openapi: z.string(),
  paths: z.record(
    z.string(),
    z.record(z.string(), z.looseObject({ responses: z.record(z.string(), z.looseObject({})) })),
  ),
  components: z.looseObject({ schemas: z.record(z.string(), z.unknown()) }),
});
const raw: unknown = await (await web.app.request(`${ORIGIN}/api/openapi.json`)).json();
const document = Document.parse(raw);

test("is a valid OpenAPI 3.1 document", async () => {
  const result = await new Validator().validate(z.record(z.string(), z.unknown()).parse(raw));
  expect(result.errors ?? []).toEqual([]);
  expect(result.valid).toBe(true);
  expect(document.openapi).toBe("3.1.0");
});

test("describes every operation with a summary, a tag and its failures", () => {
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      expect(operation, `${method} ${path}`).toMatchObject({
        summary: expect.any(String),
        tags: [expect.any(String)],
      });
      if (operation.security === undefined) expect(Object.keys(operation.responses)).toContain("401");
    }
  }
});

test("is shown as a reference page in which each operation appears", async () => {
  const html = await (await web.app.request(`${ORIGIN}/api/docs`)).text();
  for (const path of Object.keys(document.paths)) expect(html).toContain(path);
});

type Sample = Readonly<Record<string, string>>;

async function samples(): Promise<Sample> {
  const executionId = await web.analyse([ticker("AAPL")]);
  const first = async (path: string, key = "rows") => {
    const body = z.looseObject({}).parse(await (await web.api(path)).json());
    const rows = z.array(z.looseObject({ id: z.unknown() })).parse(body[key]);
    return String(rows[0]?.id ?? "");
  };
  const added = await web.api("/api/workflow-symbols", { method: "POST", json: { symbol: "AAPL" } });
  const run = await first(`/api/executions/${executionId}`, "runs");
  return {
    executions: executionId,
    "symbol-runs": run,
    artifacts: await first(`/api/artifacts?run=${run}`),
    approvals: await first("/api/approvals"),
    "workflow-symbols": String(z.looseObject({ id: z.string() }).parse(await added.json()).id),
    strategies: await first("/api/strategies"),
    "workflow-versions": await first("/api/workflow-versions"),
    workflows: await workflowName(),
    instruments: "AAPL",
  };
}

async function workflowName(): Promise<string> {
  const Made = z.looseObject({ name: z.string() });
  const json = { name: "of the document", template: "two-indicator" };
  return Made.parse(await (await web.api("/api/workflows", { method: "POST", json })).json()).name;
}

const QUERIES: Sample = {
  "/api/prompt-activations": "?stage=decision",
  "/api/prompt-results": "?stage=decision",
  "/api/symbol-runs": "?symbol=AAPL",
  "/api/events": "",
};

/** What needs more than an analysis to be there: a fill (lookback.int.test.ts), a fork (forks.int.test.ts). */
const ELSEWHERE: ReadonlySet<string> = new Set([
  "/api/fills/{executionRef}/lineage",
  "/api/symbol-runs/{id}/comparison",
]);

test("is true: every GET answers as it says", { timeout: 240_000 }, async () => {
  const ids = await samples();
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: "doc", ...document });
  const visited: string[] = [];
  for (const [path, operations] of Object.entries(document.paths)) {
    if (operations.get === undefined || path === "/api/events" || ELSEWHERE.has(path)) continue;
    const id = ids[path.split("/")[2] ?? ""];
    if (/\{(id|name|symbol)\}/.test(path) && (id === undefined || id === "")) continue;
    const query = path === "/api/artifacts" ? `?run=${ids["symbol-runs"]}` : (QUERIES[path] ?? "");
    const answer = await web.api(
      `${path
        .replace(/\{(id|name|symbol)\}/, id ?? "")
        .replace("{timeframe}", "daily")
        .replace("{symbol}", "AAPL")}${query}`,
    );
    expect(answer.status, path).toBe(200);
    visited.push(path);
    if (!(answer.headers.get("content-type") ?? "").includes("application/json")) continue;
    const pointer = `/paths/${path.replaceAll("/", "~1")}/get/responses/200/content/application~1json/schema`;
    const check = ajv.compile({ $ref: `doc#${encodeURI(pointer)}` });
    const valid = check(await answer.json());
    expect(valid, `${path}: ${JSON.stringify(check.errors)}`).toBe(true);
  }
  expect(visited.length).toBeGreaterThanOrEqual(24);
});
