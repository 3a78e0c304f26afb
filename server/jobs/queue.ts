// The queue of symbol runs: pg-boss on the desk's PostgreSQL.
// Effects: database. A job is only a nudge: the desk decides from its own rows what there is to do, so a job too many is harmless.
import { sql } from "drizzle-orm";
import { fromDrizzle, type JobWithMetadata, PgBoss } from "pg-boss";
import type { AdvanceOptions, AdvanceResult, EnqueueSymbolRuns } from "#graph/desk.ts";
import { UnavailableError } from "#store/model/errors.ts";
import type { SymbolRunId } from "#store/model/ids.ts";
import { runPriorities } from "#store/strategies/workflow-symbols.ts";

const QUEUE = "symbol-run";

export type QueueSettings = {
  /** Symbol runs at the same time in this process; 0: enqueue only. */
  parallelism: number;
  retry: { limit: number; delaySeconds: number; maxDelaySeconds: number };
};

export type QueueLog = (facts: Readonly<Record<string, unknown>>, message: string) => void;

type SymbolRunJob = { symbolRunId: SymbolRunId };

/** Seconds until a run is nudged again that another worker holds, that was parked, or whose gateway is away. */
const AGAIN_SECONDS: Partial<Record<AdvanceResult["outcome"], number>> = { busy: 1, parked: 0, away: 15 };

export type SymbolRunQueue = {
  enqueue: EnqueueSymbolRuns;
  /** Starts working; `advance` is the job's body. */
  work(advance: (id: SymbolRunId, options: AdvanceOptions) => Promise<AdvanceResult>): Promise<void>;
  /** Takes no more jobs, aborts the ones in hand (they park) and waits for them, at most `timeoutMs`. */
  stop(timeoutMs: number): Promise<void>;
  /** Jobs waiting and running, for the health page. */
  depth(): Promise<{ queued: number; active: number }>;
};

/** Opens the queue on the database; a worker that was killed is noticed after about ten seconds and its jobs are taken over. */
export async function openQueue(
  databaseUrl: string,
  settings: QueueSettings,
  onError: QueueLog,
): Promise<SymbolRunQueue> {
  const boss = new PgBoss({
    connectionString: databaseUrl,
    application_name: "countersign-queue",
    max: 4,
    useListenNotify: true,
    monitorIntervalSeconds: 1,
    superviseIntervalSeconds: 1,
    persistWarnings: false,
  });
  boss.on("error", (error: Error) => onError({ error: error.message }, "queue error"));
  boss.on("warning", (warning: { message: string }) =>
    onError({ warning: warning.message }, "queue warning"),
  );
  await boss.start();
  const options = {
    // Not "singleton": the job of a killed worker would keep the next one waiting until its heartbeat is missed.
    // One at a time is the thread lock's task, which ends with its holder.
    policy: "standard" as const,
    notify: true,
    heartbeatSeconds: 10,
    expireInSeconds: 14_400,
    retryLimit: settings.retry.limit,
    retryDelay: settings.retry.delaySeconds,
    retryBackoff: true,
    retryDelayMax: settings.retry.maxDelaySeconds,
  };
  await boss.createQueue(QUEUE, options);
  const { policy: _policy, ...changeable } = options;
  await boss.updateQueue(QUEUE, changeable);
  return queueOn(boss, settings);
}

function queueOn(boss: PgBoss, settings: QueueSettings): SymbolRunQueue {
  const stopping = new AbortController();

  const enqueue: EnqueueSymbolRuns = async (tx, symbolRunIds) => {
    // The priority of the symbol on the desk's list: higher is served first, whatever was queued before it.
    const runs = await runPriorities(tx, symbolRunIds);
    const jobs = runs.map(({ id, priority }) => ({ data: { symbolRunId: id }, priority }));
    if (jobs.length > 0) await boss.insert(QUEUE, jobs, { db: fromDrizzle(tx, sql) });
  };

  return {
    enqueue,
    async work(advance) {
      const handler = async ([job]: JobWithMetadata<SymbolRunJob>[]) => {
        if (job === undefined) return;
        const run = oneController([stopping.signal, job.signal]);
        try {
          const attemptsLeft = Math.max(0, job.retryLimit - job.retryCount);
          const { outcome } = await advance(job.data.symbolRunId, { signal: run.signal, attemptsLeft });
          // A job of its own, because none of these used up an attempt.
          const after = AGAIN_SECONDS[outcome];
          if (after !== undefined)
            await boss.insert(QUEUE, [
              { data: job.data, priority: job.priority, ...(after === 0 ? {} : { startAfter: after }) },
            ]);
        } finally {
          run.release();
        }
      };
      const pace = { pollingIntervalSeconds: 0.5, notifyPollingIntervalSeconds: 0.5 };
      await boss.work(
        QUEUE,
        { includeMetadata: true, localConcurrency: settings.parallelism, ...pace },
        handler,
      );
    },
    async stop(timeoutMs) {
      stopping.abort(new UnavailableError("desk_stopping", "the desk is stopping; the run is parked"));
      await boss.stop({ graceful: true, timeout: timeoutMs });
    },
    async depth() {
      const queue = await boss.getQueue(QUEUE);
      return { queued: queue?.queuedCount ?? 0, active: queue?.activeCount ?? 0 };
    },
  };
}

/** One fresh controller per run that follows several long-lived signals, and lets go of them at the end. */
function oneController(sources: readonly AbortSignal[]): { signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const listeners = sources.map((source) => {
    const listener = () => controller.abort(source.reason);
    if (source.aborted) listener();
    else source.addEventListener("abort", listener, { once: true });
    return () => source.removeEventListener("abort", listener);
  });
  const release = () => {
    for (const remove of listeners) remove();
  };
  return { signal: controller.signal, release };
}
