// Instruments as a broker resolved them. Effects: database.
import { and, desc, eq, sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import type { Conid, Ticker } from "../model/ids.ts";
import type { Instrument } from "../model/instrument.ts";
import { only } from "../rows.ts";
import { instruments } from "../schema/index.ts";

export type InstrumentRow = typeof instruments.$inferSelect;
export type GatewayKind = InstrumentRow["gateway"];

/** Stores what the broker says about a conid now, over what it said before. */
export async function saveInstrument(
  db: Db,
  input: { gateway: GatewayKind; instrument: Instrument },
): Promise<InstrumentRow> {
  const { conid, ...named } = input.instrument;
  const rows = await db
    .insert(instruments)
    .values({ gateway: input.gateway, conid, ...named })
    .onConflictDoUpdate({
      target: [instruments.gateway, instruments.conid],
      set: { ...named, updatedAt: sql`now()` },
    })
    .returning();
  return only(rows, "saving an instrument");
}

export async function instrumentByConid(
  db: Db,
  key: { gateway: GatewayKind; conid: Conid },
): Promise<InstrumentRow | null> {
  const [row] = await db
    .select()
    .from(instruments)
    .where(and(eq(instruments.gateway, key.gateway), eq(instruments.conid, key.conid)));
  return row ?? null;
}

/** The instrument that last carried this ticker; null when none did. */
export async function instrumentBySymbol(
  db: Db,
  key: { gateway: GatewayKind; symbol: Ticker },
): Promise<InstrumentRow | null> {
  const [row] = await db
    .select()
    .from(instruments)
    .where(and(eq(instruments.gateway, key.gateway), eq(instruments.symbol, key.symbol)))
    .orderBy(desc(instruments.updatedAt))
    .limit(1);
  return row ?? null;
}
