// What the desk is allowed to do now, and in which symbols not. Effects: database. Every change is a row of its own.
import { and, asc, desc, eq, isNull, sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import type { AccountId, Conid, Instant } from "../model/ids.ts";
import type { TradingState } from "../model/risk.ts";
import { found, only } from "../rows.ts";
import { symbolBlocks, tradingStates } from "../schema/index.ts";

export type TradingStateRow = typeof tradingStates.$inferSelect;
export type SymbolBlockRow = typeof symbolBlocks.$inferSelect;

/** `who`, `reason` and `at` are null as long as nobody ever changed it. */
export type CurrentTradingState = {
  state: TradingState;
  reason: string | null;
  who: string | null;
  at: Instant | null;
};

/** Read before every order leaves: a halt counts for all workers from the moment it is stored. */
export async function currentTradingState(db: Db): Promise<CurrentTradingState> {
  const [row] = await db.select().from(tradingStates).orderBy(desc(tradingStates.id)).limit(1);
  return row ?? { state: "ACTIVE", reason: null, who: null, at: null };
}

export async function setTradingState(
  db: Db,
  input: { state: TradingState; reason: string; who: string },
): Promise<TradingStateRow> {
  return only(await db.insert(tradingStates).values(input).returning(), "setting the trading state");
}

/** Stops new orders in a symbol; an open block of the same code is kept. */
export async function blockSymbol(
  db: Db,
  input: Pick<SymbolBlockRow, "accountId" | "conid" | "symbol" | "code" | "reason" | "details">,
): Promise<void> {
  await db.insert(symbolBlocks).values(input).onConflictDoNothing();
}

/** Open blocks of an account, of one instrument if given, oldest first. */
export function openBlocks(db: Db, of: { accountId: AccountId; conid?: Conid }): Promise<SymbolBlockRow[]> {
  return db
    .select()
    .from(symbolBlocks)
    .where(
      and(
        eq(symbolBlocks.accountId, of.accountId),
        of.conid === undefined ? undefined : eq(symbolBlocks.conid, of.conid),
        isNull(symbolBlocks.resolvedAt),
      ),
    )
    .orderBy(asc(symbolBlocks.id));
}

/** Lifts a block; lifting it again changes nothing. @throws NotFoundError `symbol_block_not_found` */
export async function resolveBlock(db: Db, id: number, who: string): Promise<SymbolBlockRow> {
  const [row] = await db
    .update(symbolBlocks)
    .set({
      resolvedAt: sql`coalesce(${symbolBlocks.resolvedAt}, now())`,
      resolvedBy: sql`coalesce(${symbolBlocks.resolvedBy}, ${who})`,
    })
    .where(eq(symbolBlocks.id, id))
    .returning();
  return found(row, "symbol_block", String(id));
}
