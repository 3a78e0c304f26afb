// Gives back the capacity that a run's verdicts still hold. Effects: database.
import type { Db } from "#store/database.ts";
import type { SymbolRunId } from "#store/model/ids.ts";
import { releaseRoomOfRun } from "#store/trading/room.ts";

/** Harmless when nothing is held: an order that lives is counted by its own row. */
export async function releaseRoom(db: Db, symbolRunId: SymbolRunId, reason: string): Promise<void> {
  await releaseRoomOfRun(db, { symbolRunId, reason });
}
