// What the order path is told about a run's decision: the facts that every verdict of it rests on. Effects: database reads.

import type { TradeDecision } from "#store/model/decision.ts";
import type { LastBar } from "#tools/risk/input.ts";
import type { RunContext } from "../context.ts";
import type { DeskDeps } from "../desk.ts";
import { instrumentOf } from "../market/prepared.ts";
import type { OrderDeps, ProposalFacts } from "../orders/types.ts";
import { type DeskState, made } from "../state.ts";
import { decisionOf } from "./case.ts";
import { withRecentAccount } from "./recent-account.ts";

/** @param reads `recent` for verdicts that are looked at again before anything is sent */
export async function orderDeps(
  deps: DeskDeps,
  run: RunContext,
  reads: "fresh" | "recent",
): Promise<OrderDeps> {
  const { database, clock, onStep } = deps;
  const { dryRun, gatewaySession } = run.subject;
  if (!dryRun) await deps.mayTrade?.(gatewaySession);
  const session = await run.gateway();
  const gateway = reads === "recent" ? withRecentAccount(session, clock) : session;
  return onStep === undefined ? { database, clock, gateway } : { database, clock, gateway, onStep };
}

/** `lastBar` is the bar that prices are held against, `known` the decision when the caller has it in hand. */
export async function proposalOf(
  deps: DeskDeps,
  of: { run: RunContext; state: DeskState; lastBar: LastBar | null; known?: TradeDecision },
): Promise<ProposalFacts> {
  const { run, state, lastBar } = of;
  const { symbolRunId, mode, parameters, dryRun, fork } = run.subject;
  const { decisionId } = made(state.decision, "decision");
  const [instrument, decision] = await Promise.all([
    instrumentOf(deps, run, made(state.market, "market")),
    of.known ?? decisionOf(deps, run, decisionId).then((stored) => stored.decision),
  ]);
  const rehearsal = dryRun ? { rehearsal: { snapshotOf: fork?.snapshotOf ?? null } } : {};
  const limits = parameters.risk;
  return { symbolRunId, decisionId, decision, instrument, lastBar, limits, mode, ...rehearsal };
}
