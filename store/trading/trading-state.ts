// What the desk is allowed to do now. Effects: database. Every change is a row of its own.
import { desc } from "drizzle-orm";
import type { Db } from "../database.ts";
import type { Instant } from "../model/ids.ts";
import type { TradingState } from "../model/risk.ts";
import { only } from "../rows.ts";
import { tradingStates } from "../schema/index.ts";

export type TradingStateRow = typeof tradingStates.$inferSelect;

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
  return tradingStateOf(row);
}

/** Active until somebody says otherwise. */
export function tradingStateOf(newest: TradingStateRow | undefined): CurrentTradingState {
  return newest ?? { state: "ACTIVE", reason: null, who: null, at: null };
}

export async function setTradingState(
  db: Db,
  input: { state: TradingState; reason: string; who: string },
): Promise<TradingStateRow> {
  return only(await db.insert(tradingStates).values(input).returning(), "setting the trading state");
}
