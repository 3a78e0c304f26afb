// Idempotency-Key: the same POST sent twice is carried out once, also over several processes and after a crash.
// Pages do the same with a key that is hidden in each form. Invariant: the claim is in the database before the work begins.
// Effects: database, a timer while work is in hand.
import { createHash } from "node:crypto";
import type { Context, MiddlewareHandler, Next } from "hono";
import { createMiddleware } from "hono/factory";
import type { Database } from "#store/database.ts";
import {
  abandonClaim,
  type Claim,
  claimKey,
  type KeptAnswer,
  type KeyOf,
  keepAnswer,
  LEASE_SECONDS,
  releaseKey,
  renewClaim,
} from "#store/idempotency.ts";
import { ConflictError, InputError, toErrorRecord } from "#store/model/errors.ts";
import type { WebLog } from "../deps.ts";
import { problem, problemResponse } from "../problems.ts";
import type { FormEnv } from "./form-token.ts";

/** `startId`: the id that what this request starts must carry, so that a second try finds it. */
export type IdempotencyEnv = { Variables: { startId?: string } };

export type IdempotencyOptions = {
  database: Database;
  newId(): string;
  log: WebLog;
  /** Routes ("POST /api/executions") that start things under the id given: a broken-off try is simply gone on with. */
  resumable: RegExp;
};

/** What differs between programs and forms: how an answer is kept, how long the second one waits, how it is refused. */
type Manner = {
  waitMs: number;
  kept(c: Context): Promise<KeptAnswer>;
  replayed(answer: KeptAnswer): Response;
  refusal(state: Refused): Response;
};
type Refused = "in_hand" | "other_body" | "unknown";

const KEY = /^[\x21-\x7e]{1,200}$/;
const WAIT_STEP_MS = 50;
const RENEW_MS = (LEASE_SECONDS * 1000) / 3;

const PROGRAM: Manner = {
  waitMs: 1_000,
  async kept({ res }) {
    const mediaType = res.headers.get("content-type") ?? "application/json";
    return { status: res.status, mediaType, answer: await res.clone().text() };
  },
  replayed: ({ status, mediaType, answer }) =>
    new Response(status === 204 ? null : answer, {
      status,
      headers: { "content-type": mediaType, "idempotent-replayed": "true" },
    }),
  refusal(state) {
    if (state === "other_body") {
      return problemResponse(
        problem(422, "idempotency_key_reused", "This Idempotency-Key was used with another body.", [
          { field: "Idempotency-Key", message: "use a new key for a new request" },
        ]),
      );
    }
    if (state === "in_hand") {
      return problemResponse(
        problem(409, "request_in_hand", "The same request is still in hand; ask again for its answer."),
        { "retry-after": "2" },
      );
    }
    return problemResponse(
      problem(
        409,
        "outcome_unknown",
        "An earlier request with this Idempotency-Key was begun and its end was never recorded: it may have taken effect " +
          "or not. Look at what it was meant to change, then send what is still needed under a new key.",
      ),
    );
  },
};

/** A form that has done its work leads to a page: what is kept is where to. Refusals become pages of the desk. */
const FORM: Manner = {
  waitMs: 20_000,
  kept: async ({ res }) => ({
    status: res.status,
    mediaType: "text/uri-list",
    answer: res.headers.get("location") ?? "/",
  }),
  replayed: ({ answer }) =>
    new Response(null, { status: 303, headers: { location: answer, "idempotent-replayed": "true" } }),
  refusal(state) {
    if (state === "other_body") {
      throw new ConflictError(
        "form_used",
        "This form was sent before, with other values, and that was carried out. Reload the page it is on to send it again.",
      );
    }
    if (state === "in_hand") {
      throw new ConflictError(
        "request_in_hand",
        "The same form was sent before and is still being carried out. Nothing was begun a second time.",
      );
    }
    throw new ConflictError(
      "outcome_unknown",
      "The same form was sent before, and it was never recorded how that ended: it may have taken effect or not. Look at " +
        "what it was meant to change, then reload the page it is on to send what is still needed.",
    );
  },
};

/** A second request while the first is in hand waits a little for the answer, then is told to ask again. */
async function claimed(
  database: Database,
  input: Parameters<typeof claimKey>[1],
  waitMs: number,
): Promise<Claim> {
  let claim = await claimKey(database.db, input);
  for (let waited = 0; claim.state === "in_hand" && waited < waitMs; waited += WAIT_STEP_MS) {
    await new Promise((resolve) => setTimeout(resolve, WAIT_STEP_MS));
    claim = await claimKey(database.db, input);
  }
  return claim;
}

type Asked = {
  options: IdempotencyOptions;
  manner: Manner;
  key: string;
  body: string;
  /** Whether what the first one did still holds; if not, it is done again. */
  holds?: () => Promise<boolean>;
};

/**
 * Answers below 400 are kept for a day. What was refused (4xx) has done nothing and may be tried again under its key;
 * what failed (5xx, a crash) may have done something: only what carries the key's own id is then gone on with.
 */
async function carryOutOnce(
  c: Context,
  next: Next,
  { options, manner, key, body, holds }: Asked,
): Promise<Response | undefined> {
  const { database, newId, log, resumable } = options;
  const { db } = database;
  const settle = async (work: Promise<unknown>) => {
    try {
      await work;
    } catch (error) {
      // The answer is true all the same; a second try will be told that the end is not known.
      log.warn({ error: toErrorRecord(error) }, "an idempotency key could not be settled");
    }
  };
  const route = `POST ${c.req.path}`;
  const bodyHash = createHash("sha256").update(body).digest("hex");
  const of: KeyOf & { claim: string } = { route, key, claim: newId() };
  const claim = await claimed(database, { ...of, bodyHash, startId: newId() }, manner.waitMs);
  if (claim.state === "answered") {
    if ((await holds?.()) !== false) return manner.replayed(claim.answer);
    await next();
    return undefined;
  }
  if (claim.state !== "mine") return manner.refusal(claim.state);
  if (claim.again && !resumable.test(route)) {
    await settle(abandonClaim(db, of));
    return manner.refusal("unknown");
  }
  c.set("startId", claim.startId);
  const renewing = setInterval(() => void settle(renewClaim(db, of)), RENEW_MS);
  try {
    await next();
    const { status } = c.res;
    if (status < 400) await settle(manner.kept(c).then((answer) => keepAnswer(db, of, answer)));
    else await settle(status < 500 && !claim.again ? releaseKey(db, of) : abandonClaim(db, of));
  } catch (error) {
    await settle(abandonClaim(db, of));
    throw error;
  } finally {
    clearInterval(renewing);
  }
  return undefined;
}

/** For the API: requests with an `Idempotency-Key`. */
export function idempotent(options: IdempotencyOptions): MiddlewareHandler<IdempotencyEnv> {
  return createMiddleware<IdempotencyEnv>(async (c, next) => {
    const key = c.req.header("idempotency-key");
    if (c.req.method !== "POST" || key === undefined) return next();
    if (!KEY.test(key)) {
      return problemResponse(
        problem(422, "invalid_request", "An Idempotency-Key has 1 to 200 visible ASCII characters.", [
          { field: "idempotency-key", message: "1 to 200 visible ASCII characters" },
        ]),
      );
    }
    return carryOutOnce(c, next, { options, manner: PROGRAM, key, body: await c.req.text() });
  });
}

/** For pages: forms with a hidden `once`. A double click, or a reload of what was sent, leads to the first one's page. */
export function onceOnly(
  options: IdempotencyOptions & { holds(path: string): Promise<boolean> },
): MiddlewareHandler<FormEnv> {
  return createMiddleware<FormEnv>(async (c, next) => {
    const key = c.req.method === "POST" ? c.get("form").get("once") : null;
    if (key === null) return next();
    if (!KEY.test(key)) throw new InputError("invalid_request", "This form's key is not one of the desk's.");
    const holds = () => options.holds(c.req.path);
    return carryOutOnce(c, next, { options, manner: FORM, key, body: await c.req.text(), holds });
  });
}
