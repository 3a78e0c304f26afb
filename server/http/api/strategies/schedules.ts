// Schedules over HTTP: what runs by itself, when next in market time, and what became of the last instants.
import { createRoute, z } from "@hono/zod-openapi";
import { ExecutionId, Instant, StrategyId } from "#store/model/ids.ts";
import { EXCHANGE_TIME_ZONE, FiringResult } from "#store/model/workflow/schedule.ts";
import { scheduledStrategies, scheduleHistories } from "#store/strategies/schedules.ts";
import { exchangeTimeText, marketClosedAt, nextInstants } from "#tools/schedule.ts";
import type { WebDeps } from "../../deps.ts";
import { type Api, documented, failures, json, newApi } from "../api.ts";
import { shaped } from "../schemas.ts";

const NEXT_SHOWN = 5;
const CLOCK_DEADLINE_MS = 5_000;

const Firing = z
  .object({
    instant: Instant,
    result: FiringResult,
    code: z.string().nullable().openapi({
      description:
        "market_closed, early_close, trading_halted, or the error of a start that failed; null for a run.",
    }),
    reason: z.string().nullable(),
    missed: z.number().int().openapi({ description: "Earlier instants that this one stands for." }),
    executionId: ExecutionId.nullable(),
    marketAt: documented(Instant, null, "Market time at which it was dealt with."),
  })
  .openapi("ScheduleFiring");

const Schedule = z
  .object({
    strategyId: StrategyId,
    strategy: z.string(),
    active: z.boolean().openapi({ description: "An inactive strategy's instants pass by." }),
    cron: z.string(),
    timeZone: z.literal(EXCHANGE_TIME_ZONE),
    next: z.array(
      z.object({
        at: Instant,
        exchangeTime: z.string().openapi({ description: "The same in New York, such as 2018-03-02 15:45." }),
        leftOut: z
          .string()
          .nullable()
          .openapi({ description: "Why nothing will run then; null when it will." }),
      }),
    ),
    lookedUntil: Instant.nullable().openapi({
      description: "Market time up to which every instant has been dealt with; null before the first look.",
    }),
    lastFiring: Firing.nullable(),
    skips: z.array(Firing).openapi({ description: "The last skips, newest first." }),
  })
  .openapi("Schedule");

const list = createRoute({
  method: "get",
  path: "/schedules",
  tags: ["strategies"],
  summary: "What runs by itself: next instants, last firing, last skips",
  responses: {
    200: json(
      z.object({
        marketTime: Instant.nullable().openapi({
          description:
            "The clock that schedules follow; null while the broker cannot be asked, `next` is then empty.",
        }),
        rows: z.array(Schedule),
      }),
      "Strategies with a schedule, by name.",
    ),
    ...failures(),
  },
});

/** Business time; null while the broker cannot be asked. */
async function marketNow(deps: WebDeps): Promise<Date | null> {
  try {
    return await deps.broker.now(AbortSignal.timeout(CLOCK_DEADLINE_MS));
  } catch {
    return null; // the health page says why
  }
}

function upcoming(cron: string, now: Date | null) {
  const instants = now === null ? [] : nextInstants(cron, now, NEXT_SHOWN);
  return instants.map((at) => ({
    at: at.toISOString() as Instant,
    exchangeTime: exchangeTimeText(at),
    leftOut: marketClosedAt(at)?.reason ?? null,
  }));
}

export function schedulesApi(deps: WebDeps): Api {
  const { db } = deps.database;
  return newApi().openapi(list, async (c) => {
    const [strategies, now] = await Promise.all([scheduledStrategies(db), marketNow(deps)]);
    const ids = strategies.map(({ id }) => id);
    const histories = await scheduleHistories(db, ids);
    const rows = strategies.map(({ id, name, active, parameters }) => {
      const { cron } = parameters.schedule;
      const known = histories.get(id) ?? { lookedUntil: null, lastFiring: null, skips: [] };
      const head = { strategyId: id, strategy: name, active, cron, timeZone: EXCHANGE_TIME_ZONE } as const;
      return shaped(Schedule, { ...head, next: upcoming(cron, now), ...known });
    });
    return c.json({ marketTime: now === null ? null : (now.toISOString() as Instant), rows }, 200);
  });
}
