// Orders of a run: each leg with its life as a timeline, and what was filled.
import { Empty, Panel, Time } from "../parts/blocks.tsx";
import { price, quantity, words } from "../parts/format.ts";
import { OrderState } from "../parts/status.tsx";
import { FillTable } from "../parts/tables.tsx";
import type { OrderModel } from "./model.ts";

export function Timeline(props: { events: OrderModel["events"] }) {
  return (
    <ol class="border-edge ml-1 space-y-2 border-l pl-4 text-sm">
      {props.events.map((event) => (
        <li class="relative">
          <span class="bg-edge absolute top-1.5 -left-[1.3rem] size-2 rounded-full" aria-hidden="true" />
          <span class="font-medium">{words(event.kind)}</span>{" "}
          <span class="text-muted">
            {words(event.fromStatus.toLowerCase())} → {words(event.toStatus.toLowerCase())}
          </span>
          <span class="text-muted block text-xs">
            <Time at={event.at} />
          </span>
        </li>
      ))}
    </ol>
  );
}

function priceText(order: OrderModel): string {
  if (order.type === "MARKET") return "market";
  return order.type === "LIMIT" ? `limit ${price(order.limitPrice)}` : `stop ${price(order.stopPrice)}`;
}

function Leg(props: { order: OrderModel }) {
  const { order } = props;
  return (
    <div class="min-w-0" id={`order-${order.id}`}>
      <div class="flex flex-wrap items-center gap-2">
        <a class="link font-semibold capitalize" href={`/orders/${order.id}`}>
          {order.leg}
        </a>
        <OrderState status={order.status} />
      </div>
      <p class="mt-1 tabular-nums">
        {order.side} {quantity(order.quantity)} {priceText(order)} {order.timeInForce}
      </p>
      <p class="text-muted text-sm tabular-nums">
        filled {quantity(order.filledQuantity)}
        {order.averageFillPrice === null ? "" : ` at ${price(order.averageFillPrice)}`}
      </p>
      {order.reason === null ? null : <p class="text-bad prose-text text-sm">{order.reason}</p>}
      <p class="text-muted mt-1 font-mono text-xs wrap-anywhere">
        {order.clientOrderId ?? "no client order id"}
        {order.brokerOrderId === null ? "" : ` · broker ${order.brokerOrderId}`}
      </p>
      <div class="mt-3">
        <Timeline events={order.events} />
      </div>
    </div>
  );
}

export function RunOrders(props: { orders: readonly OrderModel[]; advice: string | null }) {
  const fills = props.orders.flatMap((order) => order.fills);
  return (
    <div class="space-y-4">
      <Panel title="Orders">
        {props.advice !== null ? (
          <Empty icon="orders" title="Advice only">
            {props.advice}.
          </Empty>
        ) : props.orders.length === 0 ? (
          <Empty icon="orders" title="No order">
            An order exists only after the rules and, where asked, a person have said yes.
          </Empty>
        ) : (
          <div class="grid gap-6 sm:grid-cols-2 xl:grid-cols-1 2xl:grid-cols-2">
            {props.orders.map((order) => (
              <Leg order={order} />
            ))}
          </div>
        )}
      </Panel>
      {fills.length === 0 ? null : (
        <Panel title="Fills" id="fills" flush>
          <FillTable rows={fills} />
        </Panel>
      )}
    </div>
  );
}
