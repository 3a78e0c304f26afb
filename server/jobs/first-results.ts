// Works out once after a start what many pages show: the trades of the account and the results of its prompts, so that no
// reader waits for years of fills. Effects: database reads; what was read stays in memory.
import type { AccountId } from "#store/model/ids.ts";
import type { WatchTask } from "./watch.ts";

export type FirstResultsParts = {
  /** The account in use; null while the broker has not named it. */
  account(): AccountId | null;
  /** In this order, one after the other. */
  work: readonly ((accountId: AccountId) => Promise<unknown>)[];
};

const EVERY_MS = 2_000;

/** Looks again until the account is known and all of it went well; after that it costs nothing. */
export function firstResultsTask(parts: FirstResultsParts): WatchTask {
  const left = [...parts.work];
  return {
    name: "first results",
    everyMs: EVERY_MS,
    async run(signal) {
      const accountId = parts.account();
      if (accountId === null || left.length === 0) return;
      // Work that a stop finds under way is left alone: it only reads.
      let stop = () => {};
      const stopped = new Promise<void>((resolve) => {
        stop = resolve;
      });
      signal.addEventListener("abort", stop);
      try {
        for (let next = left[0]; next !== undefined; next = left[0]) {
          await Promise.race([next(accountId), stopped]);
          if (signal.aborted) return;
          left.shift();
        }
      } finally {
        signal.removeEventListener("abort", stop);
      }
    },
  };
}
