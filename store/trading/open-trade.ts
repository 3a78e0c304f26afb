// Which decision stands behind a position. Effects: database reads.
import { and, desc, eq, gt } from "drizzle-orm";
import type { Db } from "../database.ts";
import type { AccountId, Conid, DecisionId } from "../model/ids.ts";
import type { DecimalString } from "../model/money.ts";
import type { OrderSide } from "../model/order.ts";
import { orders, riskVerdicts } from "../schema/index.ts";

/** The decision of the newest entry on that side that was filled at least in part; null when the desk opened none. */
export async function openingDecision(
  db: Db,
  of: { accountId: AccountId; conid: Conid; side: OrderSide },
): Promise<DecisionId | null> {
  const [row] = await db
    .select({ decisionId: riskVerdicts.decisionId })
    .from(orders)
    .innerJoin(riskVerdicts, eq(riskVerdicts.id, orders.verdictId))
    .where(
      and(
        eq(orders.accountId, of.accountId),
        eq(orders.conid, of.conid),
        eq(orders.side, of.side),
        eq(orders.leg, "entry"),
        gt(orders.filledQuantity, "0" as DecimalString),
      ),
    )
    .orderBy(desc(orders.createdAt), desc(orders.id))
    .limit(1);
  return row?.decisionId ?? null;
}

/** Whether this desk has bought or sold the instrument in that account before. */
export async function hasTraded(db: Db, of: { accountId: AccountId; conid: Conid }): Promise<boolean> {
  const [row] = await db
    .select({ id: orders.id })
    .from(orders)
    .where(
      and(
        eq(orders.accountId, of.accountId),
        eq(orders.conid, of.conid),
        eq(orders.external, false),
        gt(orders.filledQuantity, "0" as DecimalString),
      ),
    )
    .limit(1);
  return row !== undefined;
}
