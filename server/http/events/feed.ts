// One LISTEN connection for all live readers: reads each announced event once and hands it to everyone.
// Invariant: events reach subscribers after their transaction has committed, each id once per feed.
import type { Database } from "#store/database.ts";
import { type DeskEvent, listenForEvents } from "#store/events.ts";
import { toErrorRecord } from "#store/model/errors.ts";
import { type FeedEvent, feedEvents, latestEventId } from "#store/runs/event-feed.ts";
import type { WebLog } from "../deps.ts";

/**
 * `node`: a node event, numbered. `run`: a run's status or approval changed, not numbered. `refresh`: something may have
 * been missed, read again what you show.
 */
export type FeedMessage =
  | { kind: "node"; event: FeedEvent }
  | { kind: "run"; symbolRunId: string; executionId: string }
  | { kind: "refresh" };

export type Feed = {
  subscribe(reader: (message: FeedMessage) => void): () => void;
  readers(): number;
  close(): Promise<void>;
};

const GATHER_MS = 15;
const REMEMBERED_IDS = 5_000;
/** Ids are given before commits: a reader's newest id may hide a lower one that was committed later. */
export const COMMIT_WINDOW = 200;

export async function openFeed(options: { database: Database; log: WebLog }): Promise<Feed> {
  const { database, log } = options;
  const readers = new Set<(message: FeedMessage) => void>();
  const sent = new Set<number>();
  let waiting: number[] = [];
  let newest = await latestEventId(database.db);
  let timer: NodeJS.Timeout | undefined;

  const tell = (message: FeedMessage) => {
    for (const reader of readers) reader(message);
  };
  const deliver = (events: readonly FeedEvent[]) => {
    for (const event of events) {
      if (sent.has(event.id)) continue;
      sent.add(event.id);
      newest = Math.max(newest, event.id);
      tell({ kind: "node", event });
    }
    while (sent.size > REMEMBERED_IDS) {
      const oldest = sent.values().next();
      if (!oldest.done) sent.delete(oldest.value);
    }
  };
  const attempt = async (read: () => Promise<readonly FeedEvent[]>) => {
    try {
      deliver(await read());
    } catch (error) {
      log.warn({ error: toErrorRecord(error) }, "live events could not be read; readers are told to refresh");
      tell({ kind: "refresh" });
    }
  };
  const flush = () => {
    timer = undefined;
    const ids = waiting;
    waiting = [];
    if (readers.size === 0) {
      newest = Math.max(newest, ...ids);
      return;
    }
    void attempt(() => feedEvents(database.db, { ids, limit: ids.length }));
  };
  const onEvent = (event: DeskEvent) => {
    if (event.id === null) {
      tell({ kind: "run", symbolRunId: event.symbolRunId, executionId: event.executionId });
      return;
    }
    waiting.push(event.id);
    timer ??= setTimeout(flush, GATHER_MS);
  };
  const onGap = () => {
    void attempt(() => feedEvents(database.db, { after: Math.max(0, newest - COMMIT_WINDOW), limit: 2_000 }));
    tell({ kind: "refresh" });
  };

  const listener = await listenForEvents(database, { onEvent, onGap });
  return {
    subscribe(reader) {
      readers.add(reader);
      return () => void readers.delete(reader);
    },
    readers: () => readers.size,
    close: async () => {
      clearTimeout(timer);
      readers.clear();
      await listener.close();
    },
  };
}
