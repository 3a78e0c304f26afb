import { execFile } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as vega from "vega";
import { compile } from "vega-lite";
import { expect, test } from "vitest";
import { type BrowserChart, chartSpec, chartSvg } from "#tools/charts/index.ts";
import { appleBars } from "../indicators/bars.ts";
import { apple, chartOf } from "./inputs.ts";

const run = promisify(execFile);
const web = { ...apple, size: "web" } as const;
const drawer = fileURLToPath(new URL("./draw-without-eval.mjs", import.meta.url));

/** The SVG that a page gets: Vega's expression interpreter in a process that forbids code from strings. */
async function drawn(spec: BrowserChart): Promise<string> {
  const file = path.join(mkdtempSync(path.join(os.tmpdir(), "countersign-spec-")), "spec.json");
  writeFileSync(file, JSON.stringify(spec));
  const { stdout } = await run(process.execPath, ["--disallow-code-generation-from-strings", drawer, file], {
    maxBuffer: 1e8,
    timeout: 100_000,
  });
  return stdout;
}

const paths = (svg: string) => [...svg.matchAll(/ d="([^"]+)"/g)].map(([, d]) => d);
const texts = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]+)</g)].map(([, text]) => text);

test("draws what the PNG shows, without evaluating a string as code", async () => {
  const [page, picture] = await Promise.all([drawn(chartSpec(web)), chartSvg(web)]);
  expect(texts(page)).toEqual(texts(picture));
  const inPage = new Set(paths(page));
  expect(paths(picture).filter((d) => !inPage.has(d) && !d?.includes("h0v0"))).toHaveLength(1);
});

test("carries its rows once, and no code", () => {
  const json = JSON.stringify(chartSpec(web));
  expect(json.match(/"d":"2015-05-06"/g)).toHaveLength(1);
  expect(json.length).toBeLessThan(100_000);
  expect(json).not.toMatch(/https?:\/\/(?!vega\.github\.io\/schema)/);
});

test("compiles without a warning in every size and bar count", () => {
  const warnings: unknown[] = [];
  const logger = vega.logger(vega.Warn, undefined, (_method, _level, input) => warnings.push(input));
  for (const size of ["model", "web"] as const) {
    for (const bars of [1, 60, 200, 250]) {
      const spec = chartSpec(chartOf(appleBars().slice(0, bars), { size, barsShown: 250 }));
      compile(spec as unknown as Parameters<typeof compile>[0], { logger });
    }
  }
  expect(warnings).toEqual([]);
});
