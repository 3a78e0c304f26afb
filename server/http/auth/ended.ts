// Sessions that were signed out, kept over restarts: a copied cookie must not come to life again. Effects: database.
import { z } from "zod";
import type { Db } from "#store/database.ts";
import { readSetting, writeSetting } from "#store/settings.ts";

const KEY = "ended_sessions";
const Ended = z.record(z.string(), z.number());

export type EndedSessions = {
  has(family: string): boolean;
  /** `until`: milliseconds since 1970 after which no cookie of the family is good anyway. */
  add(family: string, until: number, now: number): Promise<void>;
};

export async function endedSessions(db: Db): Promise<EndedSessions> {
  const ended = new Map(Object.entries((await readSetting(db, KEY, Ended)) ?? {}));
  return {
    has: (family) => ended.has(family),
    async add(family, until, now) {
      for (const [old, end] of ended) if (end < now) ended.delete(old);
      ended.set(family, until);
      await writeSetting(db, KEY, Object.fromEntries(ended));
    },
  };
}
