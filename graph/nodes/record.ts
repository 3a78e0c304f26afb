// Writes how the run ended. Effects: database.
import { setSymbolRunStatus } from "#store/runs/symbol-runs.ts";
import type { DeskDeps } from "../desk.ts";
import type { NodeDefinition } from "../node.ts";
import { outcomeOf } from "../run/outcome.ts";
import { releaseRoom } from "../run/room.ts";

export function record(deps: DeskDeps): NodeDefinition {
  return {
    name: "record",
    async body({ state, run }) {
      const outcome = outcomeOf(state);
      const { status, code, reason } = outcome;
      const error =
        status === "abstained" ? { code, message: reason ?? "no grounded opinion", retryable: false } : null;
      const { db } = deps.database;
      const { symbolRunId } = run.subject;
      if (state.verdict !== null) await releaseRoom(db, symbolRunId, code);
      await setSymbolRunStatus(db, { id: symbolRunId, status, error });
      return { outcome };
    },
  };
}
