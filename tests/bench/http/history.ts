// What really happened on the bench's desk before it is multiplied: a rejected order, a filled one, a denied one and a
// HOLD, all through the product. Effects: a real desk's API.
import { callDesk } from "#tests/support/desk-process.ts";

type Run = { id: string; symbol: string; status: string };
type Execution = { id: string; runs: Run[] };

/** Symbol runs that stand for all others. */
export type History = { rejected: string; traded: string; denied: string; held: string };

const SETTLED = ["done", "denied", "abstained", "failed", "waiting_approval", "working"];
const LOOK_MS = 100;

async function until<T>(look: () => Promise<T | null>): Promise<T> {
  for (const end = Date.now() + 120_000; Date.now() < end; ) {
    const found = await look();
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  throw new Error("the desk did not get on with its first executions");
}

export async function makeHistory(url: string): Promise<History> {
  const settled = (id: string) =>
    until(async () => {
      const execution = await callDesk<Execution>(url, "GET", `/api/executions/${id}`);
      return execution.runs.every((run) => SETTLED.includes(run.status)) ? execution : null;
    });
  const first = await until(async () => {
    const { rows } = await callDesk<{ rows: { id: string }[] }>(url, "GET", "/api/executions");
    return rows[0]?.id ?? null;
  });
  const run = ({ runs }: Execution, symbol: string): Run => {
    const found = runs.find((one) => one.symbol === symbol);
    if (found === undefined) throw new Error(`no run of ${symbol}`);
    return found;
  };
  const again = async () => {
    const asked = { symbols: ["AAPL", "SPX"], approval: "ask" };
    const started = await callDesk<{ executionId: string }>(url, "POST", "/api/executions", asked);
    return settled(started.executionId);
  };
  const answer = async (answer: object) => {
    const pending = "/api/approvals?status=pending";
    const { rows } = await callDesk<{ rows: { id: string }[] }>(url, "GET", pending);
    await callDesk(url, "POST", `/api/approvals/${rows[0]?.id}/answer`, answer);
  };
  const isDone = (id: string) =>
    until(async () => {
      const { status } = await callDesk<Run>(url, "GET", `/api/symbol-runs/${id}`);
      return status === "done" ? status : null;
    });

  const one = await settled(first);
  await answer({ action: "reject", reason: "The earnings come first." });
  await isDone(run(one, "AAPL").id);
  const two = await again();
  await answer({ action: "approve" });
  await until(async () => {
    const { status } = await callDesk<Run>(url, "GET", `/api/symbol-runs/${run(two, "AAPL").id}`);
    return status === "working" ? status : null;
  });
  // While that order works, the rules refuse a second one.
  const three = await again();
  await callDesk(url, "POST", "/api/market/next", { sessions: 1 });
  await isDone(run(two, "AAPL").id);
  return {
    rejected: run(one, "AAPL").id,
    traded: run(two, "AAPL").id,
    denied: run(three, "AAPL").id,
    held: run(one, "SPX").id,
  };
}
