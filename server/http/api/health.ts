// Health over HTTP: a bare sign of life for anyone, the whole truth for those who are signed in; and the event stream.
import { createRoute, z } from "@hono/zod-openapi";
import { ExecutionId, Instant, SymbolRunId } from "#store/model/ids.ts";
import type { WebDeps } from "../deps.ts";
import type { Feed } from "../events/feed.ts";
import { eventStream } from "../events/stream.ts";
import { checkHealth, worstOf } from "../health.ts";
import { type Api, failures, json, newApi } from "./api.ts";

const State = z.enum(["ok", "degraded", "down"]);

const liveness = createRoute({
  method: "get",
  path: "/health",
  tags: ["health"],
  summary: "Whether the server answers",
  description: "Needs no sign-in and tells nothing else.",
  security: [],
  responses: { 200: json(z.object({ status: z.literal("ok") }), "It answers.") },
});

const detail = createRoute({
  method: "get",
  path: "/health/detail",
  tags: ["health"],
  summary: "Every part of the desk, proven now",
  responses: {
    200: json(
      z
        .object({
          status: State,
          version: z.string(),
          mode: z.enum(["paper", "live"]),
          model: z.object({ text: z.string(), offline: z.boolean() }),
          checks: z.array(
            z.object({
              name: z.string(),
              state: State,
              detail: z.string(),
              provenAt: Instant.nullable(),
            }),
          ),
        })
        .openapi("Health"),
      "The parts; also given when one of them is down.",
    ),
    ...failures(),
  },
});

const eventId = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const events = createRoute({
  method: "get",
  path: "/events",
  tags: ["events"],
  summary: "Live events (server-sent events)",
  description:
    "`node`: a node of a run started, finished, waits or failed; its id is the event's id. `run`: a run's status or " +
    "approval changed. `refresh`: something without a number may have been missed, read again what you show. " +
    "`Last-Event-ID` (or `after`) goes on after that id and misses nothing; an event may then come twice.",
  request: {
    query: z.object({
      after: eventId.optional().openapi({ description: "Go on after this event id." }),
      execution: ExecutionId.optional(),
      run: SymbolRunId.optional(),
    }),
    headers: z.object({ "last-event-id": eventId.optional() }),
  },
  responses: {
    200: {
      description: "The stream; it ends when the desk stops.",
      content: { "text/event-stream": { schema: z.string() } },
    },
    ...failures(),
  },
});

/** Open to all. */
export function livenessApi(): Api {
  return newApi().openapi(liveness, (c) => c.json({ status: "ok" as const }, 200));
}

export function healthApi(deps: WebDeps): Api {
  return newApi().openapi(detail, async (c) => {
    const checks = await checkHealth(deps);
    const { version, mode, model, modelOffline } = deps.describe();
    const answer = {
      status: worstOf(checks),
      version,
      mode,
      model: { text: model, offline: modelOffline },
      checks,
    };
    return c.json(answer, 200);
  });
}

export function eventsApi(deps: WebDeps, feed: Feed): Api {
  return newApi().openapi(events, (c) => {
    const { after, execution, run } = c.req.valid("query");
    const resumedFrom = c.req.valid("header")["last-event-id"];
    return eventStream(c, {
      db: deps.database.db,
      feed,
      signal: deps.signal,
      log: deps.log,
      request: {
        after: resumedFrom ?? after ?? null,
        resumed: resumedFrom !== undefined,
        executionId: execution,
        symbolRunId: run,
      },
    });
  });
}
