// Time that passes only when a test says so: timers run in the order of their instants, microtasks in between.
import type { PacingTimer } from "#tools/ibkr/pacing/gate.ts";

type Due = { at: number; order: number; run: () => void };

export function virtualTime(start = 1_700_000_000_000) {
  let now = start;
  let order = 0;
  let due: Due[] = [];
  const settle = async () => {
    for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
  };
  const timer: PacingTimer = {
    after: (ms, run) => {
      order += 1;
      const entry = { at: now + ms, order, run };
      due.push(entry);
      return () => {
        due = due.filter((other) => other !== entry);
      };
    },
  };
  return {
    timer,
    now: () => now,
    clock: { now: () => new Date(now), monotonic: () => now - start },
    sleep: (ms: number) => new Promise<void>((resolve) => void timer.after(ms, resolve)),
    /** Runs all timers up to `until`, or until none is left. */
    run: async (until = Number.POSITIVE_INFINITY) => {
      await settle();
      for (;;) {
        const next = due.sort((a, b) => a.at - b.at || a.order - b.order)[0];
        if (next === undefined || next.at > until) break;
        due = due.slice(1);
        now = next.at;
        next.run();
        await settle();
      }
      if (Number.isFinite(until)) now = Math.max(now, until);
    },
  };
}
