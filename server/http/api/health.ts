// Health over HTTP: a bare sign of life for anyone, the whole truth for those who are signed in; and the event stream.
import { createRoute, z } from "@hono/zod-openapi";
import { ExecutionId, Instant, SymbolRunId, Ticker } from "#store/model/ids.ts";
import { LIVE_FACTS, LIVE_MEANING, LIVE_TOPICS, LiveEventHead } from "#store/model/live.ts";
import type { Caller } from "../auth/guard.ts";
import type { Sessions } from "../auth/sessions.ts";
import type { WebDeps } from "../deps.ts";
import type { Feed, Topic } from "../events/feed.ts";
import { eventStream, type Right } from "../events/stream.ts";
import { checkHealth, worstOf } from "../health.ts";
import { type Api, documented, failures, json, newApi } from "./api.ts";
import { NodeEvent } from "./schemas.ts";

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
          notices: z
            .array(z.string())
            .openapi({ description: "What a person should know about the configuration." }),
          settings: z
            .array(z.object({ key: z.string(), value: z.string(), source: z.string() }))
            .openapi({ description: "Every setting in force and where it came from; secrets are masked." }),
          checks: z.array(
            z.object({
              name: z.string(),
              state: State,
              detail: z.string(),
              todo: z
                .string()
                .nullable()
                .openapi({ description: "One step that a person can take, if any." }),
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

const TOPICS = ["node", ...LIVE_TOPICS] as const;
const TOPICS_PATTERN = new RegExp(`^(${TOPICS.join("|")})(,(${TOPICS.join("|")}))*$`);

const eventId = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const events = createRoute({
  method: "get",
  path: "/events",
  tags: ["events"],
  summary: "Live events (server-sent events)",
  description:
    "Every event has a number (`id:`), a topic (`event:`) and JSON (`data:`) that names what changed; see the schemas " +
    "LiveNode, LiveRun, LiveExecution, LiveApproval, LiveOrder, LiveFill, LivePortfolio, LiveTradingState, LiveAlert and " +
    "LiveBlock. `Last-Event-ID` (or `after`) goes on after that number and misses nothing; an event may then come twice, " +
    "its number tells. A stream that is resumed begins with `refresh`: the journal reaches back a week (node events: for " +
    "ever), so whoever was away longer reads anew what they show.",
  request: {
    query: z.object({
      after: eventId.optional().openapi({ description: "Go on after this event id." }),
      execution: ExecutionId.optional().openapi({ description: "Only what belongs to this execution." }),
      run: SymbolRunId.optional().openapi({ description: "Only what belongs to this symbol run." }),
      topics: z
        .string()
        .regex(TOPICS_PATTERN, `some of ${TOPICS.join(", ")}, with commas between`)
        .optional()
        .openapi({
          description: "Only these topics, such as `order,fill`. Absent: all.",
          example: "order,fill",
        }),
    }),
    headers: z.object({ "last-event-id": eventId.optional() }),
  },
  responses: {
    200: {
      description:
        "The stream; it ends when the desk stops, and with the sign-in of the browser that opened it.",
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
    const { version, mode, model, modelOffline, notices, settings } = deps.describe();
    const answer = {
      status: worstOf(checks),
      version,
      mode,
      model: { text: model, offline: modelOffline },
      notices: [...notices],
      settings: [...settings],
      checks: checks.map((check) => ({ ...check, todo: check.todo ?? null })),
    };
    return c.json(answer, 200);
  });
}

/** `trading_state` as "LiveTradingState". */
function schemaName(topic: string): string {
  return `Live${topic.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())}`;
}

function describeEvents(api: Api): void {
  const { id: _, ...node } = NodeEvent.omit({ output: true }).shape;
  const fed = z.object({ ...LiveEventHead.shape, ...node, executionId: ExecutionId, symbol: Ticker });
  api.openAPIRegistry.register(
    schemaName("node"),
    documented(fed, schemaName("node"), "A step of a node of a run."),
  );
  for (const topic of LIVE_TOPICS) {
    const name = schemaName(topic);
    const shape = z.object({ ...LiveEventHead.shape, ...LIVE_FACTS[topic].shape });
    api.openAPIRegistry.register(name, documented(shape, name, LIVE_MEANING[topic]));
  }
}

/** A stream that a browser opened lives no longer than its sign-in. */
function rightOf(caller: Caller, sessions: Sessions): Right | null {
  if (caller.kind === "program") return null;
  const { session } = caller;
  return {
    isGood: () => sessions.isGood(session),
    whenEnded: (listener) => sessions.whenEnded(session, listener),
  };
}

export function eventsApi(deps: WebDeps, live: { feed: Feed; sessions: Sessions }): Api {
  const { feed, sessions } = live;
  const api = newApi();
  describeEvents(api);
  return api.openapi(events, (c) => {
    const { after, execution, run, topics } = c.req.valid("query");
    const resumedFrom = c.req.valid("header")["last-event-id"];
    return eventStream(c, {
      database: deps.database,
      feed,
      right: rightOf(c.get("caller"), sessions),
      signal: deps.signal,
      log: deps.log,
      request: {
        after: resumedFrom ?? after ?? null,
        resumed: resumedFrom !== undefined,
        ...(execution && { executionId: execution }),
        ...(run && { symbolRunId: run }),
        ...(topics && { topics: topics.split(",") as Topic[] }),
      },
    });
  });
}
