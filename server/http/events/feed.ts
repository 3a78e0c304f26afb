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
const GAP_LIMIT = 2_000;
/** Ids are given before commits: a reader's newest id may hide a lower one that was committed later. */
export const COMMIT_WINDOW = 200;

type Announced = { id: number } | Extract<FeedMessage, { kind: "run" }>;

export async function openFeed(options: { database: Database; log: WebLog }): Promise<Feed> {
  const { database, log } = options;
  const readers = new Set<(message: FeedMessage) => void>();
  const sent = new Set<number>();
  let waiting: Announced[] = [];
  let newest = await latestEventId(database.db);
  let timer: NodeJS.Timeout | undefined;
  let working = Promise.resolve();

  const tell = (message: FeedMessage) => {
    for (const reader of readers) reader(message);
  };
  const deliver = (event: FeedEvent) => {
    if (sent.has(event.id)) return;
    sent.add(event.id);
    newest = Math.max(newest, event.id);
    tell({ kind: "node", event });
    const oldest = sent.values().next();
    if (sent.size > REMEMBERED_IDS && !oldest.done) sent.delete(oldest.value);
  };
  /** One batch at a time, so that the order of announcements is the order of messages. */
  const queue = (work: () => Promise<void>) => {
    working = working.then(work).catch((error: unknown) => {
      log.warn({ error: toErrorRecord(error) }, "live events could not be read; readers are told to refresh");
      tell({ kind: "refresh" });
    });
  };
  const flush = () => {
    timer = undefined;
    const batch = waiting;
    waiting = [];
    const ids = batch.flatMap((item) => ("id" in item ? [item.id] : []));
    if (readers.size === 0) {
      newest = Math.max(newest, ...ids);
      return;
    }
    queue(async () => {
      const events = ids.length === 0 ? [] : await feedEvents(database.db, { ids, limit: ids.length });
      const byId = new Map(events.map((event) => [event.id, event]));
      for (const item of batch) {
        if (!("id" in item)) tell(item);
        else {
          const event = byId.get(item.id);
          if (event !== undefined) deliver(event);
        }
      }
    });
  };
  const onEvent = ({ id, symbolRunId, executionId }: DeskEvent) => {
    waiting.push(id === null ? { kind: "run", symbolRunId, executionId } : { id });
    timer ??= setTimeout(flush, GATHER_MS);
  };
  const onGap = () => {
    queue(async () => {
      const after = Math.max(0, newest - COMMIT_WINDOW);
      for (const event of await feedEvents(database.db, { after, limit: GAP_LIMIT })) deliver(event);
      tell({ kind: "refresh" });
    });
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
      await working;
    },
  };
}
