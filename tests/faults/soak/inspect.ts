// What must hold after any storm: the broker's own books against the desk's rows. Effects: database reads.
import type pg from "pg";
import type { BookedOrder } from "../broker-books.ts";

export type Findings = {
  /** Entries that the desk meant to send, and entries that the broker ever took. */
  intents: number;
  taken: number;
  /** Runs with more than one entry at the broker. */
  duplicates: string[];
  /** Orders at the broker that no approved row of ours stands for. */
  uncountersigned: string[];
  /** Orders of one side that the other does not know, or whose end it does not. */
  lost: string[];
  /** Rows whose status or fill differs from the broker's. */
  different: string[];
  /** Runs that are neither at an end nor fail with a stated cause. */
  unfinished: string[];
  /** How the runs ended. */
  endings: Record<string, number>;
};

type Row = {
  runId: string | null;
  symbol: string;
  leg: string;
  attempt: number;
  status: string;
  quantity: string;
  filled: string;
  cOID: string | null;
  brokerId: string | null;
  approval: string | null;
  external: boolean;
};

const OVER = /^(FILLED|CANCELED|REJECTED|EXPIRED|DENIED)$/;
const BROKER_OVER = /^(Filled|Cancelled|Inactive)$/;

export async function inspect(pool: pg.Pool, booked: readonly BookedOrder[]): Promise<Findings> {
  const { rows } = await pool.query<Row>(`
    SELECT o.symbol_run_id AS "runId", o.symbol, o.leg, o.attempt, o.status, o.quantity::text, o.filled_quantity::text AS filled,
      o.client_order_id AS "cOID", o.broker_order_id AS "brokerId", a.status AS approval, o.external
    FROM orders o LEFT JOIN approvals a ON a.id = o.approval_id`);
  const runs = await pool.query<{
    id: string;
    symbol: string;
    status: string;
    error: { code: string; message: string } | null;
  }>(
    "SELECT r.id, r.symbol, r.status, r.error FROM symbol_runs r JOIN executions e ON e.id = r.execution_id WHERE e.approval = 'auto'",
  );
  const entries = booked.filter((order) => order.parentId === null);
  const byClientId = new Map(rows.map((row) => [row.cOID, row]));
  const byBrokerId = new Map(rows.map((row) => [row.brokerId, row]));
  const endings: Record<string, number> = {};
  for (const { status, error } of runs.rows) {
    const cause = error?.code === "unexpected" ? error.message : error?.code;
    const ending = cause === undefined ? status : `${status}: ${cause}`;
    endings[ending] = (endings[ending] ?? 0) + 1;
  }
  const takenOf = (runId: string) => entries.filter((order) => byClientId.get(order.cOID)?.runId === runId);
  return {
    intents: rows.filter((row) => row.leg === "entry" && row.attempt === 0 && !row.external).length,
    taken: entries.length,
    duplicates: runs.rows.filter((run) => takenOf(run.id).length > 1).map((run) => run.symbol),
    uncountersigned: entries
      .filter((order) => !/^(approved|edited)$/.test(byClientId.get(order.cOID)?.approval ?? ""))
      .map((order) => order.cOID ?? order.orderId),
    lost: [
      ...booked.filter((order) => !byBrokerId.has(order.orderId)).map((order) => `row of ${order.orderId}`),
      ...rows
        .filter((row) => row.external || (row.brokerId === null && !OVER.test(row.status)))
        .map((row) => `${row.symbol} ${row.leg} ${row.status}${row.external ? " external" : ""}`),
    ],
    different: booked.flatMap((order) => difference(order, byBrokerId.get(order.orderId))),
    unfinished: runs.rows
      .filter((run) => !/^(done|denied|abstained|failed)$/.test(run.status))
      .map((run) => `${run.symbol} ${run.status}`),
    endings,
  };
}

function difference(order: BookedOrder, row: Row | undefined): string[] {
  if (row === undefined) return [];
  const same =
    Number(row.filled) === order.filled &&
    OVER.test(row.status) === BROKER_OVER.test(order.status) &&
    (row.status === "FILLED") === (order.status === "Filled");
  return same
    ? []
    : [`${row.symbol} ${row.leg}: ${row.status} ${row.filled}, broker ${order.status} ${order.filled}`];
}
