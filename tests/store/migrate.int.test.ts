import { expect, test } from "vitest";
import { openDatabase } from "#store/database.ts";
import { migrate } from "#store/migrate.ts";
import { createTestDatabase } from "#tests/support/database.ts";

test("several processes may migrate the same empty database at once", async () => {
  const { url, drop } = await createTestDatabase({ empty: true });
  const databases = await Promise.all(
    Array.from({ length: 4 }, () => openDatabase({ url, maxConnections: 2 })),
  );
  try {
    await Promise.all(databases.map((database) => migrate(database)));
    const [database] = databases;
    const applied = await database?.db.execute(
      "select count(*)::int as count from drizzle.__drizzle_migrations",
    );
    const tables = await database?.db.execute("select to_regclass('public.orders') as orders");
    expect(applied?.rows[0]?.count).toBeGreaterThan(0);
    expect(tables?.rows[0]?.orders).toBe("orders");
  } finally {
    await Promise.all(databases.map((database) => database.close()));
    await drop();
  }
});
