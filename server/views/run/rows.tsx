// The symbols of an execution as rows that move: how far each has come, what it decided, what it took and cost.
import type { Signal } from "#store/model/decision.ts";
import type { OrderStatus } from "#store/model/order.ts";
import type { RiskVerdict } from "#store/model/risk.ts";
import type { SymbolRunStatus } from "#store/model/run.ts";
import { cost, decimal, duration, percent, plural, words } from "../parts/format.ts";
import { kept } from "../parts/kept.tsx";
import { OrderState, RunStatus, SignalPill, VerdictPill } from "../parts/status.tsx";
import { COLUMNS } from "./graph.tsx";

export type RunLineModel = {
  id: string;
  /** Its place in the request, from 0. */
  ordinal: number;
  symbol: string;
  status: SymbolRunStatus;
  error: { code: string; message: string } | null;
  node: string | null;
  nodeKind: string | null;
  /** From start to end; null before the end. */
  durationMs: number | null;
  /** Since the start, while it is at work. */
  elapsedMs: number | null;
  signal: Signal | null;
  rCoefficient: string | null;
  profitMargin: string | null;
  verdict: RiskVerdict["verdict"] | null;
  orderId: string | null;
  orderStatus: OrderStatus | null;
  calls: number;
  tokens: number;
  costUsd: string;
};

/** Steps of the graph, the two analysts as one. */
const STEPS = COLUMNS.length;

function stepOf(row: Pick<RunLineModel, "node" | "nodeKind">): number {
  const at = COLUMNS.findIndex((names) => names.some((name) => name === row.node));
  return at < 0 ? 0 : at + (row.nodeKind === "finished" ? 1 : 0);
}

/** A bar with a segment per step: full, at work, or ahead; the words beside it say the same. */
function Progress(props: { row: RunLineModel }) {
  const { row } = props;
  const over = row.status === "done" || row.status === "denied" || row.status === "abstained";
  const done = over ? STEPS : stepOf(row);
  const failed = row.status === "failed";
  const here = row.node === null ? "not begun" : words(row.node);
  return (
    <div class="min-w-36">
      <svg viewBox={`0 0 ${STEPS * 10} 5`} class="h-1.5 w-36" preserveAspectRatio="none" aria-hidden="true">
        {COLUMNS.map((_, index) => {
          const tone = index < done ? "fill-good-fill" : failed ? "fill-bad-fill" : "fill-accent-fill";
          const reached = index < done || (index === done && row.node !== null && !over);
          return (
            <rect x={index * 10} y="0" width="9" height="5" rx="1.5" class={reached ? tone : "fill-raised"} />
          );
        })}
      </svg>
      <span class="text-muted text-xs tabular-nums">
        {over ? `${STEPS} of ${STEPS} steps` : `${done} of ${STEPS} steps, ${here}`}
        {row.nodeKind === "failed" && !failed ? ", trying again" : ""}
      </span>
    </div>
  );
}

function Took(props: { row: RunLineModel }) {
  const { durationMs, elapsedMs } = props.row;
  if (durationMs !== null) return <>{duration(durationMs)}</>;
  if (elapsedMs === null) return <span class="text-muted">–</span>;
  return <span class="text-accent">{duration(elapsedMs)} so far</span>;
}

const Row = kept(function Row(props: { row: RunLineModel }) {
  const { row } = props;
  return (
    <tr id={`run-${row.id}`}>
      <td>
        <a class="link font-semibold" href={`/runs/${row.id}`}>
          {row.symbol}
        </a>
      </td>
      <td>
        <RunStatus status={row.status} />
      </td>
      <td>
        <Progress row={row} />
        {row.error === null ? null : (
          <span class="text-bad prose-text mt-1 block max-w-sm text-sm">{row.error.message}</span>
        )}
      </td>
      <td class="whitespace-nowrap">
        {row.signal === null ? <span class="text-muted">–</span> : <SignalPill signal={row.signal} />}
        {row.rCoefficient === null ? null : (
          <span class="text-muted block text-xs tabular-nums">
            R {decimal(row.rCoefficient)}, margin {percent(row.profitMargin)}
          </span>
        )}
      </td>
      <td>
        {row.verdict === null ? <span class="text-muted">–</span> : <VerdictPill verdict={row.verdict} />}
      </td>
      <td>
        {row.orderStatus === null || row.orderId === null ? (
          <span class="text-muted">–</span>
        ) : (
          <a href={`/orders/${row.orderId}`}>
            <OrderState status={row.orderStatus} />
          </a>
        )}
      </td>
      <td class="number">
        <Took row={row} />
      </td>
      <td class="number">{row.calls}</td>
      <td class="number">{decimal(row.tokens, 0)}</td>
      <td class="number">{cost(row.costUsd)}</td>
    </tr>
  );
});

export type RunTotals = {
  symbols: number;
  calls: number;
  inputTokens: number;
  outputTokens: number;
  costUsd: string;
  unpricedCalls: number;
};

export function RunRows(props: { rows: readonly RunLineModel[]; totals: RunTotals }) {
  const { totals } = props;
  return (
    <table class="grid-table">
      <thead>
        <tr>
          <th scope="col">Symbol</th>
          <th scope="col">State</th>
          <th scope="col">Progress</th>
          <th scope="col">Decision</th>
          <th scope="col">Rules</th>
          <th scope="col">Order</th>
          <th scope="col" class="number">
            Took
          </th>
          <th scope="col" class="number">
            Calls
          </th>
          <th scope="col" class="number">
            Tokens
          </th>
          <th scope="col" class="number">
            Cost
          </th>
        </tr>
      </thead>
      <tbody>
        {props.rows.map((row) => (
          <Row row={row} />
        ))}
      </tbody>
      <tfoot>
        <tr class="border-line border-t font-semibold">
          <th scope="row" colspan={7}>
            All {plural(totals.symbols, "symbol")}
          </th>
          <td class="number">{totals.calls}</td>
          <td class="number">{decimal(totals.inputTokens + totals.outputTokens, 0)}</td>
          <td class="number">
            {cost(totals.costUsd)}
            {totals.unpricedCalls === 0 ? null : (
              <span class="text-muted block text-xs font-normal">
                and {plural(totals.unpricedCalls, "call")} unpriced
              </span>
            )}
          </td>
        </tr>
      </tfoot>
    </table>
  );
}
