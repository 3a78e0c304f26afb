// The account as agents are told of it: read once at the start of a run, kept small, the same again after a crash.
// Effects: gateway and database reads.
import type { OpenTrade, PortfolioMaterial } from "#agents/inputs.ts";
import type { Conid } from "#store/model/ids.ts";
import type { Instrument } from "#store/model/instrument.ts";
import { dec } from "#store/model/money.ts";
import { Order, type Position } from "#store/model/order.ts";
import { openingDecision } from "#store/trading/open-trade.ts";
import { workingOrders } from "#store/trading/orders.ts";
import type { RunContext } from "../context.ts";
import type { DeskDeps } from "../desk.ts";
import type { Gateway } from "../gateway.ts";
import { type DeskState, made, type PortfolioFacts } from "../state.ts";
import { decisionOf } from "./case.ts";

/** A prompt needs the picture, not every line: the largest positions tell it. */
const MOST_POSITIONS = 40;

export async function portfolioFacts(
  deps: DeskDeps,
  gateway: Gateway,
  { conid }: Instrument,
): Promise<PortfolioFacts> {
  const { client, accountId } = gateway;
  const { db } = deps.database;
  const [account, positions, working] = await Promise.all([
    client.summary(),
    client.positions(),
    workingOrders(db, { accountId, conid }),
  ]);
  const held = positions.find((position) => position.conid === conid && !dec(position.quantity).isZero());
  return {
    account,
    positions: largest(positions, conid),
    openOrders: working.map((order) => Order.parse(order)),
    openedBy: held === undefined ? null : await openingDecision(db, { accountId, conid, side: sideOf(held) }),
  };
}

function sideOf(position: Position): "BUY" | "SELL" {
  return dec(position.quantity).isNegative() ? "SELL" : "BUY";
}

function largest(positions: readonly Position[], conid: Conid): Position[] {
  const size = (position: Position) =>
    position.conid === conid ? Number.POSITIVE_INFINITY : Math.abs(Number(position.marketValue ?? 0));
  return [...positions].sort((a, b) => size(b) - size(a)).slice(0, MOST_POSITIONS);
}

export async function portfolioMaterial(
  deps: DeskDeps,
  run: RunContext,
  state: Pick<DeskState, "market" | "portfolio">,
): Promise<PortfolioMaterial> {
  const { conid } = made(state.market, "market");
  const facts = made(state.portfolio, "portfolio");
  const { account, positions, openOrders } = facts;
  return { account, positions, openOrders, openTrade: await openTrade(deps, run, { conid, facts }) };
}

async function openTrade(
  deps: DeskDeps,
  run: RunContext,
  { conid, facts }: { conid: Conid; facts: PortfolioFacts },
): Promise<OpenTrade | null> {
  const position = facts.positions.find((held) => held.conid === conid);
  if (position === undefined || facts.openedBy === null) return null;
  const { decision } = await decisionOf(deps, run, facts.openedBy);
  return {
    side: sideOf(position),
    entryPrice: position.averageCost,
    targetPrice: decision.targetPrice,
    stopPrice: decision.stopPrice,
    thesis: decision.analysis,
  };
}
