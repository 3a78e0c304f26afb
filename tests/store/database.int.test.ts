import { createServer } from "node:net";
import { sql } from "drizzle-orm";
import type pg from "pg";
import { expect, test } from "vitest";
import { z } from "zod";
import { describeUrl } from "#store/connection-fault.ts";
import { openDatabase, transaction } from "#store/database.ts";
import { toErrorRecord } from "#store/model/errors.ts";
import { readSetting, writeSetting } from "#store/settings.ts";
import { testDatabase } from "#tests/support/database.ts";

const database = await testDatabase();
const { db } = database;

function changed(change: (url: URL) => void): string {
  const url = new URL(database.url);
  change(url);
  return url.href;
}

test.each(["", "mysql://localhost/x", "postgres://", "localhost:5432/desk", "not a url"])(
  "refuses %j as DATABASE_URL",
  async (url) => {
    await expect(openDatabase({ url })).rejects.toMatchObject({
      code: "database_url_invalid",
      facts: { field: "DATABASE_URL" },
    });
  },
);

test("tells a wrong password, without repeating it", async () => {
  const url = changed((at) => {
    at.password = "wrong-password";
  });
  const error = await openDatabase({ url }).then(
    async (opened) => opened.close(),
    (reason: unknown) => reason,
  );
  // A server that trusts loopback takes any password.
  if (error !== undefined) expect(error).toMatchObject({ code: "database_password_wrong" });
  expect(String(error)).not.toContain("wrong-password");
});

test("tells a database that does not exist", async () => {
  const url = changed((at) => {
    at.pathname = "/no_such_database";
  });
  await expect(openDatabase({ url })).rejects.toMatchObject({ code: "database_missing" });
});

test("tells a server that is not there, and may be tried again", async () => {
  const url = "postgres://desk:secret-word@127.0.0.1:1/desk";
  const opening = openDatabase({ url });
  await expect(opening).rejects.toMatchObject({ code: "database_unreachable", retryable: true });
  await expect(opening).rejects.not.toThrow(/secret-word/);
});

test("tells something that is no PostgreSQL", async () => {
  const other = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const address = other.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const url = `postgres://desk@127.0.0.1:${address.port}/desk`;
  await expect(openDatabase({ url })).rejects.toMatchObject({ code: "database_unreachable" });
  other.close();
});

test("shows where it is connected without user and password", () => {
  expect(describeUrl("postgres://anna:secret@db.example:6432/desk")).toBe("db.example:6432/desk");
});

test("goes on after its idle connections were cut", async () => {
  const own = await openDatabase({ url: database.url, applicationName: "to be cut" });
  await database.pool.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1",
    ["to be cut"],
  );
  // The first query may still get a connection that is being cut; the pool replaces it.
  await own.pool.query("select 1").catch(() => undefined);
  expect((await own.pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  await own.close();
  await own.close();
});

test("a transaction whose connection is cut fails, and the process lives", async () => {
  const cut = transaction(db, async (tx) => {
    await writeSetting(tx, "cut", "lost");
    const { rows } = await tx.execute<{ pid: number }>("select pg_backend_pid() as pid");
    await database.pool.query("select pg_terminate_backend($1)", [rows[0]?.pid]);
    await writeSetting(tx, "cut", "lost");
  });
  await expect(cut).rejects.toThrow();
  expect(await readSetting(db, "cut", z.string())).toBeNull();
});

test("the record of a failed statement says what is wrong, not what was sent", async () => {
  const failing = db.execute(sql`select ${"a long prompt"}::int`);
  const record = await failing.then(() => undefined, toErrorRecord);
  expect(record).toMatchObject({
    code: "unexpected",
    message: expect.stringContaining("invalid input syntax"),
  });
  expect(record?.message).not.toContain("select");
});

test("a transaction is kept as a whole or not at all, and nests", async () => {
  const value = z.string();
  await transaction(db, async (tx) => {
    await writeSetting(tx, "outer", "kept");
    await transaction(tx, async (inner) => {
      await writeSetting(inner, "inner", "lost");
      throw new Error("inner fails");
    }).catch(() => undefined);
  });
  expect(await readSetting(db, "outer", value)).toBe("kept");
  expect(await readSetting(db, "inner", value)).toBeNull();
});

test("a connection on which no transaction could begin is given back, however often that happens", async () => {
  const small = await openDatabase({ url: database.url, maxConnections: 2 });
  const cut = (client: pg.PoolClient) => {
    void client.query("select pg_terminate_backend(pg_backend_pid())").catch(() => undefined);
  };
  small.pool.on("acquire", cut);
  for (let time = 0; time < 3; time += 1)
    await expect(transaction(small.db, (tx) => tx.execute(sql`select 1`))).rejects.toThrow();
  small.pool.off("acquire", cut);
  expect(await transaction(small.db, async (tx) => (await tx.execute(sql`select 1 as one`)).rows)).toEqual([
    { one: 1 },
  ]);
  await small.close();
});
