// The page of decisions: its filter stands in the address, so that a view can be kept and passed on.
import { Hono } from "hono";
import { z } from "zod";
import type { DecisionLine, DecisionsModel } from "#server/views/decisions/model.ts";
import { DecisionsPage, OUTCOME_TEXT } from "#server/views/decisions/page.tsx";
import { listPromptNames } from "#store/agents/prompts.ts";
import { type DecisionFigures, DecisionOutcome, listDecisionFigures } from "#store/results/decision-list.ts";
import { ResultKind } from "#store/results/prompt-results.ts";
import { listStrategyNames } from "#store/strategies/strategies.ts";
import { decisionFilter, decisionQuery } from "../../api/decisions/decisions.ts";
import { type DecisionEnds, endsOf } from "../../api/decisions/outcomes.ts";
import type { FormEnv } from "../../guards/form-token.ts";
import { page } from "../html.ts";
import type { Site } from "../site.tsx";

const PAGE = 30;
const Filter = z.object(decisionFilter);
const NAMES = ["symbol", "signal", "outcome", "strategy", "prompt", "kind", "from", "to"] as const;
type Typed = Record<(typeof NAMES)[number], string>;

const FIELD_WORDS: Readonly<Record<string, string>> = {
  from: "the first date",
  to: "the last date",
  kind: "the mode",
};

/** What could be read of the filter, and in words what could not: the rest of the page stands. */
function readFilter(typed: Typed): { filter: z.output<typeof Filter>; fault: string | null } {
  const given = Object.fromEntries(Object.entries(typed).filter(([, value]) => value !== ""));
  const whole = Filter.safeParse(given);
  if (whole.success) return { filter: whole.data, fault: null };
  const wrong = [...new Set(whole.error.issues.map((issue) => String(issue.path[0])))];
  const kept = Object.fromEntries(Object.entries(given).filter(([name]) => !wrong.includes(name)));
  const named = wrong.map((name) => FIELD_WORDS[name] ?? `the ${name}`).join(" and ");
  return { filter: Filter.parse(kept), fault: `Left out, because it could not be read: ${named}.` };
}

function address(typed: Typed, cursor: string | null): string {
  const query = new URLSearchParams(Object.entries(typed).filter(([, value]) => value !== ""));
  if (cursor !== null) query.set("cursor", cursor);
  const text = query.toString();
  return text === "" ? "/decisions" : `/decisions?${text}`;
}

/** What a line shows and nothing else: the line is also the key under which it is kept as it was written. */
function lineOf(row: DecisionFigures, ends: DecisionEnds): DecisionLine {
  const trade = ends.trades.get(row.id);
  const unsent = ends.unsent.get(row.id);
  return {
    symbolRunId: row.symbolRunId,
    visit: row.visit,
    symbol: row.symbol,
    signal: row.signal,
    currentPrice: row.currentPrice,
    targetPrice: row.targetPrice,
    stopPrice: row.stopPrice,
    profitMargin: row.profitMargin,
    rCoefficient: row.rCoefficient,
    asOf: row.asOf,
    createdAt: row.createdAt,
    kind: row.kind,
    forkedFrom: row.forkedFrom,
    strategy: row.strategy,
    strategyId: row.strategyId,
    promptVersionId: row.promptVersionId,
    promptVersion: row.promptVersion,
    verdict: row.verdict,
    codes: row.codes,
    approvalId: row.approvalId,
    approval: row.approval,
    channel: row.channel,
    reason: row.reason,
    orderId: row.orderId,
    orderStatus: row.orderStatus,
    outcome: row.outcome,
    trade:
      trade === undefined
        ? null
        : {
            closedAt: trade.closedAt,
            exitBy: trade.exitBy,
            realizedPnl: trade.realizedPnl,
            unrealizedPnl: trade.unrealizedPnl,
            r: trade.r,
            currency: trade.currency,
          },
    counterfactual:
      unsent === undefined
        ? null
        : { end: unsent.end, r: unsent.r, pnl: unsent.pnl, currency: unsent.currency },
  };
}

async function decisionsModel(site: Site, typed: Typed, cursor: string | null): Promise<DecisionsModel> {
  const { db } = site.deps.database;
  const { filter, fault } = readFilter(typed);
  const [found, strategies, prompts] = await Promise.all([
    listDecisionFigures(db, { ...decisionQuery(filter), cursor, limit: PAGE }),
    listStrategyNames(db),
    listPromptNames(db),
  ]);
  const ends = await endsOf(site.deps, found.rows);
  return {
    rows: found.rows.map((row) => lineOf(row, ends)),
    filter: typed,
    outcomes: DecisionOutcome.options.map((one) => [one, OUTCOME_TEXT[one]?.[0] ?? one]),
    strategies: strategies.map(({ id, name }) => [id, name]),
    prompts: prompts.map(({ id, stage, version }) => [id, `${stage.replaceAll("_", " ")} ${version}`]),
    kinds: ResultKind.options.map((kind) => [kind, kind.replaceAll("_", " ")]),
    fault,
    filtered: Object.values(typed).some((value) => value !== ""),
    older: found.next === null ? null : address(typed, found.next),
    newer: cursor === null ? null : address(typed, null),
  };
}

export function decisionPages(site: Site): Hono<FormEnv> {
  const app = new Hono<FormEnv>();
  app.get("/decisions", async (c) => {
    const text = (name: string) => (c.req.query(name) ?? "").trim().slice(0, 100);
    const typed = Object.fromEntries(NAMES.map((name) => [name, text(name)])) as Typed;
    typed.symbol = typed.symbol.toUpperCase();
    const [frame, model] = await Promise.all([
      site.frame(c),
      decisionsModel(site, typed, c.req.query("cursor") ?? null),
    ]);
    return page(c, <DecisionsPage frame={frame} model={model} />);
  });
  return app;
}
