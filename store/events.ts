// The NOTIFY channel of everything that happens on the desk: node events, and the journal that triggers write.
// Effects: database connection. Invariant: an announcement is heard after its transaction has committed, or never.
import { type SQL, sql } from "drizzle-orm";
import pg from "pg";
import { z } from "zod";
import type { Database } from "./database.ts";
import { ExecutionId, type Instant, SymbolRunId } from "./model/ids.ts";
import { LIVE_TOPICS, type LiveTopic } from "./model/live.ts";
import { toInstant } from "./schema/columns.ts";

export const EVENT_CHANNEL = "countersign_events";

/** One line of the journal, whole: nobody has to read it again. */
export type LiveEvent = {
  id: number;
  topic: LiveTopic;
  at: Instant;
  executionId: ExecutionId | null;
  symbolRunId: SymbolRunId | null;
  facts: Readonly<Record<string, unknown>>;
};

/** A node event by its id, which is to be read, or a line of the journal. Their ids are one numbering. */
export type DeskEvent =
  | { topic: "node"; id: number; executionId: ExecutionId; symbolRunId: SymbolRunId }
  | LiveEvent;

const id = z.number().int();
const NodeAnnouncement = z
  .object({ id, executionId: ExecutionId, symbolRunId: SymbolRunId })
  .transform((node) => ({ topic: "node" as const, ...node }));
const LiveAnnouncement = z.object({
  id,
  topic: z.enum(LIVE_TOPICS),
  at: z.string().transform(toInstant),
  executionId: ExecutionId.nullable(),
  symbolRunId: SymbolRunId.nullable(),
  facts: z.record(z.string(), z.unknown()),
});
const Announcement = z.union([LiveAnnouncement, NodeAnnouncement]);

/** SQL expression that announces a node event when the transaction commits. */
export function announce(symbolRunId: SQL, executionId: SQL, eventId: SQL): SQL {
  return sql`pg_notify(${sql.raw(`'${EVENT_CHANNEL}'`)}, json_build_object('symbolRunId', ${symbolRunId}, 'executionId', ${executionId}, 'id', ${eventId})::text)`;
}

const RECONNECT_MS = 1_000;

export type EventListener = { close(): Promise<void> };

/**
 * Calls `onEvent` for every event from now on, over a connection of its own that is renewed when it breaks.
 * `onGap` tells that events may have been missed (after a renewal): read the tables again.
 */
export async function listenForEvents(
  database: Database,
  handlers: { onEvent(event: DeskEvent): void; onGap(): void },
): Promise<EventListener> {
  let closed = false;
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  const connect = async () => {
    const next = new pg.Client({
      connectionString: database.url,
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
    });
    const renew = () => {
      if (closed || client !== next) return;
      client = undefined;
      timer = setTimeout(() => void reconnect(), RECONNECT_MS);
    };
    next.on("error", renew);
    next.on("end", renew);
    next.on("notification", (message) => {
      const event = Announcement.safeParse(parsed(message.payload));
      if (event.success) handlers.onEvent(event.data);
    });
    client = next;
    await next.connect();
    await next.query(`listen ${EVENT_CHANNEL}`);
  };
  const reconnect = async () => {
    try {
      await connect();
      handlers.onGap();
    } catch {
      client = undefined;
      if (!closed) timer = setTimeout(() => void reconnect(), RECONNECT_MS);
    }
  };
  await connect();
  return {
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await client?.end();
    },
  };
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}
