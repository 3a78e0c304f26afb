// Every acceptance case against the simulator, in process and over HTTPS with its self-signed certificate pinned.
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ACCEPTANCE_CASES, acceptanceTable } from "#tools/ibkr/acceptance/cases.ts";
import { simulatedBench, type TransportKind } from "./gateway-bench.ts";

const KINDS: readonly TransportKind[] = ["in-process", "https"];

describe.each(KINDS)("gateway and client, %s", (kind) => {
  for (const one of ACCEPTANCE_CASES) {
    test(`${one.number} ${one.title}`, async () => {
      const bench = await simulatedBench(kind, one);
      try {
        await one.run(bench);
        expect(await bench.control?.breaches()).toBe(0);
      } finally {
        await bench.close();
      }
    });
  }
});

describe("the acceptance list", () => {
  test("numbers its cases without gap", () => {
    expect(ACCEPTANCE_CASES.map((one) => one.number)).toEqual(ACCEPTANCE_CASES.map((_, index) => index + 1));
    expect(ACCEPTANCE_CASES.length).toBeGreaterThanOrEqual(40);
  });

  test("is the table of docs/acceptance.md", () => {
    const file = new URL("../../docs/acceptance.md", import.meta.url);
    expect(existsSync(file)).toBe(true);
    expect(readFileSync(file, "utf8")).toContain(acceptanceTable());
  });
});
