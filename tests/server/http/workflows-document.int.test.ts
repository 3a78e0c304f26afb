// docs/workflows.md against the desk: every request is carried out, every table says what is there.
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { INDICATORS } from "#store/model/workflow/definition.ts";
import { STEP_TYPES } from "#store/model/workflow/steps.ts";
import { WORKFLOW_TEMPLATES } from "#store/model/workflow/templates.ts";
import { testDatabase } from "#tests/support/database.ts";
import { exchangeTimeText, nextInstants } from "#tools/schedule.ts";
import { webFixture } from "./fixture/web.ts";

const document = readFileSync(path.resolve(import.meta.dirname, "../../../docs/workflows.md"), "utf8");
const Identified = z.looseObject({ id: z.string() });
const requests = [...document.matchAll(/```http\n(\w+) (\S+)\n([\s\S]*?)```/g)].map(
  ([, method = "", address = "", body = ""]) => ({ method, address, body: body.trim() }),
);

/** First cells of the rows under a heading. */
function firstCells(heading: string): string[] {
  const text = document.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? "";
  return [...text.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1] ?? "");
}

test("every request is answered as it says", async () => {
  const web = await webFixture(await testDatabase());
  const known: Record<string, string> = {};
  const filled = (text: string) =>
    text.replace(/\{([a-z]+(?:-[a-z]+)*)\}/g, (all, name) => known[name] ?? all);
  expect(requests.length).toBeGreaterThan(7);
  for (const { method, address, body } of requests) {
    const json = body === "" ? {} : { json: JSON.parse(filled(body)) as unknown };
    const answer = await web.api(filled(address), { method, ...json });
    expect(answer.status, `${method} ${address}: ${await answer.clone().text()}`).toBeLessThan(300);
    const { data } = Identified.safeParse(await answer.json());
    if (data === undefined) continue;
    known[address.startsWith("/api/workflows") ? "workflow-version" : "strategy"] = data.id;
  }
});

test("templates, steps and indicators are those of the desk", () => {
  expect(firstCells("Templates")).toEqual(WORKFLOW_TEMPLATES.map(({ key }) => key));
  expect(firstCells("Steps")).toEqual([...STEP_TYPES]);
  for (const indicator of INDICATORS) expect(document).toContain(`\`${indicator}\``);
});

test("each expression of the table comes next when it says", () => {
  const rows = [...document.matchAll(/^\| `([^`]+)` \|[^|]+\| (\d{4}-\d\d-\d\d \d\d:\d\d) \|$/gm)];
  expect(rows).toHaveLength(5);
  const after = new Date("2018-03-01T21:00:00Z");
  for (const [, cron = "", next] of rows)
    expect(nextInstants(cron, after, 1).map(exchangeTimeText), cron).toEqual([next]);
});
