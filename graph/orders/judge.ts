// Judges a proposal and takes the room it needs, in one transaction per account: two workers never spend it twice.
// Effects: broker reads, database. Invariant: a verdict of the same step and sequence is given once.
import type { Db } from "#store/database.ts";
import { transaction } from "#store/database.ts";
import { toErrorRecord, VendorError } from "#store/model/errors.ts";
import type { DecimalString } from "#store/model/money.ts";
import type { OrderPlan, RiskVerdict } from "#store/model/risk.ts";
import { accountLock, giveVerdict, type VerdictRow, verdictOfStep } from "#store/trading/verdicts.ts";
import { decideRisk } from "#tools/risk/decide.ts";
import type { BrokerPreview, RiskInput } from "#tools/risk/input.ts";
import { askBroker, type BrokerFacts, completeSnapshot } from "./judging/observe.ts";
import { rehearse } from "./judging/rehearse.ts";
import { previewTicket } from "./sending/tickets.ts";
import type { Judgement, JudgeRequest, OrderDeps } from "./types.ts";

/**
 * The verdict on one proposal, stored with everything it looked at. With an approved or reduced verdict the room it needs
 * is reserved until an order takes its place, the run ends, or a later verdict of the same run replaces it.
 * @throws UnavailableError, VendorError when the broker cannot be read: then there is no verdict and no order.
 */
export async function judgeProposal(
  deps: OrderDeps,
  request: JudgeRequest,
  signal?: AbortSignal,
): Promise<Judgement> {
  const { db } = deps.database;
  const given = request.judged === false ? null : await verdictOfStep(db, request);
  if (given !== null) return judgement(given);
  if (request.rehearsal !== undefined) return judgement(await rehearse(deps, request, signal));
  const broker = await askBroker(deps, request, signal);
  const preview = request.preview === true ? await previewOf(deps, { request, broker }, signal) : null;
  const work = async (tx: Db) => {
    const book = await completeSnapshot(tx, deps, { request, broker, releaseEnded: true });
    const input = { ...book, preview };
    return store(tx, deps, { request, input, verdict: decideRisk(input) });
  };
  return transaction(db, work, [accountLock(deps.gateway.accountId)]);
}

async function store(
  tx: Db,
  deps: OrderDeps,
  judged: { request: JudgeRequest; input: RiskInput; verdict: RiskVerdict },
): Promise<Judgement> {
  const { request, input, verdict } = judged;
  const { decisionId, step, sequence, symbolRunId, instrument } = request;
  const { id, known } = await giveVerdict(tx, {
    decisionId,
    step,
    sequence,
    verdict,
    snapshot: input,
    review: request.review?.review ?? null,
    llmCallId: request.review?.llmCallId ?? null,
    accountId: deps.gateway.accountId,
    symbolRunId,
    instrument,
  });
  return known === null ? { verdictId: id, verdict } : judgement(known);
}

/** The broker's estimate for the order as it would be sent; what it cannot say counts as a refusal. */
async function previewOf(
  deps: OrderDeps,
  of: { request: JudgeRequest; broker: BrokerFacts },
  signal?: AbortSignal,
): Promise<BrokerPreview | null> {
  const { plan } = decideRisk(await completeSnapshot(deps.database.db, deps, of));
  if (plan === null) return null;
  try {
    return previewFacts(
      plan,
      await deps.gateway.client.orders.preview([previewTicket(plan, of.request)], signal),
    );
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    return { ...refusedPreview(plan), error: toErrorRecord(error).message };
  }
}

function previewFacts(
  plan: OrderPlan,
  preview: { equityWithLoanAfter: DecimalString | null; initialMarginAfter: DecimalString | null },
): BrokerPreview {
  const { equityWithLoanAfter, initialMarginAfter } = preview;
  if (equityWithLoanAfter === null || initialMarginAfter === null)
    return { ...refusedPreview(plan), error: "the broker's preview names no margin" };
  return { quantity: plan.quantity, equityAfter: equityWithLoanAfter, initialMarginAfter, error: null };
}

function refusedPreview(plan: OrderPlan) {
  const none = "0" as DecimalString;
  return { quantity: plan.quantity, equityAfter: none, initialMarginAfter: none };
}

function judgement({ id, verdict, codes, rules, plan }: VerdictRow): Judgement {
  return { verdictId: id, verdict: { verdict, codes, rules, plan } };
}
