// Repeated statements on a real connection: planned once, with the same answers.
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { transaction } from "#store/database.ts";
import { only } from "#store/rows.ts";
import { testDatabase } from "../support/database.ts";

const { db } = await testDatabase();
const asked = (value: number) => sql`select ${value}::int + 1 as next`;

test("prepares a statement once and gives each asker their own answer", async () => {
  await transaction(db, async (tx) => {
    for (const value of [1, 2, 3])
      expect((await tx.execute(asked(value))).rows).toEqual([{ next: value + 1 }]);
    const prepared = await tx.execute<{ count: number }>(
      sql`select count(*)::int as count from pg_prepared_statements where statement like '%+ 1 as next'`,
    );
    expect(only(prepared.rows, "counting")).toEqual({ count: 1 });
  });
});

test("prepares a read without parameters as well, and leaves several statements at once alone", async () => {
  await transaction(db, async (tx) => {
    const read = sql`select count(*)::int as count from pg_prepared_statements where not from_sql`;
    const before = only((await tx.execute<{ count: number }>(read)).rows, "counting").count;
    expect(only((await tx.execute<{ count: number }>(read)).rows, "counting").count).toBe(before);
    await tx.execute(sql`select 1; select 2`);
    const named = await tx.execute(
      sql`select statement from pg_prepared_statements where statement like '%not from_sql' or statement like '%select 2'`,
    );
    expect(named.rows).toHaveLength(1);
  });
});

test("a statement that fails leaves none behind that would answer for another", async () => {
  await expect(db.execute(sql`select ${"x"}::int as next`)).rejects.toThrow();
  await expect(db.execute(sql`select ${"x"}::int as next`)).rejects.toThrow();
  expect((await db.execute(sql`select ${"7"}::int as next`)).rows).toEqual([{ next: 7 }]);
});

test("beyond the most that a connection keeps, statements answer all the same", async () => {
  await transaction(db, async (tx) => {
    for (let width = 1; width <= 220; width += 1) {
      const list = sql.join(
        Array.from({ length: width }, (_, at) => sql`${at}::int`),
        sql`, `,
      );
      const { rows } = await tx.execute<{ count: number }>(sql`select cardinality(array[${list}]) as count`);
      expect(rows).toEqual([{ count: width }]);
    }
    const kept = await tx.execute<{ count: number }>(
      sql`select count(*)::int as count from pg_prepared_statements`,
    );
    expect(only(kept.rows, "counting").count).toBeLessThanOrEqual(200);
  });
});
