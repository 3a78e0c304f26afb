// Several lists in one round trip: a page that shows ten of them asks once, in a statement that is built once. Pure until
// it is asked. Invariant: rows are what each list alone would give, decimals and instants to the last digit.
import { type Column, getTableColumns, is, Placeholder, type SQL, sql, type Table } from "drizzle-orm";
import { PgDialect } from "drizzle-orm/pg-core";
import type { Db } from "./database.ts";
import { InvariantError } from "./model/errors.ts";
import { only } from "./rows.ts";

/** Rows of `table`, in the order and number that `of` says: what comes after `from table`, joins and all. */
export type List<Row> = {
  readonly table: Table;
  readonly of: SQL;
  readonly without: readonly string[];
  readonly row?: Row;
};

/**
 * All columns of a table but those named in `without`, for the rows that `of` describes; it may refer to
 * `sql.placeholder(name)`.
 */
export function listOf<From extends Table, Left extends keyof From["$inferSelect"] & string = never>(
  table: From,
  of: SQL,
  without: readonly Left[] = [],
): List<Omit<From["$inferSelect"], Left>> {
  return { table, of, without };
}

function columnsOf({ table, without }: List<unknown>): [key: string, column: Column][] {
  return Object.entries<Column>(getTableColumns(table)).filter(([key]) => !without.includes(key));
}

type Rows<Lists> = { [Name in keyof Lists]: Lists[Name] extends List<infer Row> ? Row[] : never };

// In JSON these would lose digits, or come in another form than from a row.
const AS_TEXT = /^(?:numeric|bigint|timestamp|date)/;

function listSql(list: List<unknown>): SQL {
  const { table, of } = list;
  const values = columnsOf(list).map(([, column]) =>
    AS_TEXT.test(column.getSQLType()) ? sql`${column}::text` : sql`${column}`,
  );
  // Aggregated over rows that are already in their order.
  const one = sql`json_build_array(${sql.join(values, sql`, `)})`;
  return sql`(select json_agg(one) from (select ${one} as one from ${table} ${of}) rows)`;
}

type Decoder = (values: readonly unknown[]) => unknown;

function decoderOf(list: List<unknown>): Decoder {
  const columns = columnsOf(list);
  return (values) => {
    const row: Record<string, unknown> = {};
    columns.forEach(([key, column], at) => {
      const value = values[at] ?? null;
      row[key] = value === null ? null : column.mapFromDriverValue(value);
    });
    return row;
  };
}

/** The statement's text cut at its parameters, which are known by name. */
function piecesOf(statement: SQL): (SQL | string)[] {
  const { sql: text, params } = new PgDialect().sqlToQuery(statement);
  return text.split(/\$(\d+)/).map((piece, at) => {
    if (at % 2 === 0) return sql.raw(piece);
    const param = params[Number(piece) - 1];
    if (!is(param, Placeholder)) throw new InvariantError("a value was written into a statement for all");
    return param.name as string;
  });
}

/** Reads these lists at once; each call gives the values of their placeholders. */
export function together<Lists extends Record<string, List<unknown>>>(
  lists: Lists,
): (db: Db, values: Readonly<Record<string, string | number | null>>) => Promise<Rows<Lists>> {
  const named = Object.entries(lists);
  const fields = named.map(([name, list]) => sql`${listSql(list)} as ${sql.identifier(name)}`);
  const pieces = piecesOf(sql`select ${sql.join(fields, sql`, `)}`);
  const decoders = named.map(([name, list]) => [name, decoderOf(list)] as const);
  return async (db, values) => {
    const statement = pieces.map((piece) => (typeof piece === "string" ? sql.param(values[piece]) : piece));
    const result = await db.execute<Record<string, unknown[][] | null>>(sql.join(statement));
    const row = only(result.rows, "reading several lists");
    return Object.fromEntries(
      decoders.map(([name, decode]) => [name, (row[name] ?? []).map(decode)]),
    ) as Rows<Lists>;
  };
}
