// The dashboard and the forms on it: halt and resume, next session, acknowledge an alert.
import { Hono } from "hono";
import { z } from "zod";
import { type DashboardModel, DashboardPage } from "#server/views/pages/dashboard.tsx";
import type { CurvePoint } from "#server/views/parts/drawings.tsx";
import { InputError } from "#store/model/errors.ts";
import { dec, toDecimalString } from "#store/model/money.ts";
import { TradingState } from "#store/model/risk.ts";
import { listExecutions } from "#store/runs/executions.ts";
import { acknowledgeAlert, listAlerts } from "#store/trading/alerts.ts";
import { listApprovals } from "#store/trading/approvals.ts";
import { listSnapshots, type SnapshotRow } from "#store/trading/portfolio.ts";
import { listPositions } from "#store/trading/positions.ts";
import { currentTradingState, setTradingState } from "#store/trading/trading-state.ts";
import { moveMarket, Reason } from "../api/trading/desk-state.ts";
import { sumOf } from "../api/trading/portfolio.ts";
import { nameOf } from "../auth/guard.ts";
import type { FormEnv } from "../guards/form-token.ts";
import { page } from "./html.ts";
import { approvalModel, executionLines } from "./lines.ts";
import { type Site, withDone } from "./site.tsx";

const RECENT = 8;
const OPEN_ALERTS = 10;
const CURVE_POINTS = 400;

/** One point per market day, the last of it. */
export function curveOf(snapshots: readonly SnapshotRow[]): CurvePoint[] {
  const byDay = new Map(
    snapshots.map((row) => [row.at.slice(0, 10), { at: row.at, value: row.netLiquidation }]),
  );
  return [...byDay.values()].slice(-CURVE_POINTS);
}

function changeOf(curve: readonly CurvePoint[]): DashboardModel["change"] {
  const first = curve[0];
  const last = curve.at(-1);
  if (first === undefined || last === undefined || dec(first.value).isZero()) return null;
  const amount = dec(last.value).minus(first.value);
  return { amount: toDecimalString(amount), share: toDecimalString(amount.div(first.value)) };
}

async function dashboardModel(site: Site): Promise<DashboardModel> {
  const { db } = site.deps.database;
  const { accountId } = site.deps.broker;
  const [trading, snapshots, positions, approvals, executions, alerts] = await Promise.all([
    currentTradingState(db),
    accountId === null ? [] : listSnapshots(db, { accountId, limit: 2_000 }),
    accountId === null ? [] : listPositions(db, accountId),
    listApprovals(db, { status: "pending", limit: RECENT }),
    listExecutions(db, { limit: RECENT }),
    listAlerts(db, { limit: OPEN_ALERTS }),
  ]);
  const curve = curveOf(snapshots);
  return {
    trading,
    broker: site.deps.broker.health(),
    simulator: site.deps.market === null ? null : { end: site.deps.market.end()?.toISOString() ?? null },
    summary: snapshots.at(-1) ?? null,
    change: changeOf(curve),
    curve,
    positions,
    unrealizedPnl: sumOf(positions, "unrealizedPnl"),
    approvals: approvals.rows.map(approvalModel),
    executions: await executionLines(db, executions.rows),
    alerts,
  };
}

const DONE_OF = { ACTIVE: "resumed", REDUCING: "reducing", HALTED: "halted" } as const;
const Sessions = z.coerce.number().int().min(1).max(250);

export function dashboardPages(site: Site): Hono<FormEnv> {
  const app = new Hono<FormEnv>();
  const { db } = site.deps.database;

  app.get("/", async (c) => {
    const [frame, model] = await Promise.all([site.frame(c), dashboardModel(site)]);
    return page(c, <DashboardPage frame={frame} model={model} />);
  });

  app.post("/trading-state", (c) =>
    site.carryOut(c, "/", async () => {
      const form = c.get("form");
      const state = TradingState.safeParse(form.get("state"));
      if (!state.success) throw new InputError("state_unknown", "This is not a trading state.");
      const { reason } = Reason.parse({ reason: form.get("reason") ?? "" });
      await setTradingState(db, { state: state.data, reason, who: nameOf(c.get("caller")) });
      return withDone("/", DONE_OF[state.data]);
    }),
  );

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
