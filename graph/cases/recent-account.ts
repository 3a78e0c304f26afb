// Account figures and positions shared by runs that ask at nearly the same moment: the broker allows few calls a second.
// Effects: gateway reads. Only for what is looked at again before anything is sent: the check at the answer reads anew.
import type { AccountSummary, Position } from "#store/model/order.ts";
import type { Clock } from "#tools/clock.ts";
import type { IbkrClient } from "#tools/ibkr/client.ts";
import type { Gateway } from "../gateway.ts";

/** Milliseconds for which an answer serves other runs too; less than the age at which the risk rules refuse it. */
export const RECENT_MS = 5_000;

type Recent<Value> = { at: number; marketTime: number; reading: Promise<Value> };
type Shared<Value> = (ask: () => Promise<Value>) => Promise<Value>;
type Kept = { summary: Shared<AccountSummary>; positions: Shared<Position[]> };

// By client, so that a closed session's answers go with it.
const kept = new WeakMap<IbkrClient, Kept>();

/** The same gateway, with `summary` and `positions` at most RECENT_MS old and of the present market time. */
export function withRecentAccount(gateway: Gateway, clock: Clock): Gateway {
  const { client } = gateway;
  const shared = kept.get(client) ?? { summary: share(gateway, clock), positions: share(gateway, clock) };
  kept.set(client, shared);
  // Without a caller's signal: the answer is not that caller's alone. The client has deadlines of its own.
  return {
    ...gateway,
    client: {
      ...client,
      summary: () => shared.summary(() => client.summary()),
      positions: () => shared.positions(() => client.positions()),
    },
  };
}

function share<Value>(gateway: Gateway, clock: Clock): Shared<Value> {
  let known: Recent<Value> | undefined;
  return async (ask) => {
    // A simulator's market stands still between steps; with a step, everything may have changed.
    const marketTime = gateway.kind === "simulator" ? (await gateway.marketClock.now()).getTime() : 0;
    const at = clock.monotonic();
    if (known !== undefined && at - known.at < RECENT_MS && known.marketTime === marketTime)
      return known.reading;
    const entry: Recent<Value> = { at, marketTime, reading: ask() };
    known = entry;
    entry.reading.catch(() => {
      if (known === entry) known = undefined;
    });
    return entry.reading;
  };
}
