// The kill switch's gate: whoever is about to send reads the trading state under a lock that no change of it can pass, so
// that a state once stored counts for everything not yet on its way. Effects: a database lock until the transaction ends.
import { type Db, transaction } from "#store/database.ts";
import { accountLock } from "#store/trading/verdicts.ts";
import type { OrderDeps } from "../types.ts";

const GATE = "lock table trading_states in share mode";

/**
 * A transaction behind the gate and in the account's turn. Senders pass the gate side by side; storing a new state (any
 * insert, by whatever verb) waits for them, and they for it.
 */
export function inSendingTurn<Result>(deps: OrderDeps, work: (tx: Db) => Promise<Result>): Promise<Result> {
  return transaction(deps.database.db, work, [GATE, accountLock(deps.gateway.accountId)]);
}
