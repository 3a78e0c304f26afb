// Follows an execution until nothing in it goes on by itself, telling each node as it starts, ends or fails.
import { z } from "zod";
import { ExecutionReport } from "../../reports/execution-report.ts";
import type { DeskApi } from "../desk-api.ts";
import type { Terminal } from "../terminal.ts";

const NodeEvents = z.object({
  rows: z.array(
    z.object({
      id: z.number(),
      symbol: z.string(),
      node: z.string(),
      kind: z.string(),
      attempt: z.number(),
      durationMs: z.number().nullable(),
      error: z.object({ code: z.string(), message: z.string() }).nullable(),
    }),
  ),
});

const POLL_MS = 200;

export type Followed = {
  api: DeskApi;
  terminal: Terminal;
  executionId: string;
  signal: AbortSignal;
  /** Number of the last event that needs no telling; default: everything is told. */
  after?: number;
};

/** Number of the newest event of an execution, 0 before the first: from there on is news. */
export async function newestEvent(api: DeskApi, executionId: string): Promise<number> {
  let newest = 0;
  for (;;) {
    const { rows } = await api.get(`/api/executions/${executionId}/events?after=${newest}`, NodeEvents);
    const last = rows.at(-1);
    if (last === undefined) return newest;
    newest = last.id;
  }
}

/** The report of the settled execution. @throws what the signal was aborted with */
export async function followExecution(of: Followed): Promise<ExecutionReport> {
  const path = `/api/executions/${of.executionId}`;
  let seen = of.after ?? 0;
  for (;;) {
    of.signal.throwIfAborted();
    // The report first: events written until then are still told before the end.
    const report = await of.api.get(`${path}/report`, ExecutionReport);
    const { rows } = await of.api.get(`${path}/events?after=${seen}`, NodeEvents);
    for (const event of rows) {
      seen = event.id;
      if (!of.terminal.json) tellEvent(of.terminal, event);
    }
    if (report.settled) return report;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function tellEvent(terminal: Terminal, event: z.infer<typeof NodeEvents>["rows"][number]): void {
  const node = `${event.symbol.padEnd(8)} ${event.node.replaceAll("_", " ")}`;
  if (event.kind === "finished") terminal.note(`${node}  ${event.durationMs ?? 0} ms`);
  if (event.kind === "waiting") terminal.note(`${node}  waits`);
  if (event.kind === "failed") terminal.note(`${node}  failed: ${event.error?.message ?? ""}`);
  if (event.kind === "started" && event.attempt > 1)
    terminal.note(`${node}  again, attempt ${event.attempt}`);
}
