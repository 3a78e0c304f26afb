// The port through which a run reaches a broker: one gateway per session, opened on demand. Types only.
import type { AccountId } from "#store/model/ids.ts";
import type { MarketClock } from "#tools/clock.ts";
import type { IbkrClient } from "#tools/ibkr/client.ts";

/** The gateway session of the desk itself; every other one is "replay-YYYY-MM-DD-xxxxxxxx", one execution's own. */
export const MAIN_SESSION = "main";

/** One broker session with its account and its own notion of now. */
export type Gateway = {
  kind: "ibkr" | "simulator";
  /** "main", or "replay-YYYY-MM-DD-xxxxxxxx": a simulator session standing just after that session's close. */
  session: string;
  client: IbkrClient;
  /** Business time at this broker, UTC: the simulator's market clock, or system time. */
  marketClock: MarketClock;
  accountId: AccountId;
  /**
   * Key of the bar cache: "ibkr", or "simulator:" and a fingerprint of its market data, so that bars of another data
   * folder are never mixed in.
   */
  barSource: string;
};

export type GatewayRegistry = {
  /**
   * The gateway of a session, created at first use and shared after that.
   * @throws InputError for a session name that this desk does not offer; UnavailableError when it cannot be reached.
   */
  open(session: string): Promise<Gateway>;
};
