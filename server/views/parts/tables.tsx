// Tables that several pages show: executions, orders, fills, positions. Pure.
import type { Fill, Order, Position } from "#store/model/order.ts";
import type { ExecutionStatus, SymbolRunStatus } from "#store/model/run.ts";
import { Time } from "./blocks.tsx";
import { decimal, exchangeDate, price, quantity, signed } from "./format.ts";
import { kept } from "./kept.tsx";
import { ExecutionState, gainTone, OrderState, RunStatus } from "./status.tsx";

export type ExecutionLine = {
  id: string;
  strategy: string;
  status: ExecutionStatus;
  mode: string;
  asOf: string;
  createdAt: string;
  /** The schedule's instant that started it; null when a person or a program did. */
  scheduledFor: string | null;
  symbolCount: number;
  symbols: readonly string[];
  counts: Partial<Record<SymbolRunStatus, number>>;
};

function Counts(props: { counts: ExecutionLine["counts"] }) {
  const order: readonly SymbolRunStatus[] = [
    "waiting_approval",
    "running",
    "queued",
    "working",
    "done",
    "denied",
    "abstained",
    "failed",
  ];
  return (
    <span class="flex flex-wrap gap-x-3 gap-y-1">
      {order
        .filter((status) => (props.counts[status] ?? 0) > 0)
        .map((status) => (
          <span class="flex items-center gap-1 whitespace-nowrap">
            <RunStatus status={status} />
            {(props.counts[status] ?? 0) > 1 ? (
              <span class="text-muted text-xs">× {props.counts[status]}</span>
            ) : null}
          </span>
        ))}
    </span>
  );
}

const ExecutionRow = kept(function ExecutionRow(props: { row: ExecutionLine }) {
  const { row } = props;
  return (
    <tr>
      <td>
        <a class="link font-semibold" href={`/executions/${row.id}`}>
          {row.symbols.join(", ")}
          {row.symbolCount > row.symbols.length ? ` and ${row.symbolCount - row.symbols.length} more` : ""}
        </a>
      </td>
      <td>
        <ExecutionState status={row.status} />
      </td>
      <td>
        <Counts counts={row.counts} />
      </td>
      <td class="whitespace-nowrap">
        {exchangeDate(row.asOf)} <span class="text-muted text-xs">{row.mode}</span>
      </td>
      <td>{row.strategy}</td>
      <td class="text-muted">
        <Time at={row.createdAt} compact />
        {row.scheduledFor === null ? null : <span class="block text-xs">by its schedule</span>}
      </td>
    </tr>
  );
});

export function ExecutionTable(props: { rows: readonly ExecutionLine[] }) {
  return (
    <table class="grid-table">
      <thead>
        <tr>
          <th scope="col">Symbols</th>
          <th scope="col">State</th>
          <th scope="col">Runs</th>
          <th scope="col">As of</th>
          <th scope="col">Strategy</th>
          <th scope="col">Started</th>
        </tr>
      </thead>
      <tbody>
        {props.rows.map((row) => (
          <ExecutionRow row={row} />
        ))}
      </tbody>
    </table>
  );
}

export type OrderLine = Pick<
  Order,
  | "id"
  | "symbolRunId"
  | "symbol"
  | "leg"
  | "side"
  | "type"
  | "timeInForce"
  | "quantity"
  | "filledQuantity"
  | "limitPrice"
  | "stopPrice"
  | "averageFillPrice"
  | "status"
  | "reason"
  | "external"
  | "accountId"
> & { createdAt: string };

function priceWords(order: OrderLine): string {
  if (order.type === "MARKET") return "at market";
  return order.type === "LIMIT" ? `limit ${price(order.limitPrice)}` : `stop ${price(order.stopPrice)}`;
}

const OrderRow = kept(function OrderRow(props: { row: OrderLine }) {
  const { row } = props;
  return (
    <tr>
      <td>
        <a class="link font-semibold" href={`/orders/${row.id}`}>
          {row.symbol}
        </a>
      </td>
      <td class="whitespace-nowrap">
        <span class={row.side === "BUY" ? "text-good font-semibold" : "text-bad font-semibold"}>
          {row.side}
        </span>{" "}
        {quantity(row.quantity)} {priceWords(row)} <span class="text-muted">{row.leg}</span>
        {row.external ? <span class="text-muted"> · not sent by the desk</span> : null}
      </td>
      <td>
        <OrderState status={row.status} />
        {row.reason === null ? null : (
          <span class="text-muted prose-text mt-1 block max-w-xs text-xs">{row.reason}</span>
        )}
      </td>
      <td class="number">
        {quantity(row.filledQuantity)} <span class="text-muted">of {quantity(row.quantity)}</span>
      </td>
      <td class="number">{price(row.averageFillPrice)}</td>
      <td class="text-muted">{row.accountId}</td>
      <td class="text-muted">
        <Time at={row.createdAt} compact />
      </td>
    </tr>
  );
});

export function OrderTable(props: { rows: readonly OrderLine[] }) {
  return (
    <table class="grid-table">
      <thead>
        <tr>
          <th scope="col">Symbol</th>
          <th scope="col">Order</th>
          <th scope="col">State</th>
          <th scope="col" class="number">
            Filled
          </th>
          <th scope="col" class="number">
            Average
          </th>
          <th scope="col">Account</th>
          <th scope="col">Made</th>
        </tr>
      </thead>
      <tbody>
        {props.rows.map((row) => (
          <OrderRow row={row} />
        ))}
      </tbody>
    </table>
  );
}

export type FillLine = Pick<
  Fill,
  "executionRef" | "orderId" | "symbol" | "side" | "quantity" | "price" | "commission" | "currency" | "at"
>;

const FillRow = kept(function FillRow(props: { row: FillLine }) {
  const { row } = props;
  return (
    <tr>
      <td>
        <Time at={row.at} />
        <a class="link block text-xs" href={`/fills/${encodeURIComponent(row.executionRef)}`}>
          from the bars to here
        </a>
      </td>
      <td class="font-semibold">
        {row.orderId === null ? (
          row.symbol
        ) : (
          <a class="link" href={`/orders/${row.orderId}`}>
            {row.symbol}
          </a>
        )}
      </td>
      <td class={row.side === "BUY" ? "text-good font-semibold" : "text-bad font-semibold"}>{row.side}</td>
      <td class="number">{quantity(row.quantity)}</td>
      <td class="number">{price(row.price)}</td>
      <td class="number">
        {row.commission === null ? <span class="text-muted">not yet known</span> : decimal(row.commission)}
      </td>
    </tr>
  );
});

export function FillTable(props: { rows: readonly FillLine[] }) {
  return (
    <table class="grid-table">
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">Symbol</th>
          <th scope="col">Side</th>
          <th scope="col" class="number">
            Quantity
          </th>
          <th scope="col" class="number">
            Price
          </th>
          <th scope="col" class="number">
            Commission
          </th>
        </tr>
      </thead>
      <tbody>
        {props.rows.map((row) => (
          <FillRow row={row} />
        ))}
      </tbody>
    </table>
  );
}

const PositionRow = kept(function PositionRow(props: { row: Position }) {
  const { row } = props;
  return (
    <tr>
      <td>
        <a class="link font-semibold" href={`/trades?symbol=${encodeURIComponent(row.symbol)}&exit=open`}>
          {row.symbol}
        </a>
      </td>
      <td class="number">{quantity(row.quantity)}</td>
      <td class="number">{price(row.averageCost)}</td>
      <td class="number">{price(row.marketPrice)}</td>
      <td class="number">
        {decimal(row.marketValue)} <span class="text-muted text-xs">{row.currency}</span>
      </td>
      <td class={`number font-semibold ${gainTone(row.unrealizedPnl)}`}>{signed(row.unrealizedPnl)}</td>
      <td class="text-muted">{row.accountId}</td>
    </tr>
  );
});

export function PositionTable(props: { rows: readonly Position[] }) {
  return (
    <table class="grid-table">
      <thead>
        <tr>
          <th scope="col">Symbol</th>
          <th scope="col" class="number">
            Quantity
          </th>
          <th scope="col" class="number">
            Average cost
          </th>
          <th scope="col" class="number">
            Price
          </th>
          <th scope="col" class="number">
            Value
          </th>
          <th scope="col" class="number">
            Unrealised
          </th>
          <th scope="col">Account</th>
        </tr>
      </thead>
      <tbody>
        {props.rows.map((row) => (
          <PositionRow row={row} />
        ))}
      </tbody>
    </table>
  );
}
