// Gathers the snapshot that the risk engine judges: broker reads outside, book reads under the account's lock.
import type { Db } from "#store/database.ts";
import type { Quote } from "#store/model/bar.ts";
import type { Instant } from "#store/model/ids.ts";
import { dec, toDecimalString } from "#store/model/money.ts";
import type { AccountSummary, Position } from "#store/model/order.ts";
import { riskBook } from "#store/trading/room.ts";
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

/**
 * Completes the snapshot with our own book, in one statement. Call under `accountLock`, in the transaction that stores the
 * verdict; elsewhere it is an estimate.
 * @param of.releaseEnded room of runs that have ended is given back as well
 */
export async function completeSnapshot(
  tx: Db,
  deps: OrderDeps,
  of: { request: JudgeRequest; broker: BrokerFacts; releaseEnded?: boolean },
): Promise<RiskInput> {
  const { request, broker, releaseEnded = false } = of;
  const { accountId, kind, session } = deps.gateway;
  const now = deps.clock.now().toISOString() as Instant;
  const { market, account } = broker;
  const { conid } = request.instrument;
  const since = sessionClose(market.lastFinished).toISOString() as Instant;
  const from = market.earlier.at(-1) ?? market.session;
  const book = await riskBook(tx, { accountId, conid, since, from, releaseEnded });
  const { netLiquidation, currency: own } = account.value;
  const openOrders = book.working.map(
    ({ conid, leg, side, status, external, remaining, price, currency }): OpenOrder => {
      const exact = (text: string) => toDecimalString(dec(text));
      return {
        conid,
        leg,
        side,
        remaining: exact(remaining),
        // Of an order placed elsewhere in another currency the value is not known in the account's.
        price: price && currency === own ? exact(price) : null,
        status,
        external,
      };
    },
  );
  const { session: at } = market;
  const results = sessionResults(book.worth, { session: at, netLiquidation, first: book.firstWorth });
  return {
    now,
    mode: request.mode,
    tradingState: book.tradingState,
    limits: request.limits,
    decision: request.decision,
    instrument: request.instrument,
    broker: { gateway: kind, session, accountId },
    market,
    lastBar: request.lastBar,
    quote: broker.quote,
    account,
    positions: broker.positions,
    openOrders: { value: openOrders, at: now },
    // Room that this very run holds is what it is about to use.
    reservations: book.held
      .filter((room) => room.symbolRunId !== request.symbolRunId && room.plan.effect === "open")
      .map(({ conid, plan: { side, quantity, notional } }) => ({ conid, side, quantity, notional })),
    activity: { value: { entriesToday: book.entries, results }, at: now },
    blocked: book.blocks.map((block) => `${block.code}: ${block.reason}`).join("; ") || null,
    preview: null,
    requested: request.requested,
  };
}
