// A schedule as a reader understands it: in words, and when it would run next in market time. Pure.
import { cronWords } from "#server/views/strategies/cron-words.ts";
import type { SchedulePreview } from "#server/views/strategies/model.ts";
import { marketClosedAt, nextInstants } from "#tools/schedule.ts";

const MOST = 8;

/** The next instants until so many of them would run; those that the market leaves out are named among them. */
export function previewOf(cron: string, after: Date | null, runs: number): SchedulePreview {
  const words = cron.trim() === "" ? null : cronWords(cron);
  if (words === null || after === null) return { words, next: [] };
  const next: { at: string; closed: string | null }[] = [];
  for (const instant of nextInstants(cron.trim().toUpperCase(), after, MOST)) {
    next.push({ at: instant.toISOString(), closed: marketClosedAt(instant)?.reason ?? null });
    if (next.filter((one) => one.closed === null).length === runs) break;
  }
  return { words, next };
}
