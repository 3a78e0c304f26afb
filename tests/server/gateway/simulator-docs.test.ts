// docs/gateway-simulator.md is true: its examples give what they show, its settings are all of them with their defaults.
import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { SimulatorSettingsFile } from "#server/gateway/simulator-settings.ts";
import { FAULT_KINDS } from "#tools/simulator/faults/faults.ts";
import {
  createSimulator,
  DEFAULT_SETTINGS,
  loadMarketData,
  type ServedSimulator,
  serveSimulator,
} from "#tools/simulator/index.ts";

const document = readFileSync(
  path.resolve(import.meta.dirname, "../../../docs/gateway-simulator.md"),
  "utf8",
);
const clock = { now: () => new Date(), monotonic: () => performance.now() };

type Example = { command: string; kind: string; shown: string };
const EXAMPLES: Example[] = [
  ...document.matchAll(/```sh\n(curl [^`]*?)\n```\n```(json|text)\n([\s\S]*?)\n```/g),
].map(([, command = "", kind = "", shown = ""]) => ({ command, kind, shown }));

/** As much of curl as the page uses. */
function request(command: string, base: string): Request {
  const words = [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? "");
  const flagged = (flag: string) => (words.includes(flag) ? words[words.indexOf(flag) + 1] : undefined);
  const url = words.find((word) => word.startsWith("$SIM"))?.replace("$SIM", base);
  const body = flagged("-d");
  return new Request(url ?? "", {
    method: flagged("-X") ?? (body === undefined ? "GET" : "POST"),
    ...(body === undefined ? {} : { body }),
  });
}

/** "…" stands for any value. */
function expected(shown: unknown): unknown {
  if (shown === "…") return expect.anything();
  if (Array.isArray(shown)) return shown.map(expected);
  if (typeof shown !== "object" || shown === null) return shown;
  return expect.objectContaining(
    Object.fromEntries(Object.entries(shown).map(([key, value]) => [key, expected(value)])),
  );
}

describe("the page about the simulator", () => {
  let server: ServedSimulator;
  beforeAll(async () => {
    const { market } = await loadMarketData({});
    const simulator = createSimulator({ market, accountId: "DU1000001", clock });
    server = await serveSimulator(simulator, { host: "127.0.0.1", port: 0 });
  });
  afterAll(() => server.close());

  test("has an example of every control call", () => {
    const calls = EXAMPLES.map(
      ({ command }) => `${/-X (\w+)/.exec(command)?.[1] ?? "GET"} ${/\/_sim\/\w+/.exec(command)?.[0]}`,
    );
    for (const call of [
      "GET /_sim/clock",
      "POST /_sim/clock",
      "POST /_sim/next",
      "POST /_sim/reset",
      "GET /_sim/faults",
      "POST /_sim/faults",
      "DELETE /_sim/faults",
      "POST /_sim/login",
      "POST /_sim/session",
      "GET /_sim/journal",
      "DELETE /_sim/journal",
      "GET /_sim/instruments",
    ])
      expect(calls).toContain(call);
  });

  test.each(EXAMPLES)("$command", async ({ command, kind, shown }) => {
    const response = await fetch(request(command, server.url));
    const text = await response.text();
    if (kind === "text") expect(text).toBe(shown);
    else expect(JSON.parse(text)).toEqual(expected(JSON.parse(shown)));
  });

  test("names every kind of fault", () => {
    expect(FAULT_KINDS.filter((kind) => !document.includes(`\`${kind}\``))).toEqual([]);
  });

  test("shows every setting with its default, in a file that is valid", () => {
    const file: unknown = parse(/```yaml\n([\s\S]*?)```/.exec(document)?.[1] ?? "");
    expect(file).toEqual(DEFAULT_SETTINGS);
    expect(SimulatorSettingsFile.safeParse(file).error).toBeUndefined();
  });
});
