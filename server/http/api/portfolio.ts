// The account over HTTP, as the broker last stated it: figures, positions and their history.
import { createRoute, z } from "@hono/zod-openapi";
import { NotFoundError } from "#store/model/errors.ts";
import { AccountId, Instant } from "#store/model/ids.ts";
import { dec, toDecimalString } from "#store/model/money.ts";
import { latestSnapshot, listSnapshots } from "#store/trading/portfolio.ts";
import { listPositions, type PositionRow } from "#store/trading/positions.ts";
import type { WebDeps } from "../deps.ts";
import { type Api, failures, json, newApi } from "./api.ts";
import { shaped } from "./schemas.ts";
import { Portfolio, Position, Snapshot } from "./trading-schemas.ts";

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
    });
}
