// What each prompt version came to: answers, decisions, countersigns in one query, trades from their fills. Effects: database
// reads. Live, paper, replays and dry runs are counted apart: they are not samples of the same thing.
import { sql } from "drizzle-orm";
import { z } from "zod";
import { type Db, transaction } from "../database.ts";
import { type AccountId, type Conid, type OrderId, PromptVersionId } from "../model/ids.ts";
import { Currency, DecimalString } from "../model/money.ts";
import { type AgentStage, RunMode } from "../model/run.ts";
import type { TradeOutcome } from "../model/trade.ts";
import { Mean, Share, shareOf } from "./intervals.ts";
import { tradeFigures } from "./trade-figures.ts";
import { matchedOutcomes, outcomes } from "./trades.ts";

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
  const counts = await countsOf(db, of);
  const entries = await entriesOf(db, of);
  const results: PromptResults[] = [];
  for (const counted of counts) {
    const own = entries.filter(({ version, kind }) => version === counted.version && kind === counted.kind);
    results.push({ ...sharesOf(counted), ...(await tradedBy(db, own)) });
  }
  return results;
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
  return onOneCore(db, async (tx) => (await tx.execute<Counted>(promptCountsQuery(of))).rows);
}

/**
 * For statements that span every run of a stage: their sorts and hashes stay in memory, which takes a third of the time,
 * and they leave the other cores to who waits for a page.
 */
function onOneCore<Result>(db: Db, work: (tx: Db) => Promise<Result>): Promise<Result> {
  return transaction(db, async (tx) => {
    await tx.execute(sql`set local work_mem = '64MB'`);
    await tx.execute(sql`set local max_parallel_workers_per_gather = 0`);
    return work(tx);
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

type Entered = {
  version: PromptVersionId;
  kind: ResultKind;
  accountId: AccountId;
  conids: string;
  entries: string;
};

/**
 * Only entries of which something has filled are looked up, with every fill of their instruments. They come as one text
 * for each version: years of them as rows took a third of a second to read.
 */
async function entriesOf(
  db: Db,
  of: { stage: AgentStage; versions: readonly PromptVersionId[] },
): Promise<Entered[]> {
  const perVisit = of.stage === "consolidation" || of.stage === "decision";
  return onOneCore(db, async (tx) => {
    const { rows } = await tx.execute<Entered>(sql`
      with asked as (
        select distinct prompt_version_id as version, symbol_run_id as run ${perVisit ? sql`, visit` : sql``}
        from llm_calls where prompt_version_id = any(${sql.param([...of.versions])}::uuid[])
      )
      select asked.version, entry.account_id as "accountId",
        case when executions.dry_run then 'dry_run' else executions.mode end as kind,
        string_agg(distinct entry.conid::text, ' ') as conids, string_agg(entry.id::text, ' ') as entries
      from orders entry join symbol_runs on symbol_runs.id = entry.symbol_run_id
        join executions on executions.id = symbol_runs.execution_id
        ${perVisit ? sql`join risk_verdicts on risk_verdicts.id = entry.verdict_id join decisions on decisions.id = risk_verdicts.decision_id` : sql``}
        join asked on asked.run = entry.symbol_run_id ${perVisit ? sql`and asked.visit = decisions.visit` : sql``}
      where entry.leg = 'entry' and entry.filled_quantity > 0 and entry.verdict_id is not null
      group by 1, 2, 3`);
    return rows;
  });
}

/** What the trades of one version in runs of one kind came to. */
async function tradedBy(db: Db, entered: readonly Entered[]) {
  const lists = [];
  for (const { accountId, conids, entries } of entered) {
    const trades = await matchedOutcomes(db, { accountId, conids: conids.split(" ").map(toConid) });
    lists.push({ trades, wanted: new Set(entries.split(" ")) });
  }
  return tradeFigures(lists);
}

const toConid = (text: string) => Number(text) as Conid;

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
