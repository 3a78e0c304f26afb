// Tells a person when so many trades in a row were lost. Effects: database, an alert once for each further loss.
import type { Database } from "#store/database.ts";
import type { AccountId } from "#store/model/ids.ts";
import { type LosingStreak, losingStreak } from "#store/results/losing-streak.ts";
import { alertedOrder, raiseAlert, settleStandingAlerts } from "#store/trading/alerts.ts";
import { exchangeTimeText } from "#tools/schedule.ts";
import type { WatchTask } from "./watch.ts";

export const LOSING_TRADES = "losing_trades";

export type LosingTradesParts = {
  database: Database;
  /** The account in use; null while the broker has not named it. */
  account(): AccountId | null;
  /** So many in a row are told; 0: never. */
  limit: number;
};

const EVERY_MS = 15_000;

export function losingTradesTask(parts: LosingTradesParts): WatchTask {
  const { database, account, limit } = parts;
  return {
    name: "losing trades",
    everyMs: EVERY_MS,
    async run() {
      const accountId = account();
      if (accountId === null || limit === 0) return;
      await tell(database, await losingStreak(database.db, accountId), limit);
    },
  };
}

/** The newest lost trade names the alert, so that each loss is told once, however often it is looked at and by whom. */
async function tell({ db }: Database, streak: LosingStreak, limit: number): Promise<void> {
  const { newest, trades } = streak;
  if (newest === null || trades < limit) return;
  const { entryOrderId: orderId, symbolRunId, symbol, closedAt } = newest;
  if (await alertedOrder(db, { code: LOSING_TRADES, orderId })) return;
  // One stands, with the number that is true now.
  await settleStandingAlerts(db, LOSING_TRADES, "the desk");
  const sums = streak.lost.map(({ currency, amount }) => `${amount} ${currency}`).join(", ");
  const count = `${streak.atLeast ? "At least " : ""}${trades} closed trade${trades === 1 ? "" : "s"} in a row lost money`;
  const when = closedAt === null ? "" : `, closed ${exchangeTimeText(new Date(closedAt))}`;
  await raiseAlert(db, {
    level: "warning",
    code: LOSING_TRADES,
    message: `${count}, ${sums} together; the newest was ${symbol}${when}. Trading goes on unless you halt it.`,
    facts: { trades, limit, lost: streak.lost },
    orderId,
    symbolRunId,
  });
}
