// Everything a simulator must not forget: clock, orders, executions. Effects: appends to one file, if it was given one.
// Invariant: a change is on the file before the call that made it returns, whole or not at all.
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { InputError } from "#store/model/errors.ts";
import type { SessionDate } from "#store/model/ids.ts";
import type { MarketPhase } from "../market/market-clock.ts";
import { isWorking, type SimFill, type SimOrder } from "../orders/order.ts";

/** Where the market stands; `previousEquity` (USD, decimal text) is the account's at the close before this session. */
export type ClockRow = { session: SessionDate; phase: MarketPhase; previousEquity: string };

/** One atomic step: what was changed, as whole rows. */
export type Change = {
  clock?: ClockRow;
  orders?: readonly SimOrder[];
  fills?: readonly SimFill[];
  /** Empties account, orders and executions; ids are never given again. */
  reset?: { cash: number; at: number };
};

export type SimState = {
  clock: ClockRow | undefined;
  cash: number;
  /** Market time of the opening of the account. */
  openedAt: number;
  /** How many order ids were ever given. */
  idsGiven: number;
  orders: Map<number, SimOrder>;
  /** Those of `orders` that are not at an end. */
  working: Map<number, SimOrder>;
  /** The newest order of each cOID. */
  clientIds: Map<string, number>;
  fills: SimFill[];
};

export type StateStore = {
  readonly state: SimState;
  commit(change: Change): void;
  /** Called after each change, in order of subscription; returns the end of the subscription. */
  onChange(listener: (change: Change) => void): () => void;
};

const FORMAT = "countersign-simulator-1";
type Header = { format: typeof FORMAT; accountId: string; idsGiven: number };

function apply(state: SimState, change: Change): void {
  if (change.reset !== undefined) {
    state.cash = change.reset.cash;
    state.openedAt = change.reset.at;
    state.orders.clear();
    state.working.clear();
    state.clientIds.clear();
    state.fills = [];
  }
  if (change.clock !== undefined) state.clock = change.clock;
  for (const order of change.orders ?? []) {
    if (!state.orders.has(order.id)) state.idsGiven += 1;
    state.orders.set(order.id, order);
    if (isWorking(order)) state.working.set(order.id, order);
    else state.working.delete(order.id);
    if (order.clientId !== null) state.clientIds.set(order.clientId, order.id);
  }
  state.fills.push(...(change.fills ?? []));
}

/** A line that a killed process left unfinished is the last one, and never was answered: it is dropped. */
function readLines(file: string, accountId: string): { header: Header; changes: Change[] } | undefined {
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, "utf8");
  const complete = text.slice(0, text.lastIndexOf("\n") + 1);
  const [first, ...lines] = complete.split("\n").filter((line) => line !== "");
  if (first === undefined) return undefined;
  try {
    const header = JSON.parse(first) as Header;
    if (header.format !== FORMAT) throw new Error(`format ${String(header.format)}`);
    if (header.accountId !== accountId) throw new Error(`it belongs to account ${header.accountId}`);
    return { header, changes: lines.map((line) => JSON.parse(line) as Change) };
  } catch (cause) {
    throw new InputError("simulator_state_unreadable", `${file} is no state of this simulator`, {
      cause,
      facts: { file },
    });
  }
}

function writeWhole(file: string, state: SimState, accountId: string): void {
  const header: Header = { format: FORMAT, accountId, idsGiven: state.idsGiven - state.orders.size };
  const whole: Change = {
    reset: { cash: state.cash, at: state.openedAt },
    ...(state.clock === undefined ? {} : { clock: state.clock }),
    orders: [...state.orders.values()],
    fills: state.fills,
  };
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(header)}\n${JSON.stringify(whole)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/**
 * Opens the state, from the file when it exists.
 * @throws InputError when the file is something else, or belongs to another account
 */
export function openState(of: {
  file?: string;
  accountId: string;
  cash: number;
  openedAt: number;
}): StateStore {
  const state: SimState = {
    clock: undefined,
    cash: of.cash,
    openedAt: of.openedAt,
    idsGiven: 0,
    orders: new Map(),
    working: new Map(),
    clientIds: new Map(),
    fills: [],
  };
  const { file } = of;
  const found = file === undefined ? undefined : readLines(file, of.accountId);
  if (found !== undefined) {
    state.idsGiven = found.header.idsGiven;
    for (const change of found.changes) apply(state, change);
  }
  if (file !== undefined) writeWhole(file, state, of.accountId);
  const listeners = new Set<(change: Change) => void>();
  return {
    state,
    commit: (change) => {
      if (file !== undefined) appendFileSync(file, `${JSON.stringify(change)}\n`);
      apply(state, change);
      for (const listener of listeners) listener(change);
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
