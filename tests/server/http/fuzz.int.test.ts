// Every operation of the OpenAPI document, asked wrongly: never a 5xx, never a stack trace, always a problem document.
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { testDatabase } from "#tests/support/database.ts";
import { ORIGIN, webFixture } from "./fixture/web.ts";

const database = await testDatabase();
const web = await webFixture(database);

const Document = z.looseObject({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });
const { paths } = Document.parse(await (await web.app.request(`${ORIGIN}/api/openapi.json`)).json());
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => ({ path, method: method.toUpperCase() })),
);
const odd = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.constantFrom(
    "",
    "0",
    "-1",
    "null",
    "../../etc/passwd",
    "' or 1=1 --",
    "\u0000",
    "9".repeat(400),
    "%00",
    "[]",
  ),
  fc.uuid(),
);
const oddJson = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.dictionary(
    fc.constantFrom(
      "symbols",
      "symbol",
      "action",
      "edit",
      "reason",
      "asOf",
      "strategy",
      "parameters",
      "settings",
      "name",
      "definition",
      "template",
      "cloneOf",
      "version",
      "__proto__",
    ),
    fc.jsonValue({ maxDepth: 2 }),
  ),
);

async function soundlyRefused(answer: Response, what: string): Promise<void> {
  expect(answer.status, what).toBeLessThan(500);
  if (answer.headers.get("content-type")?.startsWith("text/event-stream")) {
    // Endless: that it began is the answer.
    await answer.body?.cancel();
    return;
  }
  const text = await answer.text();
  expect(text, what).not.toMatch(/\n\s+at |node_modules|\.tsx?:\d+/);
  if (answer.status >= 400)
    expect(answer.headers.get("content-type"), what).toContain("application/problem+json");
}

test.each(operations)("$method $path", async ({ path, method }) => {
  await fc.assert(
    fc.asyncProperty(odd, odd, oddJson, async (id, query, body) => {
      const address = `${path.replaceAll(/\{\w+\}/g, encodeURIComponent(id))}?cursor=${encodeURIComponent(query)}&limit=${encodeURIComponent(query)}&status=${encodeURIComponent(query)}&symbol=${encodeURIComponent(query)}&after=${encodeURIComponent(query)}&topics=${encodeURIComponent(query)}&run=${encodeURIComponent(id)}`;
      const init = method === "GET" || method === "DELETE" ? { method } : { method, json: body };
      await soundlyRefused(await web.api(address, init), `${method} ${address} ${JSON.stringify(body)}`);
    }),
    { numRuns: 25 },
  );
});

test("wrong methods and strangers are told so on every address", async () => {
  for (const { path } of operations) {
    const address = path.replaceAll(/\{\w+\}/g, "7a1f0f38-37a5-4b5c-8f1a-0a6f4d8f9c11");
    const wrong = await web.api(address, { method: "PUT" });
    expect([404, 405], `PUT ${path}`).toContain(wrong.status);
    const stranger = await web.app.request(ORIGIN + address);
    const open = ["/api/health", "/api/openapi.json"].includes(path);
    if (!open && stranger.status !== 405) expect(stranger.status, path).toBe(401);
  }
});

test("odd headers are refused in words, on the stream and with idempotency keys", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "grapheme-ascii", maxLength: 300 }), async (text) => {
      const value = text.trim();
      const stream = await web.api("/api/events", { headers: { "last-event-id": value } });
      await soundlyRefused(stream, `Last-Event-ID: ${value}`);
      const init = { method: "POST", json: { sessions: 0 }, headers: { "idempotency-key": value } };
      const moved = await web.api("/api/market/next", init);
      await soundlyRefused(moved, `Idempotency-Key: ${value}`);
      expect(moved.status).toBe(422);
    }),
    { numRuns: 40 },
  );
});
