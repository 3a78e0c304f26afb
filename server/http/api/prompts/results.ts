// Results per prompt version as API and pages show them. Effects: database. Counting spans every run of a stage, so that
// readers who ask at nearly the same time share one count, and an older one serves while a newer is being made.
import { listPromptVersions } from "#store/agents/prompts.ts";
import type { Database } from "#store/database.ts";
import { toErrorRecord } from "#store/model/errors.ts";
import type { Instant } from "#store/model/ids.ts";
import type { AgentStage } from "#store/model/run.ts";
import { type PromptResults, promptResults } from "#store/results/prompt-results.ts";
import type { WebDeps } from "../../deps.ts";

/** Milliseconds for which a count is given without asking again. */
const FRESH_MS = 5_000;
/** An older one is never given: who comes after a quiet time waits for a new count. */
const OLDEST_MS = 60_000;

export type StageResults = { countedAt: Instant; rows: readonly PromptResults[] };
type Kept = { at: number; reading: Promise<StageResults>; newer?: Promise<unknown> };

const kept = new WeakMap<Database, Map<AgentStage, Kept>>();

export async function resultsOfStage(deps: WebDeps, stage: AgentStage): Promise<StageResults> {
  const { clock, database, log } = deps;
  const byStage = kept.get(database) ?? new Map<AgentStage, Kept>();
  kept.set(database, byStage);
  const known = byStage.get(stage);
  const age = known === undefined ? Number.POSITIVE_INFINITY : clock.monotonic() - known.at;
  if (known === undefined || age >= OLDEST_MS) return begin(deps, byStage, stage).reading;
  if (age >= FRESH_MS && known.newer === undefined) {
    known.newer = begin(deps, new Map(), stage)
      .reading.then((fresh) => byStage.set(stage, { at: clock.monotonic(), reading: Promise.resolve(fresh) }))
      .catch((error: unknown) => {
        log.warn({ error: toErrorRecord(error), stage }, "prompt results could not be counted");
        byStage.delete(stage);
      });
  }
  return known.reading;
}

function begin(deps: WebDeps, into: Map<AgentStage, Kept>, stage: AgentStage): Kept {
  const made: Kept = { at: deps.clock.monotonic(), reading: count(deps, stage) };
  into.set(stage, made);
  made.reading.catch(() => {
    if (into.get(stage) === made) into.delete(stage);
  });
  return made;
}

async function count({ database: { db }, clock }: WebDeps, stage: AgentStage): Promise<StageResults> {
  const versions = await listPromptVersions(db, { stage });
  const rows = await promptResults(db, { stage, versions: versions.map((version) => version.id) });
  return { countedAt: clock.now().toISOString() as Instant, rows };
}
