// What tests ask of a running desk: start an execution and wait until nothing in it goes on by itself.
import type { ExecutionReport } from "#server/reports/execution-report.ts";
import { callDesk } from "#tests/support/desk-process.ts";

export type RunRequest = { symbols: string[]; asOf?: string; approval?: "ask" | "auto" | "never" };

export async function startExecution(url: string, request: RunRequest): Promise<string> {
  const { executionId } = await callDesk<{ executionId: string }>(url, "POST", "/api/executions", request);
  return executionId;
}

/** The report of the execution once it has settled; the test's deadline bounds the wait. */
export async function settled(url: string, executionId: string): Promise<ExecutionReport> {
  return until(async () => {
    const report = await callDesk<ExecutionReport>(url, "GET", `/api/executions/${executionId}/report`);
    return report.settled ? report : null;
  });
}

export async function analyse(url: string, request: RunRequest): Promise<ExecutionReport> {
  return settled(url, await startExecution(url, request));
}

export async function until<T>(look: () => Promise<T | null>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The execution that a new desk starts by itself. */
export async function firstExecution(url: string): Promise<string> {
  return until(async () => {
    const { rows } = await callDesk<{ rows: { id: string }[] }>(url, "GET", "/api/executions");
    return rows[0]?.id ?? null;
  });
}
