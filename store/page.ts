// Keyset pages: a cursor names the last row seen, so that page 10,000 costs as much as page 1. Pure.
import { type SQL, sql } from "drizzle-orm";
import type { AnyPgColumn } from "drizzle-orm/pg-core";
import { InputError } from "./model/errors.ts";

export type PageRequest = {
  /** `next` of the page before; absent or null: the first page. */
  cursor?: string | null | undefined;
  /** Rows at most, 1 to 500; default 50. */
  limit?: number | undefined;
};

/** Newest first. `next` is null on the last page. */
export type Page<Row> = { rows: Row[]; next: string | null };

export function pageLimit(request: PageRequest): number {
  const limit = request.limit ?? 50;
  if (!Number.isInteger(limit) || limit < 1 || limit > 500) {
    throw new InputError("limit_invalid", "limit must be a whole number from 1 to 500", {
      facts: { field: "limit" },
    });
  }
  return limit;
}

function decodeCursor(cursor: string): [string, string] {
  const wrong = () =>
    new InputError("cursor_invalid", "this cursor is not one that a page gave", {
      facts: { field: "cursor" },
    });
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, "base64url").toString());
  } catch {
    throw wrong();
  }
  if (!Array.isArray(parts) || parts.length !== 2) throw wrong();
  const [first, second] = parts;
  if (typeof first !== "string" || typeof second !== "string" || `${first}${second}`.includes("\0"))
    throw wrong();
  if (!/^\d{4}-\d\d-\d\dT[\d:.]{8,12}Z$/.test(first) || Number.isNaN(Date.parse(first))) throw wrong();
  return [first, second];
}

/** Rows older than the cursor in the order (at desc, id desc); undefined on the first page. */
export function olderThan(
  request: PageRequest,
  key: { at: AnyPgColumn; id: AnyPgColumn; idType: "uuid" | "text" | "bigint" },
): SQL | undefined {
  if (request.cursor === undefined || request.cursor === null) return undefined;
  const [at, id] = decodeCursor(request.cursor);
  if (key.idType === "uuid" && !/^[0-9a-f-]{36}$/i.test(id)) return sql`false`;
  if (key.idType === "bigint" && !/^\d{1,18}$/.test(id)) return sql`false`;
  return sql`(${key.at}, ${key.id}) < (${at}::timestamptz, ${id}::${sql.raw(key.idType)})`;
}

/** The page of rows that were asked for with one more than `limit`. */
export function toPage<Row>(
  rows: Row[],
  limit: number,
  keyOf: (row: Row) => readonly [at: string, id: string | number],
): Page<Row> {
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  if (last === undefined) return { rows, next: null };
  const [at, id] = keyOf(last);
  const next = Buffer.from(JSON.stringify([at, String(id)])).toString("base64url");
  return { rows: rows.slice(0, limit), next };
}
