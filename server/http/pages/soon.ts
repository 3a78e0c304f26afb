// What a page waits for a little and otherwise says of it that it is still being worked out.
import { setTimeout as pause } from "node:timers/promises";

const PATIENCE_MS = 400;

/** The result when it is there soon; null when it takes longer, and the work goes on for the next reader. @throws what it throws */
export function soon<Result>(work: Promise<Result>): Promise<Result | null> {
  work.catch(() => undefined);
  return Promise.race([work, pause(PATIENCE_MS, null)]);
}
