// Configuration: all faults at once, nothing silently ignored, the documented example valid.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { ConfigError, type ConfigSources, loadConfig } from "#server/config/config.ts";
import { EnvironmentSchema } from "#server/config/environment.ts";
import { ConfigFileSchema } from "#server/config/file.ts";

let directory = "";
beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), "countersign-config-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

function load(variables: Record<string, string>, flags: Partial<ConfigSources["flags"]> = {}) {
  return loadConfig({ variables, directory, flags: { live: false, ...flags } });
}

function faultsOf(act: () => unknown): readonly string[] {
  try {
    act();
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

function yaml(text: string): string {
  const file = path.join(directory, `${text.length}.yaml`);
  writeFileSync(file, text);
  return file;
}

describe("config: defaults", () => {
  test("runs on nothing: embedded database, simulator, offline analyst, loopback, paper", () => {
    expect(load({})).toMatchObject({
      port: 8787,
      host: "127.0.0.1",
      databaseUrl: null,
      gatewayUrl: null,
      model: null,
      minio: null,
      mode: "paper",
      worker: { parallelism: 5 },
      dataDir: path.join(directory, ".countersign"),
    });
  });

  test("takes an empty variable for an absent one", () => {
    expect(load({ OPENAI_MODEL: "", DATABASE_URL: "" })).toMatchObject({ model: null, databaseUrl: null });
  });

  test("lets flags win over variables", () => {
    expect(load({ PORT: "9000" }, { port: "9001" }).port).toBe(9001);
  });
});

describe("config: faults", () => {
  test("tells all faults at once, with the setting's name", () => {
    const faults = faultsOf(() =>
      load(
        {
          PORT: "eighty",
          DATABASE_URL: "mysql://x",
          PAPER_TRADING_MODE: "maybe",
          MINIO_ENDPOINT: "http://s3",
        },
        {
          configFile: yaml("worker:\n  paralelism: 3\nretry:\n  limit: -1\n"),
        },
      ),
    );
    for (const name of ["PORT", "DATABASE_URL", "PAPER_TRADING_MODE", "worker.paralelism", "retry.limit"]) {
      expect(
        faults.some((fault) => fault.includes(name)),
        name,
      ).toBe(true);
    }
  });

  test("refuses an unknown key in the structure file", () => {
    expect(faultsOf(() => load({}, { configFile: yaml("wroker: {}\n") }))).toEqual([
      expect.stringContaining("wroker: unknown setting"),
    ]);
  });

  test("refuses a structure file that is not YAML", () => {
    expect(faultsOf(() => load({}, { configFile: yaml("a: [1\nb: }") })).length).toBeGreaterThan(0);
  });

  test("takes a near miss of a variable's name for a slip", () => {
    expect(faultsOf(() => load({ OPENAI_API_BSE: "http://127.0.0.1:1/v1" }))).toEqual([
      "OPENAI_API_BSE: unknown setting; did you mean OPENAI_API_BASE?",
    ]);
  });

  test("refuses half a MinIO configuration and a model without a server", () => {
    expect(faultsOf(() => load({ MINIO_ENDPOINT: "http://127.0.0.1:9000" }))[0]).toMatch(
      /MINIO_ACCESS_KEY.*missing/,
    );
    expect(faultsOf(() => load({ OPENAI_MODEL: "m" }))[0]).toMatch(/OPENAI_API_KEY or OPENAI_API_BASE/);
    expect(faultsOf(() => load({ OPENAI_API_KEY: "k" }))[0]).toMatch(/OPENAI_MODEL: missing/);
  });

  test("refuses a market data folder that is not there", () => {
    expect(faultsOf(() => load({ MARKET_DATA_DIR: "nowhere" }))[0]).toMatch(/no such folder/);
  });
});

describe("config: the gateway's certificate", () => {
  const insecure = "gateway:\n  insecureCertificate: true\n";

  test("complains at every start while any certificate is accepted", () => {
    expect(load({}).notices).toEqual([]);
    expect(load({}, { configFile: yaml(insecure) }).notices).toEqual([
      expect.stringMatching(/insecureCertificate is true.*not checked.*Pin its fingerprint/),
    ]);
  });

  test("refuses a pin beside it, which would have no effect", () => {
    const both = yaml(`${insecure}  certificateFingerprint: "${Array(32).fill("AB").join(":")}"\n`);
    expect(faultsOf(() => load({}, { configFile: both }))).toEqual([
      expect.stringMatching(/gateway.certificateFingerprint: without effect/),
    ]);
  });
});

describe("config: reached from elsewhere", () => {
  test("warns beyond loopback, and says what a TLS proxy still needs", () => {
    const [plain] = load({ HOST: "0.0.0.0" }).notices;
    expect(plain).toMatch(/0\.0\.0\.0.*readably.*web\.secureCookie: true/);
    const behind = yaml("web:\n  secureCookie: true\n  trustedProxies: [10.0.0.0/8, ::1]\n");
    const config = load({ HOST: "0.0.0.0" }, { configFile: behind });
    expect(config.web).toEqual({ secureCookie: true, trustedProxies: ["10.0.0.0/8", "::1"] });
    expect(config.notices).toEqual([expect.stringMatching(/let only the TLS proxy reach it/)]);
  });

  test("refuses a proxy that is no address", () => {
    const odd = yaml("web:\n  trustedProxies: [proxy.example]\n");
    expect(faultsOf(() => load({}, { configFile: odd }))).toEqual([
      expect.stringMatching(/web\.trustedProxies\.0: an address or a network/),
    ]);
  });
});

describe("config: live trading", () => {
  const live = { PAPER_TRADING_MODE: "false", IBKR_GATEWAY_URL: "https://localhost:5000" };

  test("needs both switches and a real gateway", () => {
    expect(faultsOf(() => load(live))[0]).toMatch(/--live/);
    expect(faultsOf(() => load({}, { live: true }))[0]).toMatch(/PAPER_TRADING_MODE=false/);
    expect(faultsOf(() => load({ PAPER_TRADING_MODE: "false" }, { live: true }))[0]).toMatch(
      /IBKR_GATEWAY_URL/,
    );
    expect(load(live, { live: true }).mode).toBe("live");
  });
});

describe("config: documentation", () => {
  const document = readFileSync(path.resolve(import.meta.dirname, "../../../docs/configuration.md"), "utf8");

  test("names every variable", () => {
    const missing = Object.keys(EnvironmentSchema.shape).filter((name) => !document.includes(`\`${name}\``));
    expect(missing).toEqual([]);
  });

  test("shows a structure file that is valid and has every section", () => {
    const example = /```yaml\n([\s\S]*?)```/.exec(document)?.[1] ?? "";
    const content = parse(example) as Record<string, unknown>;
    expect(ConfigFileSchema.safeParse(content).error).toBeUndefined();
    for (const [section, schema] of Object.entries(ConfigFileSchema.parse({}))) {
      expect(Object.keys(content[section] as object)).toEqual(expect.arrayContaining(Object.keys(schema)));
    }
  });
});
