// What each prompt version came to: answers, decisions, countersigns in one query, trades from their fills. Effects: database
// reads. Live, paper, replays and dry runs are counted apart: they are not samples of the same thing.
import { sql } from "drizzle-orm";
import { z } from "zod";
import { type Db, transaction } from "../database.ts";
import { type AccountId, type Conid, type OrderId, PromptVersionId, type SymbolRunId } from "../model/ids.ts";
import { Currency, DecimalString, dec, toDecimalString } from "../model/money.ts";
import { type AgentStage, RunMode } from "../model/run.ts";
import type { TradeOutcome } from "../model/trade.ts";
import { Mean, meanOf, Share, shareOf } from "./intervals.ts";
import { outcomes } from "./trades.ts";

/** The mode of the runs, with dry runs (forks among them) as a kind of their own. */
export const ResultKind = z.enum([...RunMode.options, "dry_run"]);
export type ResultKind = z.infer<typeof ResultKind>;

const PromptPnl = z.object({
  currency: Currency,
  /** Of closed trades, after commissions. */
  realizedPnl: DecimalString,
  commissions: DecimalString,
  /** Per closed trade. */
  perTrade: Mean,
});

/** Results of one version in runs of one kind. A run in which two versions of a stage were used counts for both. */
export const PromptResults = z.object({
  promptVersionId: PromptVersionId,
  kind: ResultKind,
  /** Questions: one per run, and one more for each revision. */
  asked: z.number().int(),
  answered: Share,
  /** No grounded answer came: the run ended without an opinion. */
  abstained: Share,
  /** No usable answer came for another reason. */
  failed: Share,
  /** Exchanges whose numbers were not those of the stored values, of all that were answered; one is repaired at most. */
  ungrounded: Share,
  /** Of the decisions that the runs ended with. */
  buy: Share,
  sell: Share,
  hold: Share,
  /** By the rules or the risk manager, of the decisions to trade. */
  denied: Share,
  /** By a person, changed ones included, of those that a person answered or let expire. */
  approved: Share,
  rejected: Share,
  expired: Share,
  /** Countersigned by written policy alone. */
  byPolicy: z.number().int(),
  openTrades: z.number().int(),
  /** Of closed trades, those with a profit after commissions. */
  won: Share,
  /** Of closed trades, against the planned stop. */
  r: Mean,
  pnl: z.array(PromptPnl),
});
export type PromptResults = z.infer<typeof PromptResults>;

type Counted = Record<
  | "asked"
  | "answered"
  | "abstained"
  | "failed"
  | "answers"
  | "ungrounded"
  | "buy"
  | "sell"
  | "hold"
  | "denied"
  | "approved"
  | "rejected"
  | "expired"
  | "byPolicy",
  number
> & { version: PromptVersionId; kind: ResultKind };

/** One line per version and kind of run that there is. `stage` is that of all versions. */
export async function promptResults(
  db: Db,
  of: { stage: AgentStage; versions: readonly PromptVersionId[] },
): Promise<PromptResults[]> {
  if (of.versions.length === 0) return [];
  const [counts, trades] = await Promise.all([countsOf(db, of), tradesOf(db, of)]);
  return counts.map((counted) => {
    const own = trades.filter(({ version, kind }) => version === counted.version && kind === counted.kind);
    return { ...sharesOf(counted), ...tradeFigures(own.map(({ trade }) => trade)) };
  });
}

/**
 * The executor's two prompts are asked once per visit, and a run's decision is that of its last visit: there a version
 * counts for the decision only when it was asked in that visit. The other stages are asked once per run.
 */
export function promptCountsQuery(of: { stage: AgentStage; versions: readonly PromptVersionId[] }) {
  const versions = sql`any(${sql.param([...of.versions])}::uuid[])`;
  const perVisit = of.stage === "consolidation" || of.stage === "decision";
  return sql`
    with question as (
      select prompt_version_id as version, symbol_run_id as run, visit, bool_or(status = 'ok') as answered,
        count(*) filter (where status <> 'failed') as answers
      from llm_calls where prompt_version_id = ${versions} and method <> 'tools' group by 1, 2, 3
    ), placed as (
      select question.*, symbol_runs.status,
        case when executions.dry_run then 'dry_run' else executions.mode end as kind
      from question join symbol_runs on symbol_runs.id = question.run
        join executions on executions.id = symbol_runs.execution_id
    ), decision as (
      select placed.version, placed.kind, placed.run, placed.status, decisions.signal
      from placed join decisions on decisions.symbol_run_id = placed.run
        ${perVisit ? sql`and decisions.visit = placed.visit` : sql``}
      where not exists (select 1 from decisions later
        where later.symbol_run_id = decisions.symbol_run_id and later.visit > decisions.visit)
    ), answer as (
      select distinct on (symbol_run_id) symbol_run_id as run, status, channel
      from approvals order by symbol_run_id, created_at desc
    ), asked as (
      select version, kind, count(*) as asked, count(*) filter (where answered) as answered,
        sum(answers) as answers,
        count(*) filter (where not answered and status = 'abstained') as abstained,
        count(*) filter (where not answered and status = 'failed') as failed
      from placed group by 1, 2
    ), stated as (
      select prompt_version_id as version,
        case when executions.dry_run then 'dry_run' else executions.mode end as kind, count(*) as ungrounded
      from llm_calls join symbol_runs on symbol_runs.id = llm_calls.symbol_run_id
        join executions on executions.id = symbol_runs.execution_id
      where prompt_version_id = ${versions} and llm_calls.error ->> 'code' = 'ungrounded' group by 1, 2
    ), decided as (
      select version, kind, count(*) filter (where signal = 'BUY') as buy,
        count(*) filter (where signal = 'SELL') as sell, count(*) filter (where signal = 'HOLD') as hold,
        count(*) filter (where signal <> 'HOLD' and decision.status = 'denied') as denied,
        count(*) filter (where answer.status in ('approved', 'edited') and channel <> 'policy') as approved,
        count(*) filter (where answer.status in ('approved', 'edited') and channel = 'policy') as by_policy,
        count(*) filter (where answer.status = 'rejected') as rejected,
        count(*) filter (where answer.status = 'expired') as expired
      from decision left join answer using (run) group by 1, 2
    )
    select version, kind, asked::int, answered::int, abstained::int, failed::int, answers::int,
      coalesce(ungrounded, 0)::int as ungrounded, coalesce(buy, 0)::int as buy, coalesce(sell, 0)::int as sell,
      coalesce(hold, 0)::int as hold, coalesce(denied, 0)::int as denied, coalesce(approved, 0)::int as approved,
      coalesce(rejected, 0)::int as rejected, coalesce(expired, 0)::int as expired,
      coalesce(by_policy, 0)::int as "byPolicy"
    from asked left join stated using (version, kind) left join decided using (version, kind)
    order by version, kind`;
}

async function countsOf(
  db: Db,
  of: { stage: AgentStage; versions: readonly PromptVersionId[] },
): Promise<Counted[]> {
  return transaction(db, async (tx) => {
    // Its sorts and hashes span every run of the stage: in memory they take a third of the time.
    await tx.execute(sql`set local work_mem = '64MB'`);
    return (await tx.execute<Counted>(promptCountsQuery(of))).rows;
  });
}

function sharesOf(counted: Counted) {
  const { version, kind, asked, answers, byPolicy } = counted;
  const decisions = counted.buy + counted.sell + counted.hold;
  const answeredByPeople = counted.approved + counted.rejected + counted.expired;
  return {
    promptVersionId: version,
    kind,
    asked,
    answered: shareOf(counted.answered, asked),
    abstained: shareOf(counted.abstained, asked),
    failed: shareOf(counted.failed, asked),
    ungrounded: shareOf(counted.ungrounded, answers),
    buy: shareOf(counted.buy, decisions),
    sell: shareOf(counted.sell, decisions),
    hold: shareOf(counted.hold, decisions),
    denied: shareOf(counted.denied, counted.buy + counted.sell),
    approved: shareOf(counted.approved, answeredByPeople),
    rejected: shareOf(counted.rejected, answeredByPeople),
    expired: shareOf(counted.expired, answeredByPeople),
    byPolicy,
  };
}

type Traded = { version: PromptVersionId; kind: ResultKind; trade: TradeOutcome };
type Entry = {
  version: PromptVersionId;
  kind: ResultKind;
  run: SymbolRunId;
  accountId: AccountId;
  conid: string;
  entryOrderId: OrderId;
};

/** Only entries of which something has filled are looked up, with every fill of their instruments. */
async function tradesOf(
  db: Db,
  of: { stage: AgentStage; versions: readonly PromptVersionId[] },
): Promise<Traded[]> {
  const perVisit = of.stage === "consolidation" || of.stage === "decision";
  const { rows } = await db.execute<Entry>(sql`
    select distinct calls.prompt_version_id as version, entry.symbol_run_id as run, entry.id as "entryOrderId",
      entry.account_id as "accountId", entry.conid,
      case when executions.dry_run then 'dry_run' else executions.mode end as kind
    from orders entry join risk_verdicts on risk_verdicts.id = entry.verdict_id
      join decisions on decisions.id = risk_verdicts.decision_id
      join llm_calls calls on calls.symbol_run_id = entry.symbol_run_id
        and ${perVisit ? sql`calls.visit = decisions.visit` : sql`true`}
      join symbol_runs on symbol_runs.id = entry.symbol_run_id
      join executions on executions.id = symbol_runs.execution_id
    where entry.leg = 'entry' and entry.filled_quantity > 0
      and calls.prompt_version_id = any(${sql.param([...of.versions])}::uuid[])`);
  const found = await outcomesOfEntries(db, rows);
  return rows.flatMap(({ version, kind, entryOrderId }) => {
    const trade = found.get(entryOrderId);
    return trade === undefined ? [] : [{ version, kind, trade }];
  });
}

/** What became of these entries, whatever their accounts. */
export async function outcomesOfEntries(
  db: Db,
  entries: readonly { accountId: AccountId; conid: Conid | string; entryOrderId: OrderId }[],
): Promise<ReadonlyMap<OrderId, TradeOutcome>> {
  const byAccount = new Map<AccountId, { conids: Set<Conid>; entries: Set<OrderId> }>();
  for (const { accountId, conid, entryOrderId } of entries) {
    const of = byAccount.get(accountId) ?? { conids: new Set(), entries: new Set() };
    of.conids.add(Number(conid) as Conid);
    of.entries.add(entryOrderId);
    byAccount.set(accountId, of);
  }
  const found = new Map<OrderId, TradeOutcome>();
  for (const [accountId, of] of byAccount) {
    const wanted = { accountId, conids: [...of.conids], entries: [...of.entries] };
    for (const trade of await outcomes(db, wanted)) found.set(trade.entryOrderId, trade);
  }
  return found;
}

function tradeFigures(trades: readonly TradeOutcome[]) {
  const closed = trades.filter((trade) => trade.closedAt !== null);
  const currencies = [...new Set(closed.map((trade) => trade.currency))].sort();
  return {
    openTrades: trades.length - closed.length,
    won: shareOf(closed.filter((trade) => dec(trade.realizedPnl).greaterThan(0)).length, closed.length),
    r: meanOf(closed.flatMap((trade) => (trade.r === null ? [] : [Number(trade.r)]))),
    pnl: currencies.map((currency) => {
      const own = closed.filter((trade) => trade.currency === currency);
      const total = (key: "realizedPnl" | "commissions") =>
        toDecimalString(own.reduce((sum, trade) => sum.plus(trade[key]), dec(0)));
      const perTrade = meanOf(own.map((trade) => Number(trade.realizedPnl)));
      return { currency, realizedPnl: total("realizedPnl"), commissions: total("commissions"), perTrade };
    }),
  };
}
