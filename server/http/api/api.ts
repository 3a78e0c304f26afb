// What all API modules share: the router with its validation answer, the error answers, paging words.
import { OpenAPIHono, z } from "@hono/zod-openapi";
import type { CallerEnv } from "../auth/guard.ts";
import type { IdempotencyEnv } from "../guards/idempotency.ts";
import { Problem, problemOf, problemResponse } from "../problems.ts";

type ApiEnv = CallerEnv & IdempotencyEnv;
export type Api = OpenAPIHono<ApiEnv>;

/** A router whose validation faults become problem documents that name the fields. */
export function newApi(): Api {
  return new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => (result.success ? undefined : problemResponse(problemOf(result.error))),
  });
}

/**
 * A schema of another module with a name or a description in the document. Schemas that were made before the OpenAPI
 * extension was loaded lack its method, whatever the types say; this asks the prototype.
 */
export function documented<Schema extends z.ZodType>(
  schema: Schema,
  refId: string | null,
  description?: string,
): Schema {
  const metadata = description === undefined ? {} : { description };
  const { openapi } = z.ZodType.prototype;
  return refId === null ? openapi.call(schema, metadata) : openapi.call(schema, refId, metadata);
}

const ProblemSchema = documented(
  Problem,
  "Problem",
  "RFC 9457 problem document. `code` is stable; `errors` names the fields that are at fault.",
);

const PROBLEMS = {
  400: "The request is malformed: not JSON, or not the expected media type.",
  401: "Not signed in, or a wrong token.",
  403: "Not allowed: another origin, or an expired form.",
  404: "There is no such thing.",
  409: "Not possible in its present state.",
  413: "The body is too large.",
  422: "A field is not as expected; `errors` names it.",
  429: "Too many requests; `Retry-After` says when to try again.",
  500: "The desk failed unexpectedly.",
  502: "The broker or a model answered something that cannot be used.",
  503: "The database, the broker or another service cannot be reached now.",
} as const;
type ProblemStatus = keyof typeof PROBLEMS;

const problemContent = { "application/problem+json": { schema: ProblemSchema } };

/** The error answers of a route: those that every route may give, and the ones named. */
export function failures(...also: readonly ProblemStatus[]) {
  const statuses = [...new Set<ProblemStatus>([401, 422, 429, 500, 503, ...also])];
  return Object.fromEntries(
    statuses.map((status) => [status, { description: PROBLEMS[status], content: problemContent }]),
  );
}

/** A JSON answer. */
export function json<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { "application/json": { schema } } };
}

/** A required JSON body. */
export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: { "application/json": { schema } } };
}

export const pageQuery = {
  cursor: z
    .string()
    .max(500)
    .optional()
    .openapi({ description: "`next` of the page before; absent: the newest rows." }),
  limit: z.coerce.number().int().min(1).max(200).default(50).openapi({ description: "Rows at most." }),
};

/** A page of rows, newest first. */
export function pageOf<Schema extends z.ZodType>(row: Schema) {
  return z.object({
    rows: z.array(row),
    next: z.string().nullable().openapi({ description: "Cursor of the next page; null on the last one." }),
  });
}

export const idempotencyHeader = z.object({
  "idempotency-key": z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/)
    .optional()
    .openapi({
      description:
        "The same key with the same body within a day gives the first answer again and starts nothing anew, also after a " +
        "restart. While the first request is in hand the second waits, then is told 409 `request_in_hand`. Where the " +
        "first one's end was never recorded, it is gone on with if it only starts an execution or a fork, else 409 " +
        "`outcome_unknown` says so.",
    }),
});
