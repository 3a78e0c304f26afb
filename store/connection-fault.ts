// What is wrong with a DATABASE_URL, in words that name no secret. Pure.
import { DeskError, InputError, UnavailableError } from "./model/errors.ts";

/** Host, port and database of a URL, without user and password. */
export function describeUrl(url: string): string {
  if (!URL.canParse(url)) return "an unreadable address";
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}:${port || "5432"}${pathname}`;
}

const field = { field: "DATABASE_URL" };

/** The error that a person can act on, for a connection that failed. */
export function connectionFault(error: unknown, url: string): DeskError {
  if (error instanceof DeskError) return error;
  const where = describeUrl(url);
  const code = codeOf(error);
  const wrong = (kind: string, message: string) =>
    new InputError(kind, message, { cause: error, facts: field });
  if (code === "28P01" || code === "28000") {
    return wrong("database_password_wrong", `${where} refuses the user or password of DATABASE_URL`);
  }
  if (code === "3D000")
    return wrong("database_missing", `${where}: that database does not exist; create it first`);
  if (code === "42501") return wrong("database_forbidden", `${where}: the user may not use this database`);
  if (code === "ENOTFOUND") return wrong("database_host_unknown", `${where}: no such host`);
  const cause = error instanceof Error ? error.message || code : String(error);
  return new UnavailableError("database_unreachable", `no PostgreSQL answers at ${where}: ${cause}`, {
    cause: error,
    facts: field,
  });
}

function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return undefined;
}
