// Idempotency-Key: the same POST sent twice is carried out once, also over several processes and after a crash.
// Invariant: the claim is in the database before the work begins. Effects: database, a timer while work is in hand.
import { createHash } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
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
import { toErrorRecord } from "#store/model/errors.ts";
import type { WebLog } from "../deps.ts";
import { problem, problemResponse } from "../problems.ts";

/** `startId`: the id that what this request starts must carry, so that a second try finds it. */
export type IdempotencyEnv = { Variables: { startId?: string } };

export type IdempotencyOptions = {
  database: Database;
  newId(): string;
  log: WebLog;
  /** Routes ("POST /api/executions") that start things under the id given: a broken-off try is simply gone on with. */
  resumable: ReadonlySet<string>;
};

const WAIT_STEP_MS = 50;
const WAIT_STEPS = 20;
const RENEW_MS = (LEASE_SECONDS * 1000) / 3;

function replayed({ status, mediaType, answer }: KeptAnswer): Response {
  return new Response(status === 204 ? null : answer, {
    status,
    headers: { "content-type": mediaType, "idempotent-replayed": "true" },
  });
}

function refusal(state: "in_hand" | "other_body" | "unknown"): Response {
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
}

/** A second request while the first is in hand waits a little for the answer, then is told to ask again. */
async function claimed(database: Database, input: Parameters<typeof claimKey>[1]): Promise<Claim> {
  let claim = await claimKey(database.db, input);
  for (let step = 0; claim.state === "in_hand" && step < WAIT_STEPS; step += 1) {
    await new Promise((resolve) => setTimeout(resolve, WAIT_STEP_MS));
    claim = await claimKey(database.db, input);
  }
  return claim;
}

async function answerOf(c: Context): Promise<KeptAnswer> {
  const { res } = c;
  const mediaType = res.headers.get("content-type") ?? "application/json";
  return { status: res.status, mediaType, answer: await res.clone().text() };
}

/**
 * Answers below 400 are kept for a day. What was refused (4xx) has done nothing and may be tried again under its key;
 * what failed (5xx, a crash) may have done something: only what carries the key's own id is then gone on with.
 */
export function idempotent(options: IdempotencyOptions): MiddlewareHandler<IdempotencyEnv> {
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
  return createMiddleware<IdempotencyEnv>(async (c, next) => {
    const key = c.req.header("idempotency-key");
    if (c.req.method !== "POST" || key === undefined) return next();
    if (!/^[\x21-\x7e]{1,200}$/.test(key)) {
      return problemResponse(
        problem(422, "invalid_request", "An Idempotency-Key has 1 to 200 visible ASCII characters.", [
          { field: "idempotency-key", message: "1 to 200 visible ASCII characters" },
        ]),
      );
    }
    const route = `POST ${c.req.path}`;
    const bodyHash = createHash("sha256")
      .update(await c.req.text())
      .digest("hex");
    const of: KeyOf & { claim: string } = { route, key, claim: newId() };
    const claim = await claimed(database, { ...of, bodyHash, startId: newId() });
    if (claim.state === "answered") return replayed(claim.answer);
    if (claim.state !== "mine") return refusal(claim.state);
    if (claim.again && !resumable.has(route)) {
      await settle(abandonClaim(db, of));
      return refusal("unknown");
    }
    c.set("startId", claim.startId);
    const renewing = setInterval(() => void settle(renewClaim(db, of)), RENEW_MS);
    try {
      await next();
      const { status } = c.res;
      if (status < 400) await settle(answerOf(c).then((answer) => keepAnswer(db, of, answer)));
      else await settle(status < 500 && !claim.again ? releaseKey(db, of) : abandonClaim(db, of));
    } catch (error) {
      await settle(abandonClaim(db, of));
      throw error;
    } finally {
      clearInterval(renewing);
    }
    return undefined;
  });
}
