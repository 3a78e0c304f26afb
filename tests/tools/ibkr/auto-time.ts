// Time for client and simulator together that jumps to the next timer whenever nothing else is going on: no test waits.
import type { PacingTimer } from "#tools/ibkr/pacing/gate.ts";
import type { GatewayTransport } from "#tools/ibkr/transport/transport.ts";

type Due = { at: number; order: number; run: () => void };

export function autoTime(start = Date.parse("2026-03-02T15:00:00Z")) {
  let now = start;
  let order = 0;
  let due: Due[] = [];
  let underway = 0;
  let scheduled = false;

  const wake = () => {
    if (scheduled || underway > 0 || due.length === 0) return;
    scheduled = true;
    // After the microtasks and the I/O that are ready: only then is it known that nothing else is going on.
    setImmediate(() => {
      scheduled = false;
      if (underway > 0) return;
      const next = due.sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (next === undefined) return;
      due = due.slice(1);
      now = Math.max(now, next.at);
      next.run();
      wake();
    });
  };
  const timer: PacingTimer = {
    after: (ms, run) => {
      order += 1;
      const entry = { at: now + ms, order, run };
      due.push(entry);
      wake();
      return () => {
        due = due.filter((other) => other !== entry);
      };
    },
  };

  return {
    timer,
    clock: { now: () => new Date(now), monotonic: () => now - start },
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        const cancel = timer.after(ms, resolve);
        signal?.addEventListener("abort", () => {
          cancel();
          reject(signal.reason);
        });
      }),
    /** The transport, with time standing still while a request is under way. */
    watched: (transport: GatewayTransport): GatewayTransport => ({
      ...transport,
      send: async (request) => {
        underway += 1;
        try {
          return await transport.send(request);
        } finally {
          underway -= 1;
          wake();
        }
      },
    }),
  };
}
