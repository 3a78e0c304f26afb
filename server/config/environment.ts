// The environment variables the desk knows, their checks and their defaults. Pure: the variables come in as a record.
import { z } from "zod";
import { AccountId } from "#store/model/ids.ts";

const port = z
  .string()
  .regex(/^\d{1,5}$/, "must be a port number")
  .transform(Number)
  .pipe(z.number().max(65_535, "must be a port number, 65535 at most"));
const flag = z.enum(["true", "false"], "must be true or false").transform((value) => value === "true");
const httpUrl = z.url({ protocol: /^https?$/, error: "must be an http:// or https:// address" });

/** Every variable of the desk. Absent is always allowed; empty counts as absent. */
export const EnvironmentSchema = z.object({
  PORT: port.prefault("8787"),
  HOST: z.string().min(1).default("127.0.0.1"),
  DATA_DIR: z.string().min(1).default(".countersign"),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: "must be a postgres:// address" }).optional(),
  IBKR_GATEWAY_URL: httpUrl.optional(),
  IBKR_ACCOUNT: AccountId.optional(),
  PAPER_TRADING_MODE: flag.default(true),
  OPENAI_API_BASE: httpUrl.optional(),
  OPENAI_API_KEY: z.string().min(1).optional(),
  OPENAI_MODEL: z.string().min(1).optional(),
  MINIO_ENDPOINT: httpUrl.optional(),
  MINIO_ACCESS_KEY: z.string().min(1).optional(),
  MINIO_SECRET_KEY: z.string().min(1).optional(),
  MINIO_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "must be a bucket name in lower case")
    .default("countersign"),
  MARKET_DATA_DIR: z.string().min(1).optional(),
  ADMIN_TOKEN: z.string().min(16, "must have at least 16 characters").optional(),
});
export type Environment = z.output<typeof EnvironmentSchema>;

/** Names that the design reserves and this version does not use yet: setting one is told at the start. */
const NOT_YET = ["LANGSMITH_API_KEY", "MLFLOW_TRACKING_URI"] as const;

const KNOWN = Object.keys(EnvironmentSchema.shape);

/** Variables that look like a slip of ours: one or two letters away from a known name. */
export function misspelled(variables: Readonly<Record<string, string | undefined>>): string[] {
  return Object.keys(variables).flatMap((name) => {
    if (KNOWN.includes(name) || name.length < 6 || !/^[A-Z_]+$/.test(name)) return [];
    const meant = KNOWN.find((known) => known.length >= 6 && editDistance(name, known) <= 2);
    return meant === undefined ? [] : [`${name}: unknown setting; did you mean ${meant}?`];
  });
}

/** What was set for a part that this version does not have. */
export function unsupported(variables: Readonly<Record<string, string | undefined>>): string[] {
  return NOT_YET.filter((name) => variables[name]).map(
    (name) => `${name} is set, but this version does not use it yet`,
  );
}

function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 3;
}
