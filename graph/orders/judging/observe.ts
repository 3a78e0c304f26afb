// Gathers the snapshot that the risk engine judges: broker reads outside, book reads under the account's lock.
import type { Db } from "#store/database.ts";
import type { Quote } from "#store/model/bar.ts";
import type { AccountId, Instant } from "#store/model/ids.ts";
import { type DecimalString, dec, toDecimalString } from "#store/model/money.ts";
import type { AccountSummary, Position } from "#store/model/order.ts";
import type { OrderRow } from "#store/trading/orders.ts";
import { workingOrders } from "#store/trading/orders.ts";
import { entriesSince, equityByDate, heldRoom, releaseFinished } from "#store/trading/room.ts";
import { currentTradingState, openBlocks } from "#store/trading/trading-state.ts";
import { getVerdict } from "#store/trading/verdicts.ts";
import { sessionClose } from "#tools/calendar.ts";
import type { MarketPhase, Observed, OpenOrder, RiskInput } from "#tools/risk/input.ts";
import type { JudgeRequest, OrderDeps } from "../types.ts";
import { marketPhase } from "./market-phase.ts";
import { sessionResults } from "./results.ts";

/** What the broker said, each with the moment it was read. */
export type BrokerFacts = {
  readonly market: MarketPhase;
  readonly account: Observed<AccountSummary>;
  readonly positions: Observed<readonly Position[]>;
  readonly quote: Quote | null;
};

/** @throws UnavailableError, VendorError: nothing is judged on a broker that cannot be read. */
export async function askBroker(
  deps: OrderDeps,
  request: Pick<JudgeRequest, "instrument">,
  signal?: AbortSignal,
): Promise<BrokerFacts> {
  const { client, marketClock } = deps.gateway;
  const market = marketPhase(await marketClock.now(signal));
  const [account, positions, quote] = await Promise.all([
    observed(deps, client.summary(signal)),
    observed(deps, client.positions(signal)),
    // Between sessions nothing quotes; the rules then take the last finished close.
    market.open ? client.quote(request.instrument, signal) : null,
  ]);
  return { market, account, positions, quote };
}

async function observed<Value>(deps: OrderDeps, reading: Promise<Value>): Promise<Observed<Value>> {
  // Stamped with the moment before the answer: a value is at least as old as it says.
  const at = deps.clock.now().toISOString() as Instant;
  return { value: await reading, at };
}

/** Completes the snapshot with our own book. Call under `lockAccount`, in the transaction that stores the verdict. */
export async function completeSnapshot(
  tx: Db,
  deps: OrderDeps,
  of: { request: JudgeRequest; broker: BrokerFacts },
): Promise<RiskInput> {
  const { request, broker } = of;
  const { accountId, kind, session } = deps.gateway;
  await releaseFinished(tx, accountId);
  const now = deps.clock.now().toISOString() as Instant;
  // One after the other: a transaction has one connection.
  const state = await currentTradingState(tx);
  const open = await workingOrders(tx, { accountId });
  const openOrders: OpenOrder[] = [];
  for (const order of open) openOrders.push(await openOrderOf(tx, order));
  const held = await heldRoom(tx, accountId);
  const blocks = await openBlocks(tx, { accountId, conid: request.instrument.conid });
  const activity = await recentActivity(tx, { accountId, broker });
  return {
    now,
    mode: request.mode,
    tradingState: state.state,
    limits: request.limits,
    decision: request.decision,
    instrument: request.instrument,
    broker: { gateway: kind, session, accountId },
    market: broker.market,
    lastBar: request.lastBar,
    quote: broker.quote,
    account: broker.account,
    positions: broker.positions,
    openOrders: { value: openOrders, at: now },
    // Room that this very run holds is what it is about to use.
    reservations: held
      .filter((room) => room.symbolRunId !== request.symbolRunId && room.plan.effect === "open")
      .map(({ conid, plan }) => ({
        conid,
        side: plan.side,
        quantity: plan.quantity,
        notional: plan.notional,
      })),
    activity: { value: activity, at: now },
    blocked: blocks.length === 0 ? null : blocks.map((block) => `${block.code}: ${block.reason}`).join("; "),
    preview: null,
    requested: request.requested,
  };
}

async function recentActivity(
  tx: Db,
  of: { accountId: AccountId; broker: BrokerFacts },
): Promise<{ entriesToday: number; results: ReturnType<typeof sessionResults> }> {
  const { market, account } = of.broker;
  const since = sessionClose(market.lastFinished).toISOString() as Instant;
  const oldest = market.earlier.at(-1) ?? market.session;
  return {
    entriesToday: await entriesSince(tx, { accountId: of.accountId, since }),
    results: sessionResults(await equityByDate(tx, { accountId: of.accountId, from: oldest }), {
      session: market.session,
      netLiquidation: account.value.netLiquidation,
    }),
  };
}

/** A market order has no price of its own: it counts at what its verdict valued it; an external one at nothing known. */
async function plannedPrice(tx: Db, order: OrderRow): Promise<DecimalString | null> {
  if (order.type !== "MARKET" || order.verdictId === null) return null;
  const { plan } = await getVerdict(tx, order.verdictId);
  return plan === null ? null : toDecimalString(dec(plan.notional).div(plan.quantity));
}

async function openOrderOf(tx: Db, order: OrderRow): Promise<OpenOrder> {
  const planned = await plannedPrice(tx, order);
  return {
    conid: order.conid,
    leg: order.leg,
    side: order.side,
    remaining: toDecimalString(dec(order.quantity).minus(order.filledQuantity)),
    price: order.limitPrice ?? order.stopPrice ?? planned,
    status: order.status,
    external: order.external,
  };
}
