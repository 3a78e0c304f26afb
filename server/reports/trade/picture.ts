// A run's trade over its stored bars: what the agents saw from the stored market data, what came after from the bar cache.
// Effects: database and object store reads. A picture that cannot be read is said to be missing, never made up.
import { z } from "zod";
import type { TradeBar, TradeFill, TradeLevel, TradePicture } from "#server/views/trade/model.ts";
import type { ObjectStore } from "#store/artifacts/object-store.ts";
import type { Db } from "#store/database.ts";
import { barsSince } from "#store/market/bars-since.ts";
import type { Timeframe } from "#store/model/bar.ts";
import { DeskError, InvariantError } from "#store/model/errors.ts";
import type { OrderLeg, SessionDate } from "#store/model/ids.ts";
import type { DecimalString } from "#store/model/money.ts";
import type { OrderSide, OrderStatus } from "#store/model/order.ts";
import type { OrderPlan } from "#store/model/risk.ts";
import { type ArtifactRow, readArtifact } from "#store/runs/artifacts.ts";
import type { ChartOverlay } from "#tools/charts/index.ts";
import { exchangeDate } from "#tools/eastern-time.ts";

const READ_MS = 10_000;
/** Bars after the decision that are shown at most. */
const LATER = { daily: 60, weekly: 26 } as const;
/** Bars kept behind the last fill: what happened right after it was over. */
const AFTER_EXIT = 8;

type FillRow = {
  executionRef: string;
  orderId: string | null;
  at: string;
  side: OrderSide;
  quantity: DecimalString;
  price: DecimalString;
};

/** What is known of a run's trade, as far as it came. */
export type TradeFacts = {
  symbol: string;
  decision: {
    signal: string;
    currentPrice: string;
    stopPrice: string | null;
    targetPrice: string | null;
  } | null;
  plan: Pick<OrderPlan, "limitPrice" | "stopPrice" | "targetPrice" | "effect"> | null;
  orders: readonly {
    leg: OrderLeg;
    status: OrderStatus;
    limitPrice: string | null;
    stopPrice: string | null;
    averageFillPrice: string | null;
    fills: readonly FillRow[];
  }[];
  /** Fills of other orders that closed it. */
  exits: readonly FillRow[];
  /** A person is still asked: bars after the decision would answer for them. */
  undecided: boolean;
};

const WORKING: readonly OrderStatus[] = [
  "SUBMITTING",
  "UNKNOWN",
  "SUBMITTED",
  "ACCEPTED",
  "PARTIALLY_FILLED",
  "PENDING_CANCEL",
];

function stateOf(status: OrderStatus): TradeLevel["state"] {
  if (status === "FILLED") return "filled";
  if (status === "INITIALIZED") return "proposed";
  return WORKING.includes(status) ? "working" : "ended";
}

/** Of the orders where there are any, else of the plan, else of the decision. */
export function levelsOf(facts: TradeFacts): TradeLevel[] {
  const { decision, plan, orders } = facts;
  if (decision === null || decision.signal === "HOLD") return [];
  const proposed = {
    entry: plan?.limitPrice ?? decision.currentPrice,
    stop: plan?.effect === "close" ? null : (plan?.stopPrice ?? decision.stopPrice),
    target: plan?.effect === "close" ? null : (plan?.targetPrice ?? decision.targetPrice),
  };
  return (["entry", "stop", "target"] as const).flatMap((kind): TradeLevel[] => {
    const order = orders.findLast((one) => one.leg === kind);
    const priced =
      kind === "entry"
        ? (order?.averageFillPrice ?? order?.limitPrice)
        : (order?.stopPrice ?? order?.limitPrice);
    const price = priced ?? proposed[kind];
    if (price === null || price === undefined) return [];
    if (order === undefined) return [{ kind, price, state: "proposed", word: "proposed" }];
    const word = order.status.toLowerCase().replaceAll("_", " ");
    return [{ kind, price, state: stateOf(order.status), word }];
  });
}

/** The Monday of an exchange date's week. */
function mondayOf(date: string): string {
  const day = new Date(`${date}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7));
  return day.toISOString().slice(0, 10);
}

/** The bar that a fill belongs to, or a place of its own where none is stored. */
function barDateOf(at: string, timeframe: Timeframe, dates: readonly string[]): string {
  const date = exchangeDate(new Date(at));
  const newest = dates.at(-1) ?? "";
  if (timeframe === "daily") return date;
  if (mondayOf(date) > mondayOf(newest)) return mondayOf(date);
  return dates.findLast((one) => one <= date) ?? date;
}

/** The head is checked; of the rows, only what is drawn is looked at: this is on the way of every page of a run. */
const StoredValues = z.object({
  currency: z.string(),
  columns: z.array(z.string()),
  rows: z.array(z.array(z.unknown())),
});

type Seen = { currency: string; bars: readonly TradeBar[] };

function seenOf(bytes: Buffer): Seen {
  const { currency, columns, rows } = StoredValues.parse(JSON.parse(bytes.toString("utf8")));
  const at = (name: keyof TradeBar) => columns.indexOf(name);
  const [date, open, high, low, close, volume] = [
    at("date"),
    at("open"),
    at("high"),
    at("low"),
    at("close"),
    at("volume"),
  ];
  const number = (value: unknown) => {
    if (typeof value === "number") return value;
    throw new InvariantError("stored market data have a bar without a price");
  };
  const bars = rows.map((row) => ({
    date: String(row[date]),
    open: number(row[open]),
    high: number(row[high]),
    low: number(row[low]),
    close: number(row[close]),
    volume: number(row[volume]),
  }));
  return { currency, bars };
}

/** Artifacts never change: what was read of one is read once. */
const READ_LATELY = 64;
const lately = new Map<string, Seen>();

async function seenBars(sources: Sources, artifact: ArtifactRow): Promise<Seen> {
  const known = lately.get(artifact.sha256);
  if (known !== undefined) return known;
  const signal = AbortSignal.timeout(READ_MS);
  const { bytes } = await readArtifact(sources.db, sources.objects, { id: artifact.id, signal });
  const seen = seenOf(bytes);
  lately.set(artifact.sha256, seen);
  const [oldest] = lately.keys();
  if (lately.size > READ_LATELY && oldest !== undefined) lately.delete(oldest);
  return seen;
}

type Sources = { db: Db; objects: ObjectStore };

async function pictureOf(sources: Sources, facts: TradeFacts, artifact: ArtifactRow): Promise<TradePicture> {
  const { db } = sources;
  const timeframe = artifact.timeframe ?? "daily";
  const { currency, bars: seen } = await seenBars(sources, artifact);
  const last = seen.at(-1);
  const later = await laterBars(db, facts, { artifact, timeframe, last });
  const rows = [
    ...facts.orders.flatMap((order) => order.fills.map((fill) => ({ ...fill, leg: order.leg }))),
    ...facts.exits.map((fill) => ({ ...fill, leg: "exit" as const })),
  ];
  const dates = [...seen, ...later.bars].map((bar) => bar.date);
  const fills = rows
    .map((fill): TradeFill => ({ ...fill, barDate: barDateOf(fill.at, timeframe, dates) }))
    .toSorted((a, b) => (a.at < b.at ? -1 : 1));
  return {
    timeframe,
    symbol: facts.symbol,
    currency,
    seen,
    since: shortened(later.bars, fills, facts),
    levels: levelsOf(facts),
    fills,
    notice: later.notice,
  };
}

async function laterBars(
  db: Db,
  facts: TradeFacts,
  of: { artifact: ArtifactRow; timeframe: Timeframe; last: TradeBar | undefined },
): Promise<{ bars: TradeBar[]; notice: string | null }> {
  const { artifact, last, timeframe } = of;
  if (facts.undecided)
    return { bars: [], notice: "While the order waits for an answer no later bar is shown." };
  if (artifact.seriesId === null || last === undefined) return { bars: [], notice: null };
  const found = await barsSince(db, {
    seriesId: artifact.seriesId,
    after: last.date as SessionDate,
    limit: LATER[timeframe],
  });
  // A split since: the later bars are in other units than the picture.
  const moved = found.closeThen !== null && Math.abs(Number(found.closeThen) / last.close - 1) > 1e-6;
  if (moved) {
    const notice = `The bars since are stated on another basis (a split or an adjustment): the close of ${last.date} is now ${found.closeThen}. They are left out.`;
    return { bars: [], notice };
  }
  const bars = found.bars.map((bar) => ({
    date: bar.date,
    open: Number(bar.open),
    high: Number(bar.high),
    low: Number(bar.low),
    close: Number(bar.close),
    volume: Number(bar.volume),
  }));
  const none = `No ${timeframe} bar after ${last.date} is stored yet; the next run of this symbol brings them.`;
  return { bars, notice: bars.length === 0 ? none : null };
}

/** A trade that is over is followed a little beyond its last fill, not for ever. */
function shortened(bars: readonly TradeBar[], fills: readonly TradeFill[], facts: TradeFacts): TradeBar[] {
  const out = fills.findLast((fill) => fill.leg !== "entry");
  const working = facts.orders.some((order) => WORKING.includes(order.status));
  if (out === undefined || working) return [...bars];
  const end = bars.findIndex((bar) => bar.date >= out.barDate);
  return end < 0 ? [...bars] : bars.slice(0, end + 1 + AFTER_EXIT);
}

/** One per timeframe whose market data are stored, daily first. */
export async function tradePictures(
  sources: Sources,
  facts: TradeFacts,
  artifacts: readonly ArtifactRow[],
): Promise<TradePicture[]> {
  const wanted = (["daily", "weekly"] as const).flatMap((timeframe) => {
    const found = artifacts.findLast((one) => one.kind === "market_data" && one.timeframe === timeframe);
    return found === undefined ? [] : [found];
  });
  return Promise.all(
    wanted.map((artifact) =>
      pictureOf(sources, facts, artifact).catch((error: unknown): TradePicture => {
        if (!(error instanceof DeskError)) throw error;
        const notice = "The stored market data of this chart cannot be read now.";
        const timeframe = artifact.timeframe ?? "daily";
        return {
          timeframe,
          symbol: facts.symbol,
          currency: "",
          seen: [],
          since: [],
          levels: levelsOf(facts),
          fills: [],
          notice,
        };
      }),
    ),
  );
}

/** The same trade for the interactive chart. */
export function overlayOf(picture: TradePicture): ChartOverlay {
  const decimals = (text: string) => (Number(text) < 1 ? 4 : 2);
  const shown = (text: string) => Number(text).toFixed(decimals(text));
  return {
    lines: picture.levels.map((level) => ({
      kind: level.kind,
      price: Number(level.price),
      state: level.state,
      text: `${level.kind[0]?.toUpperCase()}${level.kind.slice(1)} ${shown(level.price)}, ${level.word}`,
    })),
    fills: picture.fills.map((fill) => ({
      date: fill.barDate as SessionDate,
      side: fill.side,
      price: Number(fill.price),
      leg: fill.leg,
      text: `${fill.leg === "entry" ? "" : `${fill.leg}: `}${fill.side} ${fill.quantity} at ${shown(fill.price)}`,
    })),
    since: picture.since.map((bar) => ({ ...bar, date: bar.date as SessionDate })),
  };
}
