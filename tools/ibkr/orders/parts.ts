// What the order verbs work with. Types only.
import type { Conid } from "#store/model/ids.ts";
import type { Currency } from "#store/model/money.ts";
import type { IbkrTiming } from "../client.ts";
import type { ReadySession } from "../session/health.ts";
import type { Calls } from "../wire/calls.ts";

export type OrderParts = {
  calls: Calls;
  timing: IbkrTiming;
  /** @throws DeskError unless the session is ready: no order leaves otherwise. */
  ready(signal?: AbortSignal): Promise<ReadySession>;
  /** An order call found the session gone. */
  sessionLost(code: string): void;
  /** Runs one order request chain at a time: another one in between can invalidate an open question. */
  exclusively<Out>(work: () => Promise<Out>): Promise<Out>;
  /** Trades do not tell their currency; the instrument does. */
  currencyOf(conid: Conid, signal?: AbortSignal): Promise<Currency>;
};
