// The topics of the websocket, apart from sockets: what each subscription sends, and when. Facts section 9.

import type { OrderLists } from "../orders/reading/lists.ts";
import type { Change } from "../state/store.ts";
import { isRecord } from "../wire.ts";
import type { World } from "../world.ts";

export type Message = Record<string, unknown>;

export type StreamOf = {
  world: World;
  lists: OrderLists;
  send: (message: Message) => void;
  /** Calls once after that many milliseconds, unless the connection has ended. */
  later: (ms: number, call: () => void) => void;
};

/** One thing subscribed to. */
export type Subscription = {
  /** Something was committed: orders, executions, the clock. */
  changed?(change: Change): void;
};

/** `target` is what stands between the first and the second plus: a contract, an account, or nothing. */
export type Subscribe = (of: StreamOf, target: string, options: Record<string, unknown>) => Subscription;

/** What of `now` differs from what was last sent; all of it at first. */
export function changedFields(before: Message | undefined, now: Message): Message {
  return Object.fromEntries(Object.entries(now).filter(([key, value]) => before?.[key] !== value));
}

export function parseOptions(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text === "" ? "{}" : text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}
