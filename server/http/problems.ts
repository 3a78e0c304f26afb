// Problem documents (RFC 9457): the one place where a failure becomes a status code. Pure; nothing internal gets out.
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { z } from "zod";
import {
  ConflictError,
  DeskError,
  InputError,
  InvariantError,
  MarketDataError,
  ModelError,
  NotFoundError,
  OutcomeUnknownError,
  UnavailableError,
  VendorError,
} from "#store/model/errors.ts";

export const FieldFault = z.object({
  /** Dotted path of the field, such as "symbols.0"; empty when the whole body is meant. */
  field: z.string(),
  message: z.string(),
});
export type FieldFault = z.infer<typeof FieldFault>;

export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  /** Stable and machine-readable; `detail` is for people. */
  code: z.string(),
  detail: z.string(),
  errors: z.array(FieldFault).optional(),
});
export type Problem = z.infer<typeof Problem>;

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
};

export function problem(
  status: number,
  code: string,
  detail: string,
  errors?: readonly FieldFault[],
): Problem {
  const base = { type: "about:blank", title: TITLES[status] ?? "Error", status, code, detail };
  return errors === undefined || errors.length === 0 ? base : { ...base, errors: [...errors] };
}

type ErrorClass = abstract new (...args: never[]) => DeskError;

const STATUS_OF: readonly (readonly [ErrorClass, number])[] = [
  [InputError, 422],
  [NotFoundError, 404],
  [ConflictError, 409],
  [UnavailableError, 503],
  [VendorError, 502],
  [MarketDataError, 422],
  [ModelError, 502],
  [OutcomeUnknownError, 502],
];

/** Zod issues as field faults, one per issue, with array positions in the path. */
export function fieldFaults(error: z.ZodError): FieldFault[] {
  return error.issues.map((issue) => ({ field: issue.path.map(String).join("."), message: issue.message }));
}

function deskProblem(error: DeskError): Problem | null {
  const status = STATUS_OF.find(([type]) => error instanceof type)?.[1];
  if (status === undefined) return null;
  const { field } = error.facts;
  const listed = z.array(FieldFault).safeParse(error.facts.errors);
  const errors = listed.success
    ? listed.data
    : typeof field === "string"
      ? [{ field, message: error.message }]
      : [];
  return problem(status, error.code, error.message, errors);
}

const HTTP_CODES: Readonly<Record<number, string>> = {
  400: "malformed_request",
  404: "not_found",
  403: "forbidden",
  413: "body_too_large",
};

/** PostgreSQL says a number or text does not fit (class 22): the caller's input, never a 500. */
const DATABASE_INPUT = /^22[0-9A-Z]{3}$/;
/** The connection failed or was cut (classes 08, 57P, 53), or the server takes none just now (55000). */
const DATABASE_AWAY = /^(08|57P|53)[0-9A-Z]{2,3}$|^55000$|^ECONN|^ETIMEDOUT$|^EPIPE$/;
/** What the database driver says without a code. */
const DRIVER_AWAY = /^Connection terminated|^timeout exceeded when trying to connect/;

function hasCause(error: unknown, code: RegExp, message?: RegExp): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth += 1) {
    if ("code" in at && typeof at.code === "string" && code.test(at.code)) return true;
    if (message?.test(at.message)) return true;
  }
  return false;
}

/** The problem of any thrown value. Bugs and unexpected failures say nothing of the inside; the log has them. */
export function problemOf(error: unknown): Problem {
  if (error instanceof z.ZodError) {
    return problem(422, "invalid_request", "Some fields are not as expected.", fieldFaults(error));
  }
  if (error instanceof DeskError && !(error instanceof InvariantError)) {
    const known = deskProblem(error);
    if (known !== null) return known;
  }
  if (error instanceof HTTPException) {
    const code = HTTP_CODES[error.status] ?? "request_refused";
    return problem(error.status, code, error.message || (TITLES[error.status] ?? "Refused"));
  }
  if (hasCause(error, DATABASE_INPUT)) {
    return problem(422, "invalid_request", "A value does not fit the field it was given for.");
  }
  if (hasCause(error, DATABASE_AWAY, DRIVER_AWAY)) {
    return problem(503, "database_unavailable", "The desk's database does not answer just now.");
  }
  return problem(500, "unexpected", "The desk failed unexpectedly; its log has the cause.");
}

export function problemResponse(of: Problem, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(of), {
    status: of.status as ContentfulStatusCode,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store", ...headers },
  });
}
