// All instruments that a simulator replays. Pure; immutable, shared by any number of simulators.
import { InvariantError } from "#store/model/errors.ts";
import type { DailyBars } from "./bars.ts";
import type { Listing } from "./catalog.ts";
import type { SessionIndex } from "./sessions.ts";

/** One replayed instrument, in USD. */
export type SimInstrument = Listing & {
  symbol: string;
  currency: "USD";
  /** Where its bars came from: a package's name, or the user's file. */
  source: string;
  builtIn: boolean;
  bars: DailyBars;
};

export type MarketData = {
  /** Ascending by symbol. */
  readonly instruments: readonly SimInstrument[];
  /** First and last session of any bar. */
  readonly first: SessionIndex;
  readonly last: SessionIndex;
  bySymbol(symbol: string): SimInstrument | undefined;
  byConid(conid: number): SimInstrument | undefined;
};

export function createMarket(given: readonly SimInstrument[]): MarketData {
  const instruments = [...given].sort((a, b) => (a.symbol < b.symbol ? -1 : 1));
  const symbols = new Map(instruments.map((one) => [one.symbol, one]));
  const conids = new Map(instruments.map((one) => [one.conid, one]));
  if (conids.size !== instruments.length) throw new InvariantError("two instruments share a contract id");
  return {
    instruments,
    first: Math.min(...instruments.map((one) => one.bars.session(0))),
    last: Math.max(...instruments.map((one) => one.bars.session(one.bars.length - 1))),
    bySymbol: (symbol) => symbols.get(symbol),
    byConid: (conid) => conids.get(conid),
  };
}
