// One order conversation with a gateway at a time, over all processes of the desk. Effects: database.
// Another order request between a question and its answer can invalidate the question (facts 7.3).
import type { Database } from "#store/database.ts";
import { inTurn } from "#store/turn-lock.ts";
import type { IbkrClientOptions } from "#tools/ibkr/client.ts";
import { oneAtATime } from "#tools/ibkr/wire/flight.ts";

/** A chain of questions with all its deadlines can last longer; an order's price is too old by then to be sent. */
const WAIT_MS = 30_000;

/** Within this process callers queue in memory first, so that only one of them waits on a database connection. */
export function sharedOrderLock(
  database: Database,
  gateway: string,
): NonNullable<IbkrClientOptions["orderLock"]> {
  const here = oneAtATime();
  return (work) => here(() => inTurn(database, { key: `orders ${gateway}`, waitMs: WAIT_MS }, work));
}
