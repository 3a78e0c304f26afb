// Parts that pages keep as they were written out: whatever changes in them is written anew, and memory is bounded.
import fc from "fast-check";
import { raw } from "hono/html";
import { jsx } from "hono/jsx/jsx-runtime";
import { describe, expect, test } from "vitest";
import { encodedPage, type Plain, written } from "#server/views/parts/kept.tsx";
import { type ExecutionLine, ExecutionTable } from "#server/views/parts/tables.tsx";

const line: ExecutionLine = {
  id: "one",
  strategy: "Two indicators",
  status: "running",
  mode: "paper",
  asOf: "2025-06-30T20:05:00.000Z",
  createdAt: "2025-06-30T20:05:00.000Z",
  symbolCount: 2,
  symbols: ["AAPL", "MSFT"],
  counts: { running: 1, done: 1 },
  scheduledFor: null,
};

const table = (...rows: ExecutionLine[]) => String(ExecutionTable({ rows }));

describe("parts that are kept", () => {
  test("say what they were made of, whatever was written before them", () => {
    const kind = {};
    const show = (value: Plain) => raw(JSON.stringify(value));
    const values = fc.array(fc.jsonValue({ maxDepth: 3 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(values, (asked) => {
        for (const value of [...asked, ...asked])
          expect(String(written(kind, value as Plain, () => show(value as Plain)))).toBe(
            JSON.stringify(value),
          );
      }),
      { numRuns: 60 },
    );
  });

  test("are written once for the same, and by kind", () => {
    let writings = 0;
    const count = (text: string) => () => {
      writings += 1;
      return raw(text);
    };
    const [one, other] = [{}, {}];
    expect(String(written(one, { a: [1, null] }, count("one")))).toBe("one");
    expect(String(written(one, { a: [1, null] }, count("never")))).toBe("one");
    expect(String(written(other, { a: [1, null] }, count("other")))).toBe("other");
    expect(writings).toBe(2);
  });

  test("stand in a page's bytes where its text has them, long or short, one within another, with text that looks like a place", () => {
    const [inner, outer] = [{}, {}];
    const prose = fc.string({ unit: "grapheme", maxLength: 700 });
    const texts = fc.array(fc.oneof(prose, fc.constant("<kept 0>".repeat(60))), { maxLength: 8 });
    const content = (given: readonly string[]) =>
      jsx("main", {
        children: given.map((text, at) => [
          text,
          written(outer, [text, at], () =>
            jsx("p", {
              title: text,
              children: [written(inner, text, () => jsx("b", { children: text })), "–"],
            }),
          ),
        ]),
      });
    fc.assert(
      fc.property(texts, (given) => {
        const expected = `<!doctype html>${String(content(given))}`;
        for (let look = 0; look < 2; look += 1) {
          const page = encodedPage(
            "<!doctype html>",
            jsx(() => content(given), {}),
          );
          expect(Buffer.from(page).toString("utf8")).toBe(Buffer.from(expected).toString("utf8"));
        }
      }),
      { numRuns: 60 },
    );
  });

  test("are forgotten when nobody has asked for long, and then written again", () => {
    const kind = {};
    const long = "x".repeat(500_000);
    let writings = 0;
    const ask = (value: Plain) =>
      written(kind, value, () => {
        writings += 1;
        return raw(long);
      });
    ask("first");
    for (let number = 0; number < 40; number += 1) ask(number);
    ask("first");
    expect(writings).toBe(42);
  });

  test("a row of a table changes with each of its fields, and text in it stays text", () => {
    const before = table(line);
    const changes: Partial<ExecutionLine>[] = [
      { id: "two" },
      { strategy: "<script>alert(1)</script>" },
      { status: "finished" },
      { mode: "live" },
      { asOf: "2025-07-01T20:05:00.000Z" },
      { createdAt: "2025-06-30T21:05:00.000Z" },
      { symbolCount: 3 },
      { symbols: ["AAPL", "NVDA"] },
      { counts: { done: 2 } },
    ];
    const written = changes.map((change) => table({ ...line, ...change }));
    expect(new Set([before, ...written]).size).toBe(changes.length + 1);
    expect(written[1]).toContain("&lt;script&gt;");
    expect(written[1]).not.toContain("<script>");
    expect(table(line)).toBe(before);
  });
});
