// The desk's whole configuration: environment, countersign.yaml and start flags, checked together.
// The only module that is given the environment. All faults are told at once; nothing is silently ignored.
import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { parseDocument } from "yaml";
import type { z } from "zod";
import { InputError } from "#store/model/errors.ts";
import type { AccountId } from "#store/model/ids.ts";
import { type Environment, EnvironmentSchema, misspelled, unsupported } from "./environment.ts";
import { type ConfigFile, ConfigFileSchema } from "./file.ts";

export const CONFIG_FILE_NAME = "countersign.yaml";

export type ConfigSources = {
  variables: Readonly<Record<string, string | undefined>>;
  /** Folder that relative paths are meant from. */
  directory: string;
  flags: { live: boolean; configFile?: string; port?: string; host?: string };
};

export type Config = ConfigFile & {
  port: number;
  host: string;
  /** Absolute path of the folder that holds everything the desk writes. */
  dataDir: string;
  databaseUrl: string | null;
  gatewayUrl: string | null;
  account: AccountId | null;
  mode: "paper" | "live";
  /** `apiKey` null: the server asks for none. */
  model: { baseUrl: string; apiKey: string | null; name: string } | null;
  minio: { endpoint: string; accessKey: string; secretKey: string; bucket: string } | null;
  /** Absolute path. */
  marketDataDir: string | null;
  adminToken: string | null;
  /** Path of the structure file that was read; null when there is none. */
  configFile: string | null;
  /** Set, but without effect in this version: told at the start, never silently ignored. */
  notices: readonly string[];
  /** As given, for telling where each setting came from. */
  variables: ConfigSources["variables"];
};

/** Every configuration fault at once, each on a line of its own. */
export class ConfigError extends InputError {
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(
      "config_invalid",
      `the configuration has ${faults.length === 1 ? "a fault" : `${faults.length} faults`}:\n${faults.map((fault) => `  - ${fault}`).join("\n")}`,
    );
    this.faults = faults;
  }
}

/** @throws ConfigError with the full list of faults. */
export function loadConfig(sources: ConfigSources): Config {
  const faults: string[] = misspelled(sources.variables);
  const environment = parseEnvironment(sources, faults);
  const file = parseFile(sources, faults);
  faults.push(...contradictions(environment.sound, sources));
  if (file !== null) faults.push(...certificateContradictions(file.content));
  if (faults.length > 0 || environment.whole === null || file === null) throw new ConfigError(faults);
  const notices = [
    ...unsupported(sources.variables),
    ...insecurities(file.content),
    ...exposures(environment.whole.HOST, file.content.web),
  ];
  return {
    ...file.content,
    ...fromEnvironment(environment.whole, sources.directory),
    configFile: file.path,
    notices,
    variables: sources.variables,
  };
}

/** `sound`: what can be judged together although other variables are at fault; a faulty one counts as given. */
type ParsedEnvironment = { whole: Environment | null; sound: SoundEnvironment };
type SoundEnvironment = Partial<Environment> & { given: ReadonlySet<string> };

function parseEnvironment(sources: ConfigSources, faults: string[]): ParsedEnvironment {
  const given = Object.fromEntries(
    Object.keys(EnvironmentSchema.shape).flatMap((name) => {
      const value = sources.variables[name];
      return value === undefined || value === "" ? [] : [[name, value]];
    }),
  );
  if (sources.flags.port !== undefined) given.PORT = sources.flags.port;
  if (sources.flags.host !== undefined) given.HOST = sources.flags.host;
  const result = EnvironmentSchema.safeParse(given);
  const names = new Set(Object.keys(given));
  if (result.success) return { whole: result.data, sound: { ...result.data, given: names } };
  collect(result, faults, "");
  const faulty = new Set(result.error.issues.map((issue) => String(issue.path[0])));
  const rest = Object.fromEntries(Object.entries(given).filter(([name]) => !faulty.has(name)));
  return { whole: null, sound: { ...EnvironmentSchema.parse(rest), ...unknownOf(faulty), given: names } };
}

/** A faulty switch is neither on nor off: no second fault is derived from its default. */
function unknownOf(faulty: ReadonlySet<string>): Partial<Environment> {
  return Object.fromEntries([...faulty].map((name) => [name, undefined]));
}

function parseFile(
  sources: ConfigSources,
  faults: string[],
): { content: ConfigFile; path: string | null } | null {
  const file = path.resolve(sources.directory, sources.flags.configFile ?? CONFIG_FILE_NAME);
  if (!existsSync(file)) {
    if (sources.flags.configFile !== undefined) faults.push(`${file}: no such file`);
    return { content: ConfigFileSchema.parse({}), path: null };
  }
  const text = readText(file, faults);
  if (text === null) return null;
  const document = parseDocument(text);
  if (document.errors.length > 0) {
    faults.push(...document.errors.map((error) => `${path.basename(file)}: ${error.message.split("\n")[0]}`));
    return null;
  }
  const content = collect(
    ConfigFileSchema.safeParse(withoutEmptySections(document.toJS())),
    faults,
    `${path.basename(file)}: `,
  );
  return content === null ? null : { content, path: file };
}

function readText(file: string, faults: string[]): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    faults.push(`${file}: cannot be read (${error instanceof Error ? error.message : String(error)})`);
    return null;
  }
}

/** A section of which all lines are commented out is null in YAML, and means nothing but its defaults. */
function withoutEmptySections(content: unknown): unknown {
  if (content === null || content === undefined) return {};
  if (typeof content !== "object" || Array.isArray(content)) return content;
  return Object.fromEntries(Object.entries(content).filter(([, section]) => section !== null));
}

function collect<T>(result: z.ZodSafeParseResult<T>, faults: string[], prefix: string): T | null {
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    const where = issue.path.join(".");
    if (issue.code === "unrecognized_keys") {
      faults.push(
        ...issue.keys.map((key) => `${prefix}${[where, key].filter(Boolean).join(".")}: unknown setting`),
      );
    } else {
      faults.push(where === "" ? `${prefix}${issue.message}` : `${prefix}${where}: ${issue.message}`);
    }
  }
  return null;
}

function contradictions(environment: SoundEnvironment, sources: ConfigSources): string[] {
  const { given } = environment;
  const faults: string[] = [];
  const together = (names: readonly (keyof Environment)[]) => {
    const missing = names.filter((name) => !given.has(name));
    if (missing.length === 0 || missing.length === names.length) return;
    const set = names.filter((name) => given.has(name));
    faults.push(`${missing.join(", ")}: missing (needed together with ${set.join(", ")})`);
  };
  together(["MINIO_ENDPOINT", "MINIO_ACCESS_KEY", "MINIO_SECRET_KEY"]);
  const hasServer = given.has("OPENAI_API_BASE") || given.has("OPENAI_API_KEY");
  if (!given.has("OPENAI_MODEL") && hasServer) {
    faults.push("OPENAI_MODEL: missing (which model shall the agents use?)");
  }
  if (given.has("OPENAI_MODEL") && !hasServer) {
    faults.push("OPENAI_API_KEY or OPENAI_API_BASE: missing (OPENAI_MODEL is set)");
  }
  if (environment.MARKET_DATA_DIR !== undefined) {
    const folder = path.resolve(sources.directory, environment.MARKET_DATA_DIR);
    if (!existsSync(folder)) faults.push(`MARKET_DATA_DIR: no such folder: ${environment.MARKET_DATA_DIR}`);
    else if (!statSync(folder).isDirectory())
      faults.push(`MARKET_DATA_DIR: not a folder: ${environment.MARKET_DATA_DIR}`);
  }
  const { PAPER_TRADING_MODE: paper } = environment;
  if (paper === false && !sources.flags.live) {
    faults.push("PAPER_TRADING_MODE is false, but live trading also needs the flag --live at the start");
  }
  if (paper === true && sources.flags.live) {
    faults.push("--live was given, but live trading also needs PAPER_TRADING_MODE=false");
  }
  if (paper === false && !given.has("IBKR_GATEWAY_URL")) {
    faults.push("IBKR_GATEWAY_URL: missing (live trading needs a real gateway)");
  }
  return faults;
}

function certificateContradictions({ gateway }: ConfigFile): string[] {
  if (!gateway.insecureCertificate) return [];
  const judging = (["certificateFingerprint", "certificateAuthority"] as const).filter(
    (key) => gateway[key] !== undefined,
  );
  return judging.map((key) => `gateway.${key}: without effect while gateway.insecureCertificate is true`);
}

/** What is allowed only for people who know why: told at every start and by `doctor`. */
export function insecurities({ gateway }: Pick<ConfigFile, "gateway">): string[] {
  if (!gateway.insecureCertificate) return [];
  return [
    "gateway.insecureCertificate is true: the gateway's certificate is not checked, so whoever answers at that address could read and change orders. Pin its fingerprint instead (gateway.certificateFingerprint).",
  ];
}

const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "::1"]);

/** What the desk's own address lets others do. */
function exposures(host: string, { secureCookie }: ConfigFile["web"]): string[] {
  if (LOOPBACK.has(host)) return [];
  const reach = `HOST: listening on ${host}, so anyone who reaches this address can try to sign in`;
  return secureCookie
    ? [`${reach}; web.secureCookie is true: let only the TLS proxy reach it`]
    : [
        `${reach}, and token and session travel readably: put a TLS proxy in front of it and set web.secureCookie: true`,
      ];
}

function fromEnvironment(
  environment: Environment,
  directory: string,
): Omit<Config, keyof ConfigFile | "configFile" | "notices" | "variables"> {
  const absolute = (folder: string) => path.resolve(directory, folder);
  const { MINIO_ENDPOINT: endpoint, MINIO_ACCESS_KEY: accessKey, MINIO_SECRET_KEY: secretKey } = environment;
  return {
    port: environment.PORT,
    host: environment.HOST,
    dataDir: absolute(environment.DATA_DIR),
    databaseUrl: environment.DATABASE_URL ?? null,
    gatewayUrl: environment.IBKR_GATEWAY_URL ?? null,
    account: environment.IBKR_ACCOUNT ?? null,
    mode: environment.PAPER_TRADING_MODE ? "paper" : "live",
    model:
      environment.OPENAI_MODEL === undefined
        ? null
        : {
            baseUrl: environment.OPENAI_API_BASE ?? "https://api.openai.com/v1",
            apiKey: environment.OPENAI_API_KEY ?? null,
            name: environment.OPENAI_MODEL,
          },
    minio:
      endpoint !== undefined && accessKey !== undefined && secretKey !== undefined
        ? { endpoint, accessKey, secretKey, bucket: environment.MINIO_BUCKET }
        : null,
    marketDataDir: environment.MARKET_DATA_DIR === undefined ? null : absolute(environment.MARKET_DATA_DIR),
    adminToken: environment.ADMIN_TOKEN ?? null,
  };
}
