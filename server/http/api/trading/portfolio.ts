// The account over HTTP, as the broker last stated it: figures, positions and their history; and what the decisions came to.
import { createRoute, z } from "@hono/zod-openapi";
import type { Db } from "#store/database.ts";
import { Counterfactual } from "#store/model/counterfactual.ts";
import { NotFoundError } from "#store/model/errors.ts";
import { AccountId, Instant } from "#store/model/ids.ts";
import { DecimalString, dec, toDecimalString } from "#store/model/money.ts";
import { PerformanceLine, TradeOutcome } from "#store/model/trade.ts";
import { counterfactuals } from "#store/results/counterfactuals.ts";
import { losingStreak } from "#store/results/losing-streak.ts";
import { sumsOf } from "#store/results/performance.ts";
import { tradeOutcomes } from "#store/results/trades.ts";
import { latestSnapshot, listSnapshots } from "#store/trading/portfolio.ts";
import { listPositions, type PositionRow } from "#store/trading/positions.ts";
import { lastFinishedSession } from "#tools/calendar.ts";
import type { WebDeps } from "../../deps.ts";
import { type Api, documented, failures, json, newApi } from "../api.ts";
import { shaped } from "../schemas.ts";
import { Portfolio, Position, Snapshot } from "./schemas.ts";

const tags = ["portfolio"];
const account = AccountId.optional().openapi({ description: "Absent: the main session's account." });

const positions = createRoute({
  method: "get",
  path: "/positions",
  tags,
  summary: "Open positions",
  request: { query: z.object({ account: AccountId.optional() }) },
  responses: {
    200: json(z.object({ rows: z.array(Position) }), "Of one account, or of all."),
    ...failures(),
  },
});

const portfolio = createRoute({
  method: "get",
  path: "/portfolio",
  tags,
  summary: "Account figures and positions",
  request: { query: z.object({ account }) },
  responses: { 200: json(Portfolio, "As the broker last stated them."), ...failures(404) },
});

const snapshots = createRoute({
  method: "get",
  path: "/portfolio/snapshots",
  tags,
  summary: "Account figures over time, oldest first",
  request: {
    query: z.object({
      account,
      from: Instant.optional(),
      to: Instant.optional(),
      limit: z.coerce.number().int().min(1).max(5000).default(1000),
    }),
  },
  responses: { 200: json(z.object({ rows: z.array(Snapshot) }), "The newest so many."), ...failures(404) },
});

const DEADLINE_MS = 10_000;

const LosingTrades = z
  .object({
    trades: z.number().int(),
    atLeast: z.boolean().openapi({ description: "It reaches back further than is looked." }),
    lost: z.array(z.object({ currency: z.string(), amount: DecimalString })),
  })
  .openapi("LosingStreak", { description: "Trades closed with a loss, one after the other, up to now." });

const Performance = z
  .object({
    accountId: AccountId,
    trades: z.array(documented(TradeOutcome, "TradeOutcome")),
    losingStreak: LosingTrades,
    byStrategy: z.array(documented(PerformanceLine, "PerformanceLine")),
    bySymbol: z.array(PerformanceLine),
    byPrompt: z.array(PerformanceLine),
    counterfactuals: z.array(documented(Counterfactual, "Counterfactual")),
  })
  .openapi("Performance");

const performance = createRoute({
  method: "get",
  path: "/portfolio/performance",
  tags,
  summary: "Outcomes of trades and sums after commissions",
  description:
    "Computed from fills. `trades` carry the outcome back to the decision they came from. `counterfactuals` are " +
    "proposals that were rejected or expired, followed on the bars since; nothing of them was ever traded.",
  request: {
    query: z.object({ account }),
  },
  responses: { 200: json(Performance, "Oldest trade first."), ...failures(404) },
});

/** @param now business time at the account's broker: no bar of a session that is not over by then is looked at */
export async function performanceOf(db: Db, accountId: AccountId, now: Date) {
  const [trades, streak, unsent] = await Promise.all([
    tradeOutcomes(db, accountId),
    losingStreak(db, accountId),
    counterfactuals(db, { accountId, upTo: lastFinishedSession(now) }),
  ]);
  const { newest: _, ...losing } = streak;
  return {
    accountId,
    trades: [...trades],
    losingStreak: losing,
    ...(await sumsOf(trades)),
    counterfactuals: unsent,
  };
}

export function sumOf(rows: readonly PositionRow[], key: "unrealizedPnl" | "realizedPnl") {
  return toDecimalString(rows.reduce((sum, row) => sum.plus(row[key] ?? 0), dec(0)));
}

export function portfolioApi(deps: WebDeps): Api {
  const { db } = deps.database;
  const chosen = (wanted: AccountId | undefined): AccountId => {
    const id = wanted ?? deps.broker.accountId;
    if (id === null)
      throw new NotFoundError("account_not_known", "The broker has not named its account yet.");
    return id;
  };
  return newApi()
    .openapi(positions, async (c) => {
      const rows = await listPositions(db, c.req.valid("query").account);
      return c.json({ rows: rows.map((row) => shaped(Position, row)) }, 200);
    })
    .openapi(portfolio, async (c) => {
      const accountId = chosen(c.req.valid("query").account);
      const [summary, rows] = await Promise.all([
        latestSnapshot(db, accountId),
        listPositions(db, accountId),
      ]);
      const answer = {
        accountId,
        summary,
        positions: rows,
        unrealizedPnl: sumOf(rows, "unrealizedPnl"),
        realizedPnl: sumOf(rows, "realizedPnl"),
      };
      return c.json(shaped(Portfolio, answer), 200);
    })
    .openapi(snapshots, async (c) => {
      const { account: wanted, from, to, limit } = c.req.valid("query");
      const rows = await listSnapshots(db, {
        accountId: chosen(wanted),
        limit,
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
      });
      return c.json({ rows: rows.map((row) => shaped(Snapshot, row)) }, 200);
    })
    .openapi(performance, async (c) => {
      const accountId = chosen(c.req.valid("query").account);
      const now = await deps.broker.now(AbortSignal.timeout(DEADLINE_MS));
      return c.json(shaped(Performance, await performanceOf(db, accountId, now)), 200);
    });
}
