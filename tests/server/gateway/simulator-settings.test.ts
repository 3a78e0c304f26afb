// The settings file of a served simulator: all faults at once, nothing silently ignored.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { readSimulatorSettings } from "#server/gateway/simulator-settings.ts";
import { temporaryFolder } from "#tests/support/desk-process.ts";

const folder = temporaryFolder();
afterAll(() => folder.remove());

function fileOf(text: string): string {
  const file = path.join(folder.path, "simulator.yaml");
  writeFileSync(file, text);
  return file;
}

test("takes any part of the settings, and an empty file for none", () => {
  const file = fileOf("session: { idleMs: 2000, relogin: manual }\norders: { duplicateStatus: 400 }\n");
  expect(readSimulatorSettings(file)).toEqual({
    session: { idleMs: 2000, relogin: "manual" },
    orders: { duplicateStatus: 400 },
  });
  expect(readSimulatorSettings(fileOf(""))).toEqual({});
});

test("tells every fault with the setting's name", () => {
  const file = fileOf("sesion: {}\nsession: { idelMs: 3 }\norders: { duplicateStatus: 500, sizeLimit: 0 }\n");
  const faults = [
    "sesion: unknown",
    "session.idelMs: unknown",
    "orders.duplicateStatus: must be 200 or 400",
    "orders.sizeLimit",
  ];
  for (const fault of faults) expect(() => readSimulatorSettings(file)).toThrow(fault);
});

test("tells a file that is not there, or is no YAML", () => {
  expect(() => readSimulatorSettings("/nowhere.yaml")).toThrow(/--settings \/nowhere\.yaml.*\n.*ENOENT/);
  expect(() => readSimulatorSettings(fileOf("a: [1\nb: }"))).toThrow(/--settings/);
});
