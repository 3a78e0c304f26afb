// Live progress: one NOTIFY channel for everything that happens to a symbol run. Effects: database connection.
import { type SQL, sql } from "drizzle-orm";
import pg from "pg";
import { z } from "zod";
import type { Database } from "./database.ts";
import { ExecutionId, SymbolRunId } from "./model/ids.ts";

export const EVENT_CHANNEL = "countersign_events";

/** `id` is the node event's; null when only the run's status or an approval changed. Read the rows for the rest. */
export const DeskEvent = z.object({
  symbolRunId: SymbolRunId,
  executionId: ExecutionId,
  id: z.number().int().nullable(),
});
export type DeskEvent = z.infer<typeof DeskEvent>;

/** SQL expression that announces an event when the transaction commits. */
export function announce(symbolRunId: SQL, executionId: SQL, id: SQL): SQL {
  return sql`pg_notify(${sql.raw(`'${EVENT_CHANNEL}'`)}, json_build_object('symbolRunId', ${symbolRunId}, 'executionId', ${executionId}, 'id', ${id})::text)`;
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
      const event = DeskEvent.safeParse(parsed(message.payload));
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
