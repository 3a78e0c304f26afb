// The page of schedules: what runs when, the last starts and what was left out, with reasons.
import { Hono } from "hono";
import { type SchedulesModel, SchedulesPage } from "#server/views/pages/schedules.tsx";
import { scheduledStrategies, scheduleHistories } from "#store/strategies/schedules.ts";
import { listStrategies } from "#store/strategies/strategies.ts";
import type { FormEnv } from "../../guards/form-token.ts";
import { page } from "../html.ts";
import type { Site } from "../site.tsx";
import { previewOf } from "./schedule-preview.ts";

const NEXT_RUNS = 3;

async function schedulesModel(site: Site, marketNow: string | null): Promise<SchedulesModel> {
  const { db } = site.deps.database;
  const [scheduled, all] = await Promise.all([scheduledStrategies(db), listStrategies(db)]);
  const histories = await scheduleHistories(
    db,
    scheduled.map((row) => row.id),
  );
  const now = marketNow === null ? null : new Date(marketNow);
  return {
    rows: scheduled.map((row) => {
      const { cron } = row.parameters.schedule;
      const history = histories.get(row.id);
      return {
        id: row.id,
        name: row.name,
        active: row.active,
        cron,
        schedule: previewOf(cron, now, NEXT_RUNS),
        lookedUntil: history?.lookedUntil ?? null,
        lastFiring: history?.lastFiring ?? null,
        skips: history?.skips ?? [],
      };
    }),
    unscheduled: all.filter((row) => row.parameters.schedule === null),
    simulator: site.deps.market !== null,
  };
}

export function schedulePages(site: Site): Hono<FormEnv> {
  const app = new Hono<FormEnv>();
  app.get("/schedules", async (c) => {
    const frame = await site.frame(c);
    return page(c, <SchedulesPage frame={frame} model={await schedulesModel(site, frame.marketNow)} />);
  });
  return app;
}
