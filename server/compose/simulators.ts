// The built-in gateway simulators of this process: one per gateway session, opened at first use, each with its own state.
// Effects: reads market data files, writes state below DATA_DIR/gateway.
import { createHash } from "node:crypto";
import path from "node:path";
import { MAIN_SESSION } from "#graph/gateway.ts";
import { ConflictError, InputError } from "#store/model/errors.ts";
import { AccountId, SessionDate } from "#store/model/ids.ts";
import { isSession } from "#tools/calendar.ts";
import type { Clock } from "#tools/clock.ts";
import { loadMarketData } from "#tools/simulator/market/load.ts";
import type { MarketData } from "#tools/simulator/market/market.ts";
import { sessionDate } from "#tools/simulator/market/sessions.ts";
import { defaultStartSession } from "#tools/simulator/market/start.ts";
import type { SettingsOverride } from "#tools/simulator/settings.ts";
import { createSimulator, type Simulator } from "#tools/simulator/simulator.ts";

const MAIN_ACCOUNT = AccountId.parse("DU1000001");
const REPLAY = /^replay-(\d{4}-\d{2}-\d{2})(?:-([0-9a-f]{8}))?$/;

export type Simulators = {
  /** Files of MARKET_DATA_DIR that were refused, with file and line. */
  faults: readonly InputError[];
  /** @throws InputError, ConflictError for a session that cannot be */
  open(session: string): Simulator;
  accountOf(session: string): AccountId;
  /** Key of the bar cache: changes with the data, so that bars of another folder are never mixed in. */
  barSource: string;
};

export type SimulatorsOptions = {
  /** Folder of daily bars besides the built-in ones, or null. */
  marketDataDir: string | null;
  /** Folder for the state of each session. */
  stateDir: string;
  /** First session of the main clock at its first start; absent: chosen from the data. */
  start?: SessionDate;
  clock: Clock;
  /** Besides the desk's own: only a served simulator is given any. */
  settings?: SettingsOverride;
};

export async function openSimulators(options: SimulatorsOptions): Promise<Simulators> {
  const { market, faults } = await loadMarketData(
    options.marketDataDir === null ? {} : { directory: options.marketDataDir },
  );
  const opened = new Map<string, Simulator>();
  return {
    faults,
    accountOf,
    barSource: `simulator:${fingerprint(market)}`,
    open(session) {
      const simulator = opened.get(session) ?? create(session, market, options);
      opened.set(session, simulator);
      return simulator;
    },
  };
}

function create(session: string, market: MarketData, options: SimulatorsOptions): Simulator {
  const start =
    session === MAIN_SESSION ? (options.start ?? defaultStartSession(market)) : replayDate(session, market);
  return createSimulator({
    market,
    start,
    accountId: accountOf(session),
    stateFile: path.join(options.stateDir, `${session}.jsonl`),
    clock: options.clock,
    // Nobody is there to log in again each day for the broker of a desk.
    settings: { ...options.settings, session: { relogin: "automatic", ...options.settings?.session } },
  });
}

/** Same data, same text: every bar of every instrument goes in. */
function fingerprint(market: MarketData): string {
  const hash = createHash("sha256");
  for (const { symbol, conid, bars } of market.instruments) {
    hash.update(`${symbol}|${conid}|${bars.length}|`);
    const row = new Float64Array(bars.length * 6);
    for (let index = 0; index < bars.length; index += 1) {
      const { open, high, low, close, volume } = bars.bar(index);
      row.set([bars.session(index), open, high, low, close, volume], index * 6);
    }
    hash.update(row);
  }
  return hash.digest("hex").slice(0, 16);
}

/** The replay session of a date. @throws InputError when there was none on it, or no bar of anything tells of it */
function replayDate(session: string, market: MarketData): SessionDate {
  const date = SessionDate.safeParse(REPLAY.exec(session)?.[1]);
  if (!date.success) throw new InputError("unknown_session", `${session}: no such gateway session`);
  if (!isSession(date.data)) {
    throw new ConflictError("no_session", `the exchange held no session on ${date.data}`, {
      facts: { field: "asOf" },
    });
  }
  const [first, last] = [sessionDate(market.first), sessionDate(market.last)];
  if (date.data < first || date.data > last) {
    throw new InputError("no_market_data", `the simulator's data reach from ${first} to ${last}`, {
      facts: { field: "asOf" },
    });
  }
  return date.data;
}

/** A replay's account is its own, so that its orders and positions never mix with the desk's. */
function accountOf(session: string): AccountId {
  const [, date, run] = REPLAY.exec(session) ?? [];
  if (date === undefined) return MAIN_ACCOUNT;
  const own = (Number.parseInt(run ?? "0", 16) % 1_000_000_000).toString().padStart(9, "0");
  return AccountId.parse(`DU2${date.slice(2).replaceAll("-", "")}${own}`);
}
