// One reader's server-sent events: first what it missed, then what happens, with a heartbeat. Effects: database, network.
import type { Context } from "hono";
import { type SSEStreamingApi, streamSSE } from "hono/streaming";
import type { Database } from "#store/database.ts";
import { resumePoint } from "#store/live-events.ts";
import { toErrorRecord } from "#store/model/errors.ts";
import type { WebLog } from "../deps.ts";
import { eventsAfter, type Feed, type FeedMessage, REFRESH, type Scope } from "./feed.ts";

const HEARTBEAT_MS = 15_000;
const RETRY_MS = 1_000;
const MAX_WAITING = 5_000;

export type StreamRequest = Scope & {
  /** Newest id that the reader has seen; null: only what happens from now on. */
  after: number | null;
  /** The reader was here before; what it shows may be older than the journal reaches. */
  resumed: boolean;
};

/** The right to read on, looked at before everything that is sent: null for programs, whose token does not end. */
export type Right = { isGood(): boolean; whenEnded(listener: () => void): () => void };

function concerns(request: StreamRequest, message: FeedMessage): boolean {
  if (message.topic === "refresh") return true;
  return (
    (request.topics === undefined || request.topics.includes(message.topic)) &&
    (request.executionId === undefined || request.executionId === message.executionId) &&
    (request.symbolRunId === undefined || request.symbolRunId === message.symbolRunId)
  );
}

/** A queue that a slow reader cannot grow without end: past the limit it is cut off, reconnects and catches up. */
class Inbox {
  #messages: FeedMessage[] = [];
  overflown = false;
  #wake: (() => void) | undefined;

  push(message: FeedMessage): void {
    if (this.#messages.length >= MAX_WAITING) this.overflown = true;
    else this.#messages.push(message);
    this.wake();
  }

  take(): FeedMessage[] {
    const taken = this.#messages;
    this.#messages = [];
    return taken;
  }

  wake(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  /** True at the next message or at `wake`, false when nothing came for so long. */
  next(milliseconds: number): Promise<boolean> {
    if (this.#messages.length > 0 || this.overflown) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }
}

async function replay(
  stream: SSEStreamingApi,
  options: { database: Database; request: StreamRequest; sent: Set<number>; goesOn(): boolean },
): Promise<void> {
  const { database, request, sent, goesOn } = options;
  const { resumed: _, after: seen, ...scope } = request;
  if (seen === null) return;
  let after: number | null = await resumePoint(database.db, seen);
  while (after !== null && goesOn()) {
    const page: Awaited<ReturnType<typeof eventsAfter>> = await eventsAfter(database, { after, ...scope });
    for (const message of page.messages) if (message.topic !== "refresh") sent.add(message.id);
    if (page.messages.length > 0) await stream.write(page.messages.map(({ frame }) => frame).join(""));
    forgetOldest(sent);
    after = page.next;
  }
}

/** Only the newest ids can still arrive a second time, through the feed. */
function forgetOldest(sent: Set<number>): void {
  for (const id of sent) {
    if (sent.size <= MAX_WAITING) return;
    sent.delete(id);
  }
}

/**
 * Streams until the reader leaves, its sign-in ends or the desk stops. After a reconnection an event may come twice (ids tell), never not
 * at all, as far back as the journal reaches; the "refresh" that a resumed stream begins with covers what is older.
 */
export function eventStream(
  c: Context,
  options: {
    database: Database;
    feed: Feed;
    request: StreamRequest;
    right: Right | null;
    signal: AbortSignal;
    log: WebLog;
  },
): Response {
  const { database, feed, request, right, signal, log } = options;
  c.header("x-accel-buffering", "no");
  const follow = async (stream: SSEStreamingApi) => {
    const inbox = new Inbox();
    const leave = feed.subscribe((message) => {
      if (concerns(request, message)) inbox.push(message);
    });
    const stop = () => inbox.wake();
    signal.addEventListener("abort", stop);
    stream.onAbort(stop);
    const unwatch = right?.whenEnded(stop);
    const goesOn = () => !stream.aborted && !signal.aborted && (right === null || right.isGood());
    const sent = new Set<number>();
    try {
      await stream.write(`retry: ${RETRY_MS}\n\n${request.resumed ? REFRESH.frame : ""}`);
      await replay(stream, { database, request, sent, goesOn });
      while (goesOn() && !inbox.overflown) {
        const messages = inbox.take();
        const fresh = messages.filter((one) => one.topic === "refresh" || !sent.delete(one.id));
        if (fresh.length > 0) await stream.write(fresh.map(({ frame }) => frame).join(""));
        const woken = messages.length > 0 || (await inbox.next(HEARTBEAT_MS));
        if (!woken && goesOn()) await stream.write(": still here\n\n");
      }
    } finally {
      leave();
      unwatch?.();
      signal.removeEventListener("abort", stop);
    }
  };
  return streamSSE(c, follow, async (error) => {
    log.warn({ error: toErrorRecord(error) }, "an event stream ended early; its reader will reconnect");
  });
}
