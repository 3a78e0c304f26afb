// The dashboard and the forms on it: next session, acknowledge an alert; the kill switch is in halt.tsx.
import { type Context, Hono } from "hono";
import { z } from "zod";
import { marketState } from "#server/gateway/sensors.ts";
import { type DashboardModel, DashboardPage } from "#server/views/pages/dashboard.tsx";
import type { Notice } from "#server/views/parts/blocks.tsx";
import { plural } from "#server/views/parts/format.ts";
import { losingStreak } from "#store/results/losing-streak.ts";
import { firstSteps } from "#store/runs/first-steps.ts";
import { acknowledgeAlert } from "#store/trading/alerts.ts";
import { deskLists } from "#store/trading/glance.ts";
import { moveMarket } from "../api/trading/desk-state.ts";
import { sumOf } from "../api/trading/portfolio.ts";
import { nameOf } from "../auth/guard.ts";
import type { FormEnv } from "../guards/form-token.ts";
import { type EquityReader, equityReader } from "./equity.ts";
import { page } from "./html.ts";
import { approvalModel, executionLines } from "./lines.ts";
import { type Site, withDone } from "./site.tsx";

const RECENT = 8;

type Read = Omit<DashboardModel, "market" | "steps" | "provenAgoMs"> & {
  steps: Awaited<ReturnType<typeof firstSteps>>;
};

async function readDesk(site: Site, readEquity: EquityReader): Promise<Read> {
  const { db } = site.deps.database;
  const { accountId } = site.deps.broker;
  const [lists, equity, streak, steps] = await Promise.all([
    deskLists(db, accountId),
    readEquity(accountId),
    accountId === null ? null : losingStreak(db, accountId),
    firstSteps(db),
  ]);
  const { running, waiting, recent, approvals, ...shown } = lists;
  const inHand = [...running, ...waiting].slice(0, RECENT);
  const finished = recent.filter((row) => row.status === "finished");
  const lines = await executionLines(db, [...inHand, ...finished]);
  return {
    ...shown,
    broker: site.deps.broker.health(),
    simulator: site.deps.market === null ? null : { end: site.deps.market.end()?.toISOString() ?? null },
    ...equity,
    losingStreak: streak === null || streak.newest === null ? null : streak,
    unrealizedPnl: sumOf(lists.positions, "unrealizedPnl"),
    approvals: approvals.map(approvalModel),
    inHand: lines.slice(0, inHand.length),
    executions: lines.slice(inHand.length),
    steps,
  };
}

const Counts = z.object({
  cancelled: z.coerce.number().int().min(0).max(10_000),
  exits: z.coerce.number().int().min(0).max(10_000),
  failed: z.coerce.number().int().min(0).max(10_000),
});

/** What a halt with more than a halt has done: numbers only, never text from the address. */
function haltNotice(c: Context): Notice | undefined {
  const counts = Counts.safeParse(c.req.query());
  if (!counts.success) return undefined;
  const { cancelled, exits, failed } = counts.data;
  const done = `Trading is halted. ${plural(cancelled, "entry is", "entries are")} being cancelled, ${plural(exits, "exit was", "exits were")} sent.`;
  return failed === 0
    ? { tone: "bad", text: done }
    : { tone: "bad", text: `${done} ${plural(failed, "act")} could not be done: see the alert below.` };
}

function millisecondsSince(site: Site, instant: string): number {
  return Math.max(0, site.deps.clock.now().getTime() - Date.parse(instant));
}

const Sessions = z.coerce.number().int().min(1).max(250);

export function dashboardPages(site: Site): Hono<FormEnv> {
  const app = new Hono<FormEnv>();
  const readEquity = equityReader(site.deps.database.db);
  const { db } = site.deps.database;

  app.get("/", async (c) => {
    const [frame, { steps, ...read }] = await Promise.all([
      site.frame(c, haltNotice(c)),
      readDesk(site, readEquity),
    ]);
    const market = frame.marketNow === null ? null : marketState(new Date(frame.marketNow));
    const model: DashboardModel = {
      ...read,
      market,
      provenAgoMs: read.broker.provenAt === null ? null : millisecondsSince(site, read.broker.provenAt),
      // After the first trade everyone has seen the whole way.
      steps: steps.filled && steps.entries > 1 ? null : { ...steps, pending: read.approvals[0]?.id ?? null },
    };
    return page(c, <DashboardPage frame={frame} model={model} />);
  });

  app.post("/market/next", (c) =>
    site.carryOut(c, "/", async () => {
      await moveMarket(site.deps, Sessions.parse(c.get("form").get("sessions") ?? "1"));
      return withDone("/", "moved");
    }),
  );

  app.post("/alerts/:id/acknowledge", (c) =>
    site.carryOut(c, "/", async () => {
      const id = z.coerce.number().int().positive().parse(c.req.param("id"));
      await acknowledgeAlert(db, id, nameOf(c.get("caller")));
      return withDone("/", "acknowledged");
    }),
  );
  return app;
}
