// A pacing budget for one process: the same rules as the shared one, remembered in memory.
import type { Clock } from "../../clock.ts";
import type { PacingBudget } from "./budget.ts";
import { type PacingGateOptions, pacingGate } from "./gate.ts";
import { EMPTY_PACING_RECORD, type PacingLedger } from "./ledger.ts";

/** A ledger in memory. Its time is the machine clock's instant at creation carried on by the monotonic clock. */
export function memoryLedger(clock: Clock): PacingLedger {
  const offset = clock.now().getTime() - clock.monotonic();
  let record = EMPTY_PACING_RECORD;
  return {
    update: async (step) => {
      const stepped = step(record, offset + clock.monotonic());
      record = stepped.record;
      return stepped.result;
    },
  };
}

export function memoryPacing(
  clock: Clock,
  options: Partial<Omit<PacingGateOptions, "ledger">> = {},
): PacingBudget {
  return pacingGate({ processName: "process", ...options, ledger: memoryLedger(clock) });
}
