// Small rows that the desk keeps about itself, by key. Effects: database.
import { eq, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Db } from "./database.ts";
import { settings } from "./schema/index.ts";

/** The value after `schema`; null when it was never stored. @throws ZodError when what is stored is something else. */
export async function readSetting<Shape>(
  db: Db,
  key: string,
  schema: z.ZodType<Shape>,
): Promise<Shape | null> {
  const [row] = await db.select().from(settings).where(eq(settings.key, key));
  return row === undefined ? null : schema.parse(row.value);
}

export async function writeSetting(db: Db, key: string, value: unknown): Promise<void> {
  await db
    .insert(settings)
    .values({ key, value })
    .onConflictDoUpdate({ target: settings.key, set: { value, updatedAt: sql`now()` } });
}
