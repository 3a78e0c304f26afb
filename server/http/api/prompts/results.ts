// Results per prompt version as API and pages show them. Effects: database. Counting spans every run of a stage: readers who
// ask at nearly the same time share one count, the longer a count takes, the longer it serves, and while a newer one is being
// made the last one is shown with the time at which it was counted.
import { setTimeout as pause } from "node:timers/promises";
import { listPromptVersions } from "#store/agents/prompts.ts";
import type { Database } from "#store/database.ts";
import { toErrorRecord } from "#store/model/errors.ts";
import type { Instant } from "#store/model/ids.ts";
import type { AgentStage } from "#store/model/run.ts";
import { type PromptResults, promptResults } from "#store/results/prompt-results.ts";
import type { WebDeps } from "../../deps.ts";

/** A count serves for so many times as long as it took: at most a sixtieth of the time goes into counting. */
const FRESH = 60;
/** So long a reader waits for a newer one: on all but large desks it is there by then. */
const PATIENCE_MS = 40;

type Needs = Pick<WebDeps, "database" | "clock" | "log">;

export type StageResults = { countedAt: Instant; rows: readonly PromptResults[] };
/** `at` and `took` on the monotonic clock, ms; `took` is null until the count is done. */
type Kept = { at: number; took: number | null; reading: Promise<StageResults> };
type Stage = { now: Kept; newer: Promise<void> | null };

const kept = new WeakMap<Database, Map<AgentStage, Stage>>();

export async function resultsOfStage(deps: Needs, stage: AgentStage): Promise<StageResults> {
  const stages = kept.get(deps.database) ?? new Map<AgentStage, Stage>();
  kept.set(deps.database, stages);
  const known = stages.get(stage);
  if (known === undefined) return begin(deps, stages, stage).reading;
  const { at, took, reading } = known.now;
  if (took === null) return reading;
  const age = deps.clock.monotonic() - at;
  if (age <= took * FRESH) return reading;
  known.newer ??= refresh(deps, { stage, known });
  await Promise.race([known.newer, pause(PATIENCE_MS)]);
  return known.now.reading;
}

function begin(deps: Needs, stages: Map<AgentStage, Stage>, stage: AgentStage): Kept {
  const now = counting(deps, stage);
  stages.set(stage, { now, newer: null });
  now.reading.catch(() => stages.delete(stage));
  return now;
}

function refresh(deps: Needs, of: { stage: AgentStage; known: Stage }): Promise<void> {
  const { stage, known } = of;
  const next = counting(deps, stage);
  return next.reading
    .then(() => {
      known.now = next;
    })
    .catch((error: unknown) => {
      deps.log.warn({ error: toErrorRecord(error), stage }, "prompt results could not be counted anew");
    })
    .finally(() => {
      known.newer = null;
    });
}

function counting(deps: Needs, stage: AgentStage): Kept {
  const at = deps.clock.monotonic();
  const made: Kept = { at, took: null, reading: count(deps, stage) };
  made.reading.then(
    () => {
      made.took = Math.max(1, deps.clock.monotonic() - at);
    },
    () => undefined,
  );
  return made;
}

async function count({ database: { db }, clock }: Needs, stage: AgentStage): Promise<StageResults> {
  const versions = await listPromptVersions(db, { stage });
  const rows = await promptResults(db, { stage, versions: versions.map((version) => version.id) });
  return { countedAt: clock.now().toISOString() as Instant, rows };
}
