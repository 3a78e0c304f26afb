// A replay's broker is a simulator inside the desk's own process, kept under its data folder: a further worker, which would
// find another one that knows nothing of the replay's orders, leaves such runs to the desk. Effects: database reads.
import type { Desk } from "#graph/desk.ts";
import { MAIN_SESSION } from "#graph/gateway.ts";
import type { Database } from "#store/database.ts";
import { getSymbolRun } from "#store/runs/symbol-runs.ts";

/** For a worker beside the desk: runs on the main session only; any other is nudged again until the desk takes it. */
export function leavingReplays(database: Database, desk: Pick<Desk, "advance">): Desk["advance"] {
  return async (id, options) => {
    const { status, execution } = await getSymbolRun(database.db, id);
    return execution.gatewaySession === MAIN_SESSION
      ? desk.advance(id, options)
      : { outcome: "busy", status };
  };
}
