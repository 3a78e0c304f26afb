// Small certainties about query results. Pure.
import { InvariantError, NotFoundError } from "./model/errors.ts";

/** The row that a statement must have returned. @throws InvariantError */
export function only<Row>(rows: readonly Row[], what: string): Row {
  const row = rows[0];
  if (row === undefined) throw new InvariantError(`${what} returned no row`);
  return row;
}

/** The row that a caller asked for by id. @throws NotFoundError `<kind>_not_found` */
export function found<Row>(row: Row | undefined, kind: string, id: string): Row {
  if (row === undefined) {
    throw new NotFoundError(`${kind}_not_found`, `no ${kind.replaceAll("_", " ")} ${id}`, { facts: { id } });
  }
  return row;
}

/** PostgreSQL's SQLSTATE of a failed statement, through drizzle's wrapper; undefined for anything else. */
export function sqlState(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ("code" in at && typeof at.code === "string" && /^[0-9A-Z]{5}$/.test(at.code)) return at.code;
  }
  return undefined;
}

export const UNIQUE_VIOLATION = "23505";
export const CHECK_VIOLATION = "23514";
