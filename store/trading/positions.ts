// Positions as the broker last stated them. Effects: database. The set of an account is replaced as a whole.
import { and, asc, eq, sql } from "drizzle-orm";
import { type Db, transaction } from "../database.ts";
import type { AccountId, Instant } from "../model/ids.ts";
import { dec } from "../model/money.ts";
import type { Position } from "../model/order.ts";
import { positions } from "../schema/index.ts";

export type PositionRow = typeof positions.$inferSelect;

/** Replaces what is stored for the account, unless a newer statement is there already. Closed positions have no row. */
export async function replacePositions(
  db: Db,
  input: { accountId: AccountId; positions: readonly Position[]; at: Instant },
): Promise<PositionRow[]> {
  return transaction(db, async (tx) => {
    await tx.execute(
      sql`select pg_advisory_xact_lock(hashtextextended(${`positions:${input.accountId}`}, 0))`,
    );
    const stored = await listPositions(tx, input.accountId);
    if (stored.some((row) => row.at > input.at)) return stored;
    await tx.delete(positions).where(eq(positions.accountId, input.accountId));
    const open = input.positions.filter((position) => !dec(position.quantity).isZero());
    if (open.length > 0) {
      await tx
        .insert(positions)
        .values(open.map((position) => ({ ...position, accountId: input.accountId, at: input.at })));
    }
    return listPositions(tx, input.accountId);
  });
}

/** Positions of one account, or of all, by symbol. */
export function listPositions(db: Db, accountId?: AccountId): Promise<PositionRow[]> {
  return db
    .select()
    .from(positions)
    .where(and(accountId === undefined ? undefined : eq(positions.accountId, accountId)))
    .orderBy(asc(positions.accountId), asc(positions.symbol));
}
