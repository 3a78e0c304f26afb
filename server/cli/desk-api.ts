// The command line's view of the desk: its HTTP API, over the network or inside this process.
// Invariant: a command can do nothing that the API cannot.
import { z } from "zod";
import {
  ConflictError,
  type DeskError,
  InputError,
  NotFoundError,
  UnavailableError,
  VendorError,
} from "#store/model/errors.ts";

export type FetchDesk = (request: Request) => Response | Promise<Response>;

const Problem = z.looseObject({
  title: z.string(),
  status: z.number(),
  detail: z.string().optional(),
  code: z.string().optional(),
  errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
});

export type DeskApi = {
  /** The answer as it came: for files. */
  text(path: string): Promise<string>;
  get<T>(path: string, schema: z.ZodType<T>): Promise<T>;
  send<T>(method: "POST" | "PUT" | "DELETE", path: string, body: unknown, schema: z.ZodType<T>): Promise<T>;
};

/** Longest of all: moving the market by many sessions, which reads the orders back after each. */
const DEADLINE_MS = 600_000;

/** @throws DeskError of the kind that the API's problem document tells */
export function deskApi(of: { base: string; token: string; fetch: FetchDesk; signal: AbortSignal }): DeskApi {
  async function answer(method: string, path: string, body?: unknown): Promise<string> {
    const headers: Record<string, string> = {
      authorization: `Bearer ${of.token}`,
      accept: "application/json, text/html",
    };
    if (body !== undefined) headers["content-type"] = "application/json";
    const request = new Request(new URL(path, of.base), {
      method,
      headers,
      signal: AbortSignal.any([of.signal, AbortSignal.timeout(DEADLINE_MS)]),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const response = await of.fetch(request);
    const text = await response.text();
    if (!response.ok) throw asError(response.status, text);
    return text;
  }
  async function call<T>(method: string, path: string, schema: z.ZodType<T>, body?: unknown): Promise<T> {
    const text = await answer(method, path, body);
    return schema.parse(text === "" ? null : JSON.parse(text));
  }
  return {
    text: (path) => answer("GET", path),
    get: (path, schema) => call("GET", path, schema),
    send: (method, path, body, schema) => call(method, path, schema, body),
  };
}

function asError(status: number, text: string): DeskError {
  const problem = Problem.safeParse(parseJson(text));
  if (!problem.success)
    return new VendorError("desk_answer_unknown", `the desk answered ${status} without a problem document`);
  const { code, detail, title, errors } = problem.data;
  const message = messageOf(detail ?? title, errors ?? []);
  if (status === 404) return new NotFoundError(code ?? "not_found", message);
  if (status === 409) return new ConflictError(code ?? "conflict", message);
  if (status >= 500 || status === 429) return new UnavailableError(code ?? "desk_unavailable", message);
  return new InputError(code ?? "refused", message);
}

/** How the API's fields are called on the command line. */
const OPTION: Readonly<Record<string, string>> = {
  asOf: "--as-of",
  symbols: "--symbols",
  strategy: "--strategy",
  approval: "--approve",
  sessions: "--sessions",
  limit: "--limit",
  reason: "--reason",
  "edit.quantity": "--quantity",
  "edit.limitPrice": "--limit",
};

function messageOf(detail: string, errors: readonly { field: string; message: string }[]): string {
  const named = errors.map(({ field, message }) => {
    const option = OPTION[field] ?? OPTION[field.split(".")[0] ?? ""];
    return `${option ?? field}: ${message}`;
  });
  const [only] = errors;
  if (errors.length === 1 && only?.message === detail) return named.join("");
  return [detail, ...named].join("\n  ");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
