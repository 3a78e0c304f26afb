// The desk's recurring work besides the queue: tickle, order tracking, reconciliation, expiry, pruning, market pace.
// Effects: timers. One round of a task at a time; a failure is logged and the next round comes all the same.

export type WatchLog = (facts: Readonly<Record<string, unknown>>, message: string) => void;

export type WatchTask = {
  name: string;
  everyMs: number;
  run(signal: AbortSignal): Promise<void>;
};

export type Watch = {
  /** Runs a task now, after the round in hand if there is one; false when that round failed (it is logged). */
  now(name: string): Promise<boolean>;
  /** No more rounds; the ones in hand are aborted and waited for. */
  stop(): Promise<void>;
};

export function startWatch(tasks: readonly WatchTask[], log: WatchLog): Watch {
  const stopping = new AbortController();
  const running = new Map<string, Promise<boolean>>();
  const timers: NodeJS.Timeout[] = [];
  /** What each task failed with last: a failure that lasts is told when it begins and when it changes. */
  const failing = new Map<string, string>();

  const round = async (task: WatchTask): Promise<boolean> => {
    if (stopping.signal.aborted) return false;
    try {
      await task.run(stopping.signal);
      if (failing.delete(task.name)) log({ task: task.name }, "a recurring task works again");
      return true;
    } catch (error) {
      if (stopping.signal.aborted) return false;
      const reason = error instanceof Error ? error.message : String(error);
      if (failing.get(task.name) !== reason) {
        failing.set(task.name, reason);
        log({ task: task.name, error: reason }, "a recurring task failed");
      }
      return false;
    }
  };
  /** Rounds of one task follow each other; with `again` false a tick that meets a round in hand is left out. */
  const start = (task: WatchTask, again: boolean): Promise<boolean> => {
    const current = running.get(task.name);
    if (current !== undefined && !again) return current;
    const next = (current ?? Promise.resolve(true))
      .then(() => round(task))
      .finally(() => {
        if (running.get(task.name) === next) running.delete(task.name);
      });
    running.set(task.name, next);
    return next;
  };

  for (const task of tasks) {
    const timer = setInterval(() => void start(task, false), task.everyMs);
    timer.unref();
    timers.push(timer);
  }
  return {
    async now(name) {
      const task = tasks.find((one) => one.name === name);
      return task === undefined ? false : start(task, true);
    },
    async stop() {
      for (const timer of timers) clearInterval(timer);
      stopping.abort();
      await Promise.allSettled(running.values());
    },
  };
}
