// One LISTEN connection for all live readers: reads each announced event once and hands it to everyone.
// Invariant: events reach subscribers after their transaction has committed, each id once per feed.
import type { Database } from "#store/database.ts";
import { type DeskEvent, type LiveEvent, listenForEvents } from "#store/events.ts";
import { liveEventsAfter, newestEventNumber, resumePoint } from "#store/live-events.ts";
import { toErrorRecord } from "#store/model/errors.ts";
import type { ExecutionId, SymbolRunId } from "#store/model/ids.ts";
import type { LiveTopic } from "#store/model/live.ts";
import { type FeedEvent, feedEvents } from "#store/runs/event-feed.ts";
import type { WebLog } from "../deps.ts";

export type Topic = "node" | LiveTopic;

/** What readers get, written out once for all of them. `refresh`: something may have been missed, read again. */
export type FeedMessage =
  | { topic: Topic; id: number; executionId: string | null; symbolRunId: string | null; frame: string }
  | { topic: "refresh"; frame: string };

export type Feed = {
  subscribe(reader: (message: FeedMessage) => void): () => void;
  readers(): number;
  close(): Promise<void>;
};

const GATHER_MS = 15;
const REMEMBERED_IDS = 5_000;
const PAGE = 500;

export const REFRESH: FeedMessage = { topic: "refresh", frame: "event: refresh\ndata: {}\n\n" };

function messageOf(topic: Topic, event: FeedEvent | LiveEvent): FeedMessage {
  const { id, executionId, symbolRunId } = event;
  const { facts, topic: _, ...head } = "facts" in event ? event : { ...event, facts: {}, topic };
  const data = JSON.stringify({ ...head, ...facts });
  return { topic, id, executionId, symbolRunId, frame: `id: ${id}\nevent: ${topic}\ndata: ${data}\n\n` };
}

export type Scope = {
  executionId?: ExecutionId;
  symbolRunId?: SymbolRunId;
  topics?: readonly Topic[];
};

/** One page of what came after an id, oldest first: node events and the journal in one numbering. */
export async function eventsAfter(
  database: Pick<Database, "db">,
  { after, topics, ...scope }: Scope & { after: number },
): Promise<{ messages: FeedMessage[]; next: number | null }> {
  const range = { after, limit: PAGE, ...scope };
  const live = topics?.filter((topic) => topic !== "node");
  const [nodes, journal] = await Promise.all([
    topics === undefined || topics.includes("node") ? feedEvents(database.db, range) : [],
    live?.length === 0 ? [] : liveEventsAfter(database.db, { ...range, ...(live && { topics: live }) }),
  ]);
  const all = [
    ...nodes.map((event) => ({ topic: "node" as Topic, event })),
    ...journal.map((event) => ({ topic: event.topic as Topic, event })),
  ].sort((left, right) => left.event.id - right.event.id);
  const page = all.slice(0, PAGE);
  const next = all.length >= PAGE ? (page.at(-1)?.event.id ?? null) : null;
  return { messages: page.map(({ topic, event }) => messageOf(topic, event)), next };
}

export async function openFeed(options: { database: Database; log: WebLog }): Promise<Feed> {
  const { database, log } = options;
  const readers = new Set<(message: FeedMessage) => void>();
  const sent = new Set<number>();
  let waiting: DeskEvent[] = [];
  let newest = await newestEventNumber(database.db);
  let timer: NodeJS.Timeout | undefined;
  let working = Promise.resolve();

  const tell = (message: FeedMessage) => {
    for (const reader of readers) reader(message);
  };
  const deliver = (message: FeedMessage) => {
    if (message.topic === "refresh" || sent.has(message.id)) return;
    sent.add(message.id);
    newest = Math.max(newest, message.id);
    tell(message);
    const oldest = sent.values().next();
    if (sent.size > REMEMBERED_IDS && !oldest.done) sent.delete(oldest.value);
  };
  /** One batch at a time, so that the order of announcements is the order of messages. */
  const queue = (work: () => Promise<void>) => {
    working = working.then(work).catch((error: unknown) => {
      log.warn({ error: toErrorRecord(error) }, "live events could not be read; readers are told to refresh");
      tell(REFRESH);
    });
  };
  const flush = () => {
    timer = undefined;
    const batch = waiting;
    waiting = [];
    if (readers.size === 0) {
      newest = Math.max(newest, ...batch.map((event) => event.id));
      return;
    }
    const ids = batch.flatMap((event) => (event.topic === "node" ? [event.id] : []));
    queue(async () => {
      const events = ids.length === 0 ? [] : await feedEvents(database.db, { ids, limit: ids.length });
      const byId = new Map(events.map((event) => [event.id, event]));
      for (const event of batch) {
        const whole = event.topic === "node" ? byId.get(event.id) : event;
        if (whole !== undefined) deliver(messageOf(event.topic, whole));
      }
    });
  };
  const onEvent = (event: DeskEvent) => {
    waiting.push(event);
    timer ??= setTimeout(flush, GATHER_MS);
  };
  const onGap = () => {
    queue(async () => {
      let after: number | null = await resumePoint(database.db, newest);
      while (after !== null) {
        const page: Awaited<ReturnType<typeof eventsAfter>> = await eventsAfter(database, { after });
        for (const message of page.messages) deliver(message);
        after = page.next;
      }
      tell(REFRESH);
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
