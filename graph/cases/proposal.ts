// What the order path is told about a run's decision: the facts that every verdict of it rests on. Effects: database reads.

import type { TradeDecision } from "#store/model/decision.ts";
import { toDecimalString } from "#store/model/money.ts";
import type { LastBar } from "#tools/risk/input.ts";
import type { RunContext } from "../context.ts";
import type { DeskDeps } from "../desk.ts";
import { instrumentOf, prepare } from "../market/prepared.ts";
import type { OrderDeps, ProposalFacts } from "../orders/types.ts";
import { type DeskState, type MarketFacts, made } from "../state.ts";
import { decisionOf } from "./case.ts";
import { withRecentAccount } from "./recent-account.ts";

/** @param reads `recent` for verdicts that are looked at again before anything is sent */
export async function orderDeps(
  deps: DeskDeps,
  run: RunContext,
  reads: "fresh" | "recent",
): Promise<OrderDeps> {
  const { database, clock, onStep } = deps;
  const session = await run.gateway();
  const gateway = reads === "recent" ? withRecentAccount(session, clock) : session;
  return onStep === undefined ? { database, clock, gateway } : { database, clock, gateway, onStep };
}

/** @param known the decision when the caller has it in hand */
export async function proposalOf(
  deps: DeskDeps,
  of: { run: RunContext; state: DeskState; known?: TradeDecision },
): Promise<ProposalFacts> {
  const { run, state } = of;
  const { symbolRunId, mode, parameters } = run.subject;
  const market = made(state.market, "market");
  const { decisionId } = made(state.decision, "decision");
  const [instrument, lastBar, decision] = await Promise.all([
    instrumentOf(deps, run, market),
    lastBarOf(deps, run, market),
    of.known ?? decisionOf(deps, decisionId).then((stored) => stored.decision),
  ]);
  return { symbolRunId, decisionId, decision, instrument, lastBar, limits: parameters.risk, mode };
}

async function lastBarOf(deps: DeskDeps, run: RunContext, market: MarketFacts): Promise<LastBar | null> {
  const [{ bars, table }, gateway] = await Promise.all([
    prepare(deps, { run, market, timeframe: "daily" }),
    run.gateway(),
  ]);
  const bar = bars.at(-1);
  if (bar === undefined) return null;
  const atr = table.atr14.at(-1) ?? null;
  return {
    date: bar.date,
    close: bar.close,
    atr: atr === null ? null : toDecimalString(atr),
    source: { gateway: gateway.kind, session: gateway.session, delaySeconds: market.delaySeconds },
  };
}
