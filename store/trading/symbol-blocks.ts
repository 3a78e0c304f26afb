// Symbols in which nothing new is sent until a person has settled what the two books say. Effects: database.
import { and, asc, desc, eq, isNull, type SQL, sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import { ConflictError } from "../model/errors.ts";
import type { AccountId, Conid, Ticker } from "../model/ids.ts";
import { found } from "../rows.ts";
import { alerts, type BlockResolution, symbolBlocks } from "../schema/index.ts";

export type SymbolBlockRow = typeof symbolBlocks.$inferSelect;
export type { BlockResolution };

/** Stops new orders in a symbol; an open block of the same code is kept. */
export async function blockSymbol(
  db: Db,
  input: Pick<SymbolBlockRow, "accountId" | "conid" | "symbol" | "code" | "reason" | "details"> &
    Partial<Pick<SymbolBlockRow, "at">>,
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

/** Newest first: the open ones, or with `all` also what was settled, how and by whom. */
export function listBlocks(
  db: Db,
  of: { accountId?: AccountId; symbol?: Ticker; all?: boolean; limit?: number } = {},
): Promise<SymbolBlockRow[]> {
  const wanted: (SQL | undefined)[] = [
    of.accountId === undefined ? undefined : eq(symbolBlocks.accountId, of.accountId),
    of.symbol === undefined ? undefined : eq(symbolBlocks.symbol, of.symbol),
    of.all === true ? undefined : isNull(symbolBlocks.resolvedAt),
  ];
  return db
    .select()
    .from(symbolBlocks)
    .where(and(...wanted))
    .orderBy(desc(symbolBlocks.id))
    .limit(of.limit ?? 100);
}

/** @throws NotFoundError `symbol_block_not_found` */
export async function getBlock(db: Db, id: number): Promise<SymbolBlockRow> {
  const [row] = await db.select().from(symbolBlocks).where(eq(symbolBlocks.id, id));
  return found(row, "symbol_block", String(id));
}

export type Resolution = { who: string; how: BlockResolution; reason: string };

/**
 * Lifts a block, once, with who settled it, how and why; its alarms are acknowledged with it. Call in a transaction.
 * @throws NotFoundError `symbol_block_not_found`; ConflictError `block_resolved` with by whom and how
 */
export async function resolveBlock(tx: Db, id: number, by: Resolution): Promise<SymbolBlockRow> {
  const [row] = await tx
    .update(symbolBlocks)
    .set({ resolvedAt: sql`now()`, resolvedBy: by.who, resolution: by.how, resolutionReason: by.reason })
    .where(and(eq(symbolBlocks.id, id), isNull(symbolBlocks.resolvedAt)))
    .returning();
  if (row === undefined) throw resolved(await getBlock(tx, id));
  await tx
    .update(alerts)
    .set({ acknowledgedAt: sql`now()`, acknowledgedBy: by.who })
    .where(
      and(
        isNull(alerts.acknowledgedAt),
        eq(alerts.code, row.code),
        // Raised with the block, in the block's own words.
        eq(alerts.message, `${row.symbol}: ${row.reason}`),
      ),
    );
  return row;
}

function resolved(row: SymbolBlockRow): ConflictError {
  const { resolvedBy, resolvedAt, resolution } = row;
  return new ConflictError(
    "block_resolved",
    `this block was already settled by ${resolvedBy} at ${resolvedAt} (${resolution ?? "lifted"})`,
    { facts: { resolvedBy, resolvedAt, resolution } },
  );
}
