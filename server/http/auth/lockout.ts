// Counts failed sign-ins per client and locks a client out, longer each time. In memory; time comes from the clock.
import type { Clock } from "#tools/clock.ts";

const MAX_CLIENTS = 10_000;
const LONGEST_FACTOR = 16;

export type Lockout = {
  /** Milliseconds for which this client is still locked out; 0 when it may try. */
  remaining(client: string): number;
  failed(client: string): void;
  succeeded(client: string): void;
};

type Entry = { failures: number; lockouts: number; until: number };

export function createLockout(options: { clock: Clock; maxFailures: number; lockoutMs: number }): Lockout {
  const entries = new Map<string, Entry>();
  const { clock, maxFailures, lockoutMs } = options;
  return {
    remaining: (client) => Math.max(0, (entries.get(client)?.until ?? 0) - clock.monotonic()),
    failed(client) {
      const entry = entries.get(client) ?? { failures: 0, lockouts: 0, until: 0 };
      entry.failures += 1;
      if (entry.failures >= maxFailures) {
        entry.until = clock.monotonic() + lockoutMs * Math.min(2 ** entry.lockouts, LONGEST_FACTOR);
        entry.lockouts += 1;
        entry.failures = 0;
      }
      entries.delete(client);
      entries.set(client, entry);
      const oldest = entries.keys().next();
      if (entries.size > MAX_CLIENTS && !oldest.done) entries.delete(oldest.value);
    },
    succeeded: (client) => void entries.delete(client),
  };
}
