// Why a person is asked instead of the written policy answering. Effects: database reads. Invariant: a condition that
// cannot be judged would ask; only an empty list lets the policy answer.
import type { AskReason, BrokerQuestion } from "#store/model/approval.ts";
import type { Consolidation } from "#store/model/decision.ts";
import type { Conid } from "#store/model/ids.ts";
import { dec } from "#store/model/money.ts";
import type { OrderPlan } from "#store/model/risk.ts";
import { ApprovalConditions } from "#store/model/strategy.ts";
import { getApproval } from "#store/trading/approvals.ts";
import { hasTraded } from "#store/trading/open-trade.ts";
import type { DeskDeps } from "../desk.ts";
import type { NodeStep } from "../node.ts";

export type Asked = {
  plan: OrderPlan;
  conid: Conid;
  consolidation: Consolidation;
  brokerQuestions: readonly BrokerQuestion[];
};

/** In the order in which they are shown; empty when the rules alone countersign. */
export async function reasonsToAsk(deps: DeskDeps, step: NodeStep, of: Asked): Promise<AskReason[]> {
  const { approval: policy } = step.run.subject;
  const broker: AskReason[] = of.brokerQuestions.map((question) => ({
    code: "broker_question",
    text: `the broker asks: ${question.text}`,
  }));
  switch (policy) {
    case "ask":
      return [...broker, { code: "policy_ask", text: "the strategy asks a person about every order" }];
    case "conditions":
      return [...broker, ...(await askedBefore(deps, step)), ...(await conditionsMet(deps, step, of))];
    case "auto":
    case "never":
      return broker;
  }
}

/** Who was asked about an order once is asked about what has become of it. */
async function askedBefore(deps: DeskDeps, { state }: NodeStep): Promise<AskReason[]> {
  const id = state.countersign?.approvalId ?? null;
  if (id === null || (await getApproval(deps.database.db, id)).channel === "policy") return [];
  return [{ code: "asked_before", text: "a person was asked about this order before" }];
}

async function conditionsMet(deps: DeskDeps, step: NodeStep, of: Asked): Promise<AskReason[]> {
  const { mode, parameters, symbol } = step.run.subject;
  // Executions that were started before there were conditions have none stored.
  const when = ApprovalConditions.parse(parameters.askWhen ?? {});
  const { plan, consolidation } = of;
  const { currency } = plan;
  const reasons: AskReason[] = [];
  const above = (value: string, limit: string | null) => limit !== null && dec(value).greaterThan(limit);
  if (above(plan.notional, when.valueAbove))
    reasons.push({
      code: "value_above",
      text: `worth ${plan.notional} ${currency}, above ${when.valueAbove}`,
    });
  if (above(plan.lossAtStop, when.lossAbove))
    reasons.push({
      code: "loss_above",
      text: `${plan.lossAtStop} ${currency} lost at the stop, above ${when.lossAbove}`,
    });
  if (when.disagreement && consolidation.agreement !== "agree")
    reasons.push({ code: "disagreement", text: `the analysts: ${consolidation.agreement}` });
  if (when.disagreement && step.state.review?.verdict === "reduce")
    reasons.push({
      code: "risk_manager_reduced",
      text: `the risk manager cut the order: ${step.state.review.reason}`,
    });
  if (when.firstTrade && !(await traded(deps, step, of.conid)))
    reasons.push({ code: "first_trade", text: `the desk has never traded ${symbol} in this account` });
  if (when.liveMode && mode === "live") reasons.push({ code: "live_mode", text: "real money" });
  return reasons;
}

async function traded(deps: DeskDeps, { run }: NodeStep, conid: Conid): Promise<boolean> {
  const { accountId } = await run.gateway();
  return hasTraded(deps.database.db, { accountId, conid });
}
