// Brings the embedded PostgreSQL back when it ends under a running desk (killed for its memory, or by hand), at the address
// that everybody is connected to. Effects: looks at a process once a second, starts another. Nothing is done while it runs.
import { type EmbeddedPostgres, type EnsurePostgres, ensurePostgres } from "./ensure-postgres.ts";

export type Keeper = {
  /** No further start; waits for one that is under way. The server goes on. */
  stop(): Promise<void>;
};

export type KeepRunning = EnsurePostgres & {
  /** Told what happened, one line each; `error` where a start failed and will be tried again. */
  tell(line: string, error?: unknown): void;
};

const LOOK_MS = 1_000;
const AGAIN_MS = 5_000;

export function keepRunning(server: EmbeddedPostgres, options: KeepRunning): Keeper {
  const port = Number(new URL(server.url).port);
  let current = server;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let look: Promise<void> = Promise.resolve();

  async function onceMore(): Promise<number> {
    if (stopped || !(await current.hasEnded())) return LOOK_MS;
    options.tell("the database server ended though nobody stopped it; starting it again");
    try {
      current = await ensurePostgres({ ...options, port });
    } catch (error) {
      options.tell("the database server did not start; trying again in a few seconds", error);
      return AGAIN_MS;
    }
    if (current.url === server.url)
      options.tell("the database server runs again; what was under way goes on");
    else
      options.tell("the database server runs again, but at another port: stop this desk and start it anew");
    return LOOK_MS;
  }

  function next(afterMs: number): void {
    if (stopped) return;
    timer = setTimeout(() => {
      look = onceMore().then(next);
    }, afterMs).unref();
  }
  next(LOOK_MS);
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await look;
    },
  };
}
