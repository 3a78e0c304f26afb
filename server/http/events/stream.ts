// One reader's server-sent events: first what it missed, then what happens, with a heartbeat. Effects: database, network.
import type { Context } from "hono";
import { type SSEStreamingApi, streamSSE } from "hono/streaming";
import type { Db } from "#store/database.ts";
import { toErrorRecord } from "#store/model/errors.ts";
import type { ExecutionId, SymbolRunId } from "#store/model/ids.ts";
import { type FeedEvent, feedEvents } from "#store/runs/event-feed.ts";
import type { WebLog } from "../deps.ts";
import { COMMIT_WINDOW, type Feed, type FeedMessage } from "./feed.ts";

const HEARTBEAT_MS = 15_000;
const RETRY_MS = 1_000;
const MAX_WAITING = 5_000;
const REPLAY_PAGE = 500;

export type StreamRequest = {
  /** Newest id that the reader has seen; null: only what happens from now on. */
  after: number | null;
  /** The reader was here before and may have missed changes that carry no number. */
  resumed: boolean;
  executionId?: ExecutionId | undefined;
  symbolRunId?: SymbolRunId | undefined;
};

function concerns(request: StreamRequest, message: FeedMessage): boolean {
  if (message.kind === "refresh") return true;
  const of = message.kind === "node" ? message.event : message;
  return (
    (request.executionId === undefined || request.executionId === of.executionId) &&
    (request.symbolRunId === undefined || request.symbolRunId === of.symbolRunId)
  );
}

/** A queue that a slow reader cannot grow without end: past the limit it is cut off, reconnects and catches up. */
class Inbox {
  readonly messages: FeedMessage[] = [];
  overflown = false;
  #wake: (() => void) | undefined;

  push(message: FeedMessage): void {
    if (this.messages.length >= MAX_WAITING) this.overflown = true;
    else this.messages.push(message);
    this.wake();
  }

  wake(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  /** Resolves at the next message, at `wake`, or after the time given. */
  next(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

async function replay(
  stream: SSEStreamingApi,
  options: { db: Db; request: StreamRequest; sent: Set<number> },
): Promise<void> {
  const { db, request, sent } = options;
  const { after } = request;
  if (after === null) return;
  const scope = {
    ...(request.executionId === undefined ? {} : { executionId: request.executionId }),
    ...(request.symbolRunId === undefined ? {} : { symbolRunId: request.symbolRunId }),
  };
  let from = Math.max(0, after - COMMIT_WINDOW);
  for (;;) {
    const events = await feedEvents(db, { after: from, limit: REPLAY_PAGE, ...scope });
    for (const event of events) {
      sent.add(event.id);
      await writeNode(stream, event);
    }
    forgetOldest(sent);
    const last = events.at(-1);
    if (last === undefined || events.length < REPLAY_PAGE || stream.aborted) return;
    from = last.id;
  }
}

/** Only the newest ids can still arrive a second time, through the feed. */
function forgetOldest(sent: Set<number>): void {
  for (const id of sent) {
    if (sent.size <= MAX_WAITING) return;
    sent.delete(id);
  }
}

function writeNode(stream: SSEStreamingApi, event: FeedEvent): Promise<void> {
  return stream.writeSSE({ id: String(event.id), event: "node", data: JSON.stringify(event) });
}

async function write(stream: SSEStreamingApi, message: FeedMessage, sent: Set<number>): Promise<void> {
  if (message.kind === "node") {
    if (!sent.delete(message.event.id)) await writeNode(stream, message.event);
    return;
  }
  const { kind, ...data } = message;
  await stream.writeSSE({ event: kind, data: JSON.stringify(data) });
}

/**
 * Streams until the reader leaves or the desk stops. After a reconnection an event may come twice (ids tell), never not
 * at all; changes without a number are covered by the "refresh" that a resumed stream begins with.
 */
export function eventStream(
  c: Context,
  options: { db: Db; feed: Feed; request: StreamRequest; signal: AbortSignal; log: WebLog },
): Response {
  const { db, feed, request, signal, log } = options;
  c.header("x-accel-buffering", "no");
  const follow = async (stream: SSEStreamingApi) => {
    const inbox = new Inbox();
    const leave = feed.subscribe((message) => {
      if (concerns(request, message)) inbox.push(message);
    });
    const stop = () => inbox.wake();
    signal.addEventListener("abort", stop);
    stream.onAbort(stop);
    const sent = new Set<number>();
    try {
      await stream.write(`retry: ${RETRY_MS}\n\n`);
      if (request.resumed) await stream.writeSSE({ event: "refresh", data: "{}" });
      await replay(stream, { db, request, sent });
      while (!stream.aborted && !signal.aborted && !inbox.overflown) {
        const message = inbox.messages.shift();
        if (message !== undefined) await write(stream, message, sent);
        else {
          await inbox.next(HEARTBEAT_MS);
          if (inbox.messages.length === 0 && !stream.aborted) await stream.write(": still here\n\n");
        }
      }
    } finally {
      leave();
      signal.removeEventListener("abort", stop);
    }
  };
  return streamSSE(c, follow, async (error) => {
    log.warn({ error: toErrorRecord(error) }, "an event stream ended early; its reader will reconnect");
  });
}
