// The desk's parts, each proven by a round trip now. Effects: database, object store, what the composition adds.
import { sql } from "drizzle-orm";
import { toErrorRecord } from "#store/model/errors.ts";
import type { Instant } from "#store/model/ids.ts";
import type { HealthCheck, WebDeps } from "./deps.ts";

const CHECK_DEADLINE_MS = 3_000;

type Proof = { name: string; prove(signal: AbortSignal): Promise<string> };

async function proven(deps: WebDeps, proof: Proof): Promise<HealthCheck> {
  const began = deps.clock.monotonic();
  const signal = AbortSignal.timeout(CHECK_DEADLINE_MS);
  try {
    const detail = await proof.prove(signal);
    const took = Math.round(deps.clock.monotonic() - began);
    const provenAt = deps.clock.now().toISOString() as Instant;
    return { name: proof.name, state: "ok", detail: `${detail}, answered in ${took} ms`, provenAt };
  } catch (error) {
    return { name: proof.name, state: "down", detail: toErrorRecord(error).message, provenAt: null };
  }
}

async function guarded(check: WebDeps["checks"][number]): Promise<HealthCheck> {
  try {
    return await check(AbortSignal.timeout(CHECK_DEADLINE_MS));
  } catch (error) {
    return { name: "check", state: "down", detail: toErrorRecord(error).message, provenAt: null };
  }
}

/** Every part with its state; the order is the order in which a person should read them. */
export async function checkHealth(deps: WebDeps): Promise<HealthCheck[]> {
  const description = deps.describe();
  const database = proven(deps, {
    name: "database",
    prove: async () => {
      await deps.database.db.execute(sql`select 1`);
      return description.database;
    },
  });
  const artifacts = proven(deps, {
    name: "artifacts",
    prove: async (signal) => {
      await deps.objects.check(signal);
      return description.artifacts;
    },
  });
  const further = deps.checks.map(guarded);
  return [deps.broker.health(), ...(await Promise.all([database, artifacts, ...further]))];
}

export function worstOf(checks: readonly HealthCheck[]): HealthCheck["state"] {
  if (checks.some((check) => check.state === "down")) return "down";
  return checks.some((check) => check.state === "degraded") ? "degraded" : "ok";
}
