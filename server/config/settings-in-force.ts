// Every setting with its value and where it came from, secrets masked: for `config show` and the settings page. Pure.
import type { Config } from "./config.ts";
import { EnvironmentSchema } from "./environment.ts";
import { ConfigFileSchema } from "./file.ts";

export type SettingInForce = { key: string; value: string; source: string };

const SECRET = /KEY|TOKEN|PASSWORD/;

/** Environment variables by name, then the structure file's settings by dotted path. */
export function settingsInForce(config: Config): SettingInForce[] {
  return [...environmentSettings(config.variables), ...fileSettings(config)];
}

function environmentSettings(variables: Readonly<Record<string, string | undefined>>): SettingInForce[] {
  const defaults = EnvironmentSchema.parse({}) as Record<string, unknown>;
  return Object.keys(EnvironmentSchema.shape).map((key) => {
    const given = variables[key];
    if (given === undefined || given === "") {
      return { key, value: defaults[key] === undefined ? "" : String(defaults[key]), source: "default" };
    }
    return { key, value: SECRET.test(key) ? "***" : withoutPassword(given), source: "environment" };
  });
}

function withoutPassword(text: string): string {
  if (!URL.canParse(text)) return text;
  const url = new URL(text);
  if (url.password === "") return text;
  url.password = "***";
  return url.href;
}

function fileSettings(config: Config): SettingInForce[] {
  const defaults = flatten(ConfigFileSchema.parse({}));
  const source = config.configFile ?? "default";
  const sections = Object.keys(ConfigFileSchema.shape) as (keyof Config)[];
  const inForce = flatten(Object.fromEntries(sections.map((section) => [section, config[section]])));
  return [...inForce].map(([key, value]) => ({
    key,
    value,
    source: defaults.get(key) === value ? "default" : source,
  }));
}

function flatten(value: unknown, path = ""): Map<string, string> {
  if (typeof value !== "object" || value === null) return new Map([[path, String(value)]]);
  if (Array.isArray(value)) return new Map([[path, value.join(", ")]]);
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return new Map(
    entries.flatMap(([key, inner]) => [...flatten(inner, path === "" ? key : `${path}.${key}`)]),
  );
}
