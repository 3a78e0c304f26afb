// Many rows out of a few real ones, by set-based SQL: whatever columns a table has, each is copied unless it is said
// what it becomes. Effects: database. Constraints other than checks are off meanwhile; the caller gives consistent ids.
import type { Client } from "pg";

export type Copying = {
  table: string;
  /** What the row `t` of the table is joined with; every match makes one copy. */
  from: string;
  /** Columns that are not as in the row `t`, as SQL. */
  set: Readonly<Record<string, string>>;
  orderBy?: string;
};

/** Before any copying: ids are derived from the copied row's and the copy's number. */
export async function prepareCopying(client: Client): Promise<void> {
  await client.query("set session_replication_role = replica");
  await client.query("set work_mem = '256MB'");
  await client.query("set maintenance_work_mem = '256MB'");
  await client.query("set synchronous_commit = off");
  await client.query("set statement_timeout = 0");
  await client.query(`
    create function pg_temp.copy_id(of uuid, number bigint) returns uuid language sql immutable as $$
      select overlay(overlay(md5(of::text || number) placing '4' from 13) placing '8' from 17)::uuid
    $$`);
}

/** Returns how many rows were added. */
export async function copyRows(client: Client, { table, from, set, orderBy }: Copying): Promise<number> {
  const { rows } = await client.query<{ name: string }>(
    `select column_name as name from information_schema.columns
     where table_schema = 'public' and table_name = $1 and is_identity = 'NO' and is_generated = 'NEVER'
       and not (table_name in ('node_events', 'live_events') and column_name = 'id')
     order by ordinal_position`,
    [table],
  );
  const columns = rows.map(({ name }) => name);
  const unknown = Object.keys(set).filter((name) => !columns.includes(name));
  if (columns.length === 0 || unknown.length > 0)
    throw new Error(`${table} has no ${unknown.join(", ") || "columns"}: the bench's seed is out of date`);
  const values = columns.map((name) => set[name] ?? `t.${name}`);
  const order = orderBy === undefined ? "" : `order by ${orderBy}`;
  const result = await client.query(
    `insert into ${table} (${columns.join(", ")}) select ${values.join(", ")} from ${table} t ${from} ${order}`,
  );
  return result.rowCount ?? 0;
}
