// docker-compose.yml against the program: services call commands that exist and set variables that the desk knows.
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { EnvironmentSchema } from "#server/config/environment.ts";

const root = path.resolve(import.meta.dirname, "../..");
const file = parse(readFileSync(path.join(root, "docker-compose.yml"), "utf8"), { merge: true }) as {
  services: Record<
    string,
    { build?: string; image?: string; command?: string[]; environment?: Record<string, string> }
  >;
};
const ours = Object.entries(file.services).filter(([, service]) => service.build !== undefined);

describe("docker-compose.yml", () => {
  test("starts commands that the program has", () => {
    const program = readFileSync(path.join(root, "server/cli/program.ts"), "utf8").replaceAll(/\s+/g, "");
    for (const [name, { command }] of ours) expect(program, name).toContain(`command("${command?.[0]}"`);
  });

  test("sets only variables that the desk knows", () => {
    const known = Object.keys(EnvironmentSchema.shape);
    for (const [name, { environment }] of ours) {
      expect(
        Object.keys(environment ?? {}).filter((key) => !known.includes(key)),
        name,
      ).toEqual([]);
    }
  });

  test("pins every foreign image to a release", () => {
    for (const [name, { image }] of Object.entries(file.services)) {
      if (image !== undefined) expect(image, name).toMatch(/:(?!latest).+/);
    }
  });
});
