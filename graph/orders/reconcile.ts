// Orders, fills, positions and cash against the broker: at start, and every five minutes. Effects: gateway, database.
// Invariant: what the two sides cannot both explain blocks new entries in that symbol until a person has settled it.
import type { Conid, Instant } from "#store/model/ids.ts";
import { dec, toDecimalString } from "#store/model/money.ts";
import type { AccountSummary, Position } from "#store/model/order.ts";
import { readSetting, writeSetting } from "#store/settings.ts";
import { raiseAlertOnce } from "#store/trading/alerts.ts";
import { type FillRow, fillsFrom, fillsWithoutOrder } from "#store/trading/fills.ts";
import { afterPoll } from "#store/trading/room.ts";
import { blockSymbol } from "#store/trading/symbol-blocks.ts";
import { adoptExternal } from "./book/adopt.ts";
import { Baseline, cashDifference, type Difference, positionDifferences } from "./book/compare.ts";
import { saveFills } from "./book/fills.ts";
import { applyPoll } from "./book/poll.ts";
import { storePortfolio } from "./portfolio.ts";
import { cancelOrphans } from "./sending/orphans.ts";
import { protectPositions } from "./sending/protect.ts";
import { businessNow } from "./sending/steps.ts";
import type { Mismatch, OrderDeps, ReconcileResult } from "./types.ts";

/** Cash that may differ without a word, as a share of the account: interest, rounding of fees. */
const CASH_TOLERANCE = "0.001";
/** Fills are read for seven days at the broker; a baseline older than that starts anew at its own risk. */
const FILLS_WINDOW_MS = 8 * 86_400_000;

/** @throws UnavailableError, ConflictError, VendorError when the broker cannot be read: then the desk must not trade. */
export async function reconcile(deps: OrderDeps, signal?: AbortSignal): Promise<ReconcileResult> {
  const { database, gateway } = deps;
  const { db } = database;
  const { client, accountId } = gateway;
  await client.ensureReady(signal);
  const live = await client.orders.live(signal);
  const trades = await client.orders.trades(signal);
  const before = (await fillsWithoutOrder(db, accountId)).length;
  await applyPoll(deps, { live, trades }, signal);
  const [positions, summary] = await Promise.all([client.positions(signal), client.summary(signal)]);
  const adoptedOrders = await adoptExternal(deps, {
    live,
    positions,
    currency: summary.currency,
    at: await businessNow(deps),
  });
  // Again, now that external orders have rows: their fills find them.
  await saveFills(deps, trades);
  const after = (await fillsWithoutOrder(db, accountId)).length;
  const { mismatches, agreed } = await compare(deps, { positions, summary }, signal);
  if (agreed !== null) await cancelOrphans(deps, agreed, signal);
  await protectPositions(deps, signal);
  return {
    finishedRuns: (await afterPoll(db, accountId)).finishedRuns,
    adoptedOrders,
    adoptedFills: Math.max(0, after - before),
    mismatches,
  };
}

/** `agreed`: the positions as both sides see them, but for the disputed ones; null without an earlier agreement. */
type Compared = {
  mismatches: Mismatch[];
  agreed: { positions: readonly Position[]; disputed: ReadonlySet<Conid> } | null;
};

async function compare(
  deps: OrderDeps,
  now: { positions: readonly Position[]; summary: AccountSummary },
  signal?: AbortSignal,
): Promise<Compared> {
  const { db } = deps.database;
  const at = await businessNow(deps);
  const key = `baseline:${deps.gateway.accountId}`;
  const baseline = await readSetting(db, key, Baseline);
  const usable = baseline !== null && baseline.at <= at;
  let { positions, summary } = now;
  let fills = await fillsSince(deps, usable ? baseline.at : at);
  let differences = usable ? positionDifferences(baseline, fills, positions) : [];
  if (differences.length > 0) {
    // A fill may have come between two readings: only what a second look confirms is a mismatch.
    await saveFills(deps, await deps.gateway.client.orders.trades(signal));
    [positions, summary] = await Promise.all([
      deps.gateway.client.positions(signal),
      deps.gateway.client.summary(signal),
    ]);
    fills = await fillsSince(deps, usable ? baseline.at : at);
    differences = usable ? positionDifferences(baseline, fills, positions) : [];
  }
  const mismatches: Mismatch[] = [];
  for (const difference of differences) mismatches.push(await recordDifference(deps, difference));
  if (usable) await compareCash(deps, { baseline, fills, summary });
  await storePortfolio(deps, { positions, summary, at });
  await writeSetting(db, key, newBaseline({ at, positions, summary, fills: await fillsSince(deps, at) }));
  const disputed = new Set(differences.map((difference) => difference.conid));
  return { mismatches, agreed: usable ? { positions, disputed } : null };
}

function fillsSince(deps: OrderDeps, from: Instant): Promise<FillRow[]> {
  const earliest = new Date(Date.parse(from) - FILLS_WINDOW_MS).toISOString() as Instant;
  return fillsFrom(deps.database.db, { accountId: deps.gateway.accountId, from: earliest });
}

function newBaseline(of: {
  at: Instant;
  positions: readonly Position[];
  summary: AccountSummary;
  fills: readonly FillRow[];
}): Baseline {
  return {
    at: of.at,
    cash: of.summary.totalCash,
    positions: of.positions.map(({ conid, symbol, quantity }) => ({ conid, symbol, quantity })),
    executionRefs: of.fills.map((fill) => fill.executionRef),
  };
}

async function recordDifference(deps: OrderDeps, difference: Difference): Promise<Mismatch> {
  const { conid, symbol } = difference;
  const at = await businessNow(deps);
  const [ours, brokers] = [difference.ours.toFixed(), difference.brokers.toFixed()];
  const reason = `position ${ours} by our fills, ${brokers} at the broker`;
  const { accountId } = deps.gateway;
  await blockSymbol(deps.database.db, {
    accountId,
    conid,
    symbol,
    code: "position_mismatch",
    reason,
    details: { ours, brokers },
    at,
  });
  await raiseAlertOnce(deps.database.db, {
    level: "alarm",
    code: "position_mismatch",
    message: `${symbol}: ${reason}`,
    facts: { accountId, conid },
    orderId: null,
    symbolRunId: null,
  });
  return { symbol, code: "position_mismatch", ours, brokers };
}

/** Cash is told, never blocked on: dividends, interest and transfers are no fault. */
async function compareCash(
  deps: OrderDeps,
  of: { baseline: Baseline; fills: readonly FillRow[]; summary: AccountSummary },
): Promise<void> {
  const difference = cashDifference(of.baseline, of.fills, of.summary);
  if (difference.abs().lessThanOrEqualTo(dec(of.summary.netLiquidation).abs().times(CASH_TOLERANCE))) return;
  await raiseAlertOnce(deps.database.db, {
    level: "warning",
    code: "cash_difference",
    message: `cash differs by ${toDecimalString(difference)} ${of.summary.currency} from what our fills explain`,
    facts: { before: of.baseline.cash, now: of.summary.totalCash, since: of.baseline.at },
    orderId: null,
    symbolRunId: null,
  });
}
