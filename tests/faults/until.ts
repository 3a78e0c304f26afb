// Bounded polling for what real processes do; when it does not come, the error says how things stood.
import { setTimeout as pause } from "node:timers/promises";

/** Looks every 50 ms until `look` gives something. @throws after `ms`, with what `state` tells */
export async function until<T>(
  what: string,
  look: () => Promise<T | null>,
  of: { ms?: number; state?: () => Promise<unknown> } = {},
): Promise<T> {
  const end = performance.now() + (of.ms ?? 240_000);
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > end) {
      const state = of.state === undefined ? "" : `: ${JSON.stringify(await of.state())}`;
      throw new Error(`waited in vain until ${what}${state}`);
    }
    await pause(50);
  }
}
