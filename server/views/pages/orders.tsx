// Orders: the list with filters, and one order with its life, its fills and its protection.
import type { OrderStatus } from "#store/model/order.ts";
import { OrderStatus as OrderStatuses, TERMINAL_ORDER_STATUSES } from "#store/model/order.ts";
import type { Frame } from "../layout/frame.ts";
import { Shell } from "../layout/shell.tsx";
import { Empty, Facts, live, PageHead, Pager, Panel, Time } from "../parts/blocks.tsx";
import { FilterChoice, ListFilter } from "../parts/filter.tsx";
import { ActionForm } from "../parts/form.tsx";
import { money, price, quantity, words } from "../parts/format.ts";
import { OrderState, Pill } from "../parts/status.tsx";
import { type BlockModel, SymbolBlockItem } from "../parts/symbol-block.tsx";
import { FillTable, type OrderLine, OrderTable } from "../parts/tables.tsx";
import type { OrderModel } from "../run/model.ts";
import { Timeline } from "../run/orders.tsx";

export type OrdersModel = {
  rows: readonly OrderLine[];
  status: OrderStatus | null;
  symbol: string;
  older: string | null;
  newer: string | null;
  /** Symbols in which the desk and the broker disagree, newest first. */
  blocks: readonly BlockModel[];
};

export function OrdersPage(props: { frame: Frame; model: OrdersModel }) {
  const { model } = props;
  return (
    <Shell title="Orders" frame={props.frame}>
      <PageHead title="Orders" lead="Accepted is not filled: each order shows what the broker last said.">
        <ListFilter action="/orders" symbol={model.symbol}>
          <FilterChoice
            name="status"
            label="State"
            every="Every state"
            options={OrderStatuses.options.map((status) => ({
              value: status,
              text: words(status.toLowerCase()),
            }))}
            chosen={model.status}
          />
        </ListFilter>
      </PageHead>
      {model.blocks.length === 0 ? null : (
        <div class="mb-4">
          <Panel id="blocks" title="Blocked: the desk and the broker disagree" live="any">
            <p class="prose-text text-muted mb-1">
              Nothing new is sent in these symbols until you have settled what each side says. Settling sends
              and cancels nothing at the broker.
            </p>
            <ul class="divide-line divide-y">
              {model.blocks.map((block) => (
                <SymbolBlockItem
                  block={block}
                  action={`/orders/blocks/${block.id}`}
                  token={props.frame.formToken}
                />
              ))}
            </ul>
          </Panel>
        </div>
      )}
      <Panel id="orders" flush live="any">
        {model.rows.length === 0 ? (
          <Empty icon="orders" title="No orders">
            An order appears once the rules and, where asked, you have countersigned a decision.{" "}
            <a class="link" href="/approvals">
              See what waits
            </a>
            .
          </Empty>
        ) : (
          <OrderTable rows={model.rows} />
        )}
      </Panel>
      <Pager newer={model.newer} older={model.older} />
    </Shell>
  );
}

export type OrderPageModel = OrderModel & {
  currency: string;
  conid: number;
  gatewaySession: string;
  approvalId: string | null;
  parentOrderId: string | null;
  children: readonly OrderLine[];
};

function isOpen(status: OrderStatus): boolean {
  return !(TERMINAL_ORDER_STATUSES as readonly OrderStatus[]).includes(status);
}

export function OrderPage(props: { frame: Frame; order: OrderPageModel }) {
  const { order } = props;
  const cancellable =
    isOpen(order.status) && order.brokerOrderId !== null && order.status !== "PENDING_CANCEL";
  return (
    <Shell title={`${order.side} ${order.symbol}`} frame={props.frame}>
      <PageHead
        title={`${order.side} ${quantity(order.quantity)} ${order.symbol}`}
        back={{ href: "/orders", text: "Orders" }}
        lead={
          order.symbolRunId === null ? (
            "This order was not sent by the desk."
          ) : (
            <>
              {words(order.leg)} order, out of{" "}
              <a class="link" href={`/runs/${order.symbolRunId}`}>
                this run
              </a>
              {order.approvalId === null ? null : (
                <>
                  , countersigned by{" "}
                  <a class="link" href={`/approvals/${order.approvalId}`}>
                    this approval
                  </a>
                </>
              )}
              .
            </>
          )
        }
      >
        <span id="order-state" {...live("any")}>
          <OrderState status={order.status} large />
        </span>
        {order.external ? <Pill tone="quiet" text="external" /> : null}
        {cancellable ? (
          <ActionForm action={`/orders/${order.id}/cancel`} token={props.frame.formToken}>
            <button
              type="submit"
              class="button button-bad"
              data-confirm={`Ask the broker to cancel this ${order.leg} order?`}
            >
              Cancel order
            </button>
          </ActionForm>
        ) : null}
      </PageHead>
      <div class="grid items-start gap-4 lg:grid-cols-3">
        <div class="min-w-0 space-y-4 lg:col-span-2" id="order-facts" {...live("any")}>
          <Panel>
            {order.reason === null ? null : (
              <p class="text-bad prose-text mb-3 font-medium">{order.reason}</p>
            )}
            <Facts
              columns={3}
              rows={[
                ["Type", `${words(order.type.toLowerCase())}, ${order.timeInForce}`],
                ["Limit", price(order.limitPrice)],
                ["Stop", price(order.stopPrice)],
                ["Filled", `${quantity(order.filledQuantity)} of ${quantity(order.quantity)}`],
                ["Average fill", money(order.averageFillPrice, order.currency)],
                ["Account", `${order.accountId}, session ${order.gatewaySession}`],
                ["Client order id", <span class="font-mono text-xs">{order.clientOrderId ?? "none"}</span>],
                [
                  "Broker order id",
                  <span class="font-mono text-xs">{order.brokerOrderId ?? "not yet"}</span>,
                ],
                ["Contract", String(order.conid)],
                ...(order.parentOrderId === null
                  ? []
                  : ([
                      [
                        "Protects",
                        <a class="link" href={`/orders/${order.parentOrderId}`}>
                          its entry order
                        </a>,
                      ],
                    ] as const)),
              ]}
            />
          </Panel>
          <Panel title="Fills" flush>
            {order.fills.length === 0 ? (
              <Empty icon="orders" title="Nothing filled yet">
                Each partial fill appears as a line of its own.
              </Empty>
            ) : (
              <FillTable rows={order.fills} />
            )}
          </Panel>
          {order.children.length === 0 ? null : (
            <Panel title="Protection: stop and target" flush>
              <OrderTable rows={order.children} />
            </Panel>
          )}
        </div>
        <Panel title="Life of this order" id="order-life" live="any">
          {order.events.length === 0 ? (
            <p class="text-muted">
              Written down, not sent. Made <Time at={order.createdAt} />
            </p>
          ) : (
            <Timeline events={order.events} />
          )}
        </Panel>
      </div>
    </Shell>
  );
}
