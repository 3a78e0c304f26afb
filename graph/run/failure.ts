// Which failures are worth another attempt. Pure.
import { DeskError } from "#store/model/errors.ts";

/** SQLSTATE classes and codes of a database that was away, busy, too slow or restarting, and what a broken socket says. */
const PASSING_SQL = /^(08|57P0|57014|53300|40001|40P01)/;
const PASSING_NETWORK = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
]);
/** What the driver says of a connection that broke under its user: it gives such errors no code. */
const PASSING_WORDS = /Connection terminated|timeout exceeded when trying to connect|is not queryable/;

/** The first error behind LangGraph's wrapping: two branches that fail together come as one AggregateError. */
export function causeOf(error: unknown): unknown {
  return error instanceof AggregateError && error.errors.length > 0 ? causeOf(error.errors[0]) : error;
}

export function isRetryable(error: unknown): boolean {
  if (error instanceof DeskError) return error.retryable;
  for (let at = error; at instanceof Error; at = at.cause) {
    if ("code" in at && typeof at.code === "string") {
      if (PASSING_SQL.test(at.code) || PASSING_NETWORK.has(at.code)) return true;
    }
    if (PASSING_WORDS.test(at.message)) return true;
  }
  return false;
}
