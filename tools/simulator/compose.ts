// Composes the rooms of one simulator. Effects: opens the state file, if one is given.
import { InputError } from "#store/model/errors.ts";
import type { SessionDate } from "#store/model/ids.ts";
import type { Clock } from "#tools/clock.ts";
import { createAccount } from "./account/account.ts";
import { createFigures } from "./account/figures.ts";
import { createJournal } from "./control/journal.ts";
import { createFaults } from "./faults/faults.ts";
import { createEngine, type Engine } from "./market/engine.ts";
import type { MarketData } from "./market/market.ts";
import { instantOf } from "./market/market-clock.ts";
import { sessionIndex } from "./market/sessions.ts";
import { defaultStartSession } from "./market/start.ts";
import { createBook } from "./orders/book.ts";
import { createSubmissions } from "./orders/submission/submission.ts";
import { createPacing } from "./session/pacing.ts";
import { createSession } from "./session/session.ts";
import { type SettingsOverride, type SimulatorSettings, withDefaults } from "./settings.ts";
import { openState, type StateStore } from "./state/store.ts";
import type { World } from "./world.ts";

export type SimulatorOptions = {
  market: MarketData;
  /** The clock begins just after this session's close; a state file's own clock wins. */
  start?: SessionDate;
  /** Such as DU1000001. */
  accountId: string;
  /** The machine's clock: sessions, pacing, warming. Never market time. */
  clock: Clock;
  /** Where the state lives; without it everything ends with the process. */
  stateFile?: string;
  settings?: SettingsOverride;
};

function startIndex(start: SessionDate): number {
  const index = sessionIndex(start);
  if (index !== undefined) return index;
  throw new InputError("no_session", `the exchange held no session on ${start}`, {
    facts: { field: "start" },
  });
}

/** The state of the file, or a new one that stands just after the close of its first session. */
function openedState(options: SimulatorOptions, settings: SimulatorSettings): StateStore {
  const start = options.start ?? defaultStartSession(options.market);
  const store = openState({
    ...(options.stateFile === undefined ? {} : { file: options.stateFile }),
    accountId: options.accountId,
    cash: settings.cash,
    openedAt: instantOf({ session: startIndex(start), phase: "closed" }),
  });
  if (store.state.clock === undefined) {
    store.commit({ clock: { session: start, phase: "closed", previousEquity: String(settings.cash) } });
  }
  return store;
}

export function composeWorld(options: SimulatorOptions): { world: World; engine: Engine } {
  const { market, accountId, clock } = options;
  const settings = withDefaults(options.settings);
  const store = openedState(options, settings);
  const account = createAccount(store);
  // The rooms know each other through functions: the account's figures need the clock, the clock the book.
  const moment = () => engine.moment();
  const figures = createFigures({ store, account, market, moment });
  const engine = createEngine({ store, market, figures, book: () => book });
  const book = createBook({ store, account, market, clock, moment, settings: settings.orders, accountId });
  const faults = createFaults();
  const strikes = { method: "POST", path: "/iserver/account/orders" };
  const submissions = createSubmissions({
    book,
    account,
    figures,
    market,
    clock,
    moment,
    settings,
    accountId,
    takeFault: (kind) => faults.strike([kind], strikes) !== undefined,
  });
  const world: World = {
    settings,
    accountId,
    market,
    clock,
    moment,
    now: () => instantOf(moment()),
    store,
    account,
    figures,
    book,
    submissions,
    session: createSession({ clock, settings: settings.session, accountId }),
    pacing: createPacing(settings.pacing),
    faults,
    journal: createJournal(settings.journalLength),
  };
  return { world, engine };
}

/** Empties account, orders, journal, faults and penalties; the clock stays unless a session is given. */
export function resetWorld(world: World, of: { cash: number; start: SessionDate | null }): void {
  if (of.start !== null) startIndex(of.start);
  const { clock } = world.store.state;
  if (clock === undefined) return;
  const previousEquity = String(of.cash);
  world.store.commit({
    reset: { cash: of.cash, at: world.now() },
    clock:
      of.start === null
        ? { ...clock, previousEquity }
        : { session: of.start, phase: "closed", previousEquity },
  });
  world.submissions.forget();
  world.faults.clear();
  world.journal.clear();
  world.pacing.forgive();
}
