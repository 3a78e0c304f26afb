// The account's value over time, today's part of it, and what it is compared with. Effects: database reads.
// Invariant: a benchmark is drawn from stored bars only; a session without one has no point.
import type { Benchmark, CurvePoint } from "#server/views/parts/drawings.tsx";
import type { Db } from "#store/database.ts";
import { closesVersion, type DailyCloses, dailyCloses } from "#store/market/daily-closes.ts";
import type { AccountId, Instant, SessionDate, Ticker } from "#store/model/ids.ts";
import { dec, toDecimalString } from "#store/model/money.ts";
import { listWorkflowSymbols } from "#store/strategies/workflow-symbols.ts";
import { dailySnapshots } from "#store/trading/portfolio.ts";
import { lastFinishedSession } from "#tools/calendar.ts";

export type Change = { amount: string; share: string };

export type Equity = {
  curve: readonly CurvePoint[];
  /** Against the first day of the curve. */
  change: Change | null;
  /** Against the last statement of an earlier day; null on the first day. */
  today: (Change & { since: string }) | null;
  benchmark: Benchmark | null;
};

const DAYS = 400;
const INDEX = "SPX" as Ticker;
const MOST_HELD = 10;

function changeOf(from: CurvePoint | undefined, to: CurvePoint | undefined): Change | null {
  if (from === undefined || to === undefined || dec(from.value).isZero()) return null;
  const amount = dec(to.value).minus(from.value);
  return { amount: toDecimalString(amount), share: toDecimalString(amount.div(from.value)) };
}

/** The newest close that was known at each point of the curve. */
function sessionOf(point: CurvePoint): SessionDate {
  return lastFinishedSession(new Date(point.at));
}

/** Equal parts bought at the first session's close and held; only sessions of which every symbol has a bar. */
function held(curve: readonly CurvePoint[], series: readonly DailyCloses[]): CurvePoint[] {
  const [first] = curve;
  if (first === undefined || series.length === 0) return [];
  const start = sessionOf(first);
  return curve.flatMap((point) => {
    const session = sessionOf(point);
    const grown = series.map(({ closes }) => {
      const [from, to] = [closes.get(start), closes.get(session)];
      return from === undefined || to === undefined ? null : dec(to).div(from);
    });
    const whole = grown.filter((one) => one !== null);
    if (whole.length < series.length) return [];
    const mean = whole.reduce((sum, one) => sum.plus(one), dec(0)).div(whole.length);
    return [{ at: point.at, value: toDecimalString(mean.times(first.value)) }];
  });
}

/** The last comparison with the index, and what it was made of: both seldom change. */
type Before = {
  compared: { curve: readonly CurvePoint[]; version: string; benchmark: Benchmark | null } | null;
};

async function benchmarkOf(db: Db, curve: readonly CurvePoint[], before: Before): Promise<Benchmark | null> {
  const [first, newest] = [curve[0], curve.at(-1)];
  if (first === undefined || newest === undefined || curve.length < 2) return null;
  // Looked at first: what is written after it is read once more, never missed.
  const version = await closesVersion(db, INDEX);
  const known = before.compared;
  if (known?.curve === curve && known.version === version) return known.benchmark;
  const range = { from: sessionOf(first), to: sessionOf(newest) };
  const index = await dailyCloses(db, { symbols: [INDEX], ...range });
  if (index.length === 0) return comparedWith(curve, await listedCloses(db, range), range);
  const benchmark = comparedWith(curve, index, range);
  before.compared = { curve, version, benchmark };
  return benchmark;
}

function comparedWith(
  curve: readonly CurvePoint[],
  chosen: readonly DailyCloses[],
  range: { from: SessionDate },
): Benchmark | null {
  const points = held(curve, chosen);
  if (points.length < 2) return null;
  const names = chosen.map((one) => one.symbol).join(", ");
  const what = chosen.length > 1 ? `${names} in equal parts` : names;
  return { label: `${what}, bought at the close of ${range.from} and held (stored daily bars)`, points };
}

async function listedCloses(db: Db, range: { from: SessionDate; to: SessionDate }): Promise<DailyCloses[]> {
  const listed = (await listWorkflowSymbols(db)).filter((row) => row.enabled).map((row) => row.symbol);
  return (await dailyCloses(db, { symbols: listed, ...range })).slice(0, MOST_HELD);
}

export type CurveReader = (accountId: AccountId | null) => Promise<readonly CurvePoint[]>;

/**
 * One point per market day, the last of it. Remembers the days that are over, so that only the newest ones are read
 * again; gives the same list as long as nothing was added.
 */
export function curveReader(db: Db): CurveReader {
  const read = new Map<AccountId, CurvePoint[]>();
  return async (accountId) => {
    if (accountId === null) return [];
    const known = read.get(accountId) ?? [];
    const last = known.at(-1);
    const rows = await dailySnapshots(db, {
      accountId,
      days: DAYS,
      ...(last === undefined ? {} : { since: last.at as Instant }),
    });
    const fresh = rows.map((row) => ({ at: row.at, value: row.netLiquidation }));
    const [newest] = fresh;
    if (fresh.length === 1 && newest?.at === last?.at && newest?.value === last?.value) return known;
    const days = [...known.slice(0, -1), ...fresh].slice(-DAYS);
    read.set(accountId, days);
    return days;
  };
}

export type EquityReader = (accountId: AccountId | null) => Promise<Equity>;

export function equityReader(db: Db): EquityReader {
  const curve = curveReader(db);
  const before: Before = { compared: null };
  return async (accountId) => equityFrom(db, await curve(accountId), before);
}

async function equityFrom(db: Db, curve: readonly CurvePoint[], before: Before): Promise<Equity> {
  const yesterday = curve.at(-2);
  const today = changeOf(yesterday, curve.at(-1));
  return {
    curve,
    change: curve.length < 2 ? null : changeOf(curve[0], curve.at(-1)),
    today: today === null || yesterday === undefined ? null : { ...today, since: yesterday.at },
    benchmark: await benchmarkOf(db, curve, before),
  };
}
