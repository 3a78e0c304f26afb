// `countersign orders`: orders of the desk and those found at the broker, newest first.
import { z } from "zod";
import { Order } from "../../http/api/trading/schemas.ts";
import type { Invocation } from "../program.ts";
import { type CommonOptions, wholeNumber, withDesk } from "../session.ts";
import { table } from "../terminal.ts";

const Page = z.object({ rows: z.array(Order), next: z.string().nullable() });

export async function ordersCommand(
  invocation: Invocation,
  options: CommonOptions & { limit: string },
): Promise<void> {
  const limit = wholeNumber("--limit", options.limit);
  await withDesk(invocation, options, async ({ api, terminal }) => {
    const { rows } = await api.get(`/api/orders?limit=${limit}`, Page);
    if (terminal.json) terminal.object({ orders: rows });
    else if (rows.length === 0)
      terminal.line("No order yet. An approved proposal becomes one: countersign run.");
    else
      terminal.line(
        table(
          ["symbol", "leg", "side", "quantity", "type", "price", "status", "filled", "client order id"],
          rows.map(row),
        ),
      );
  });
}

function row(order: z.infer<typeof Order>): string[] {
  return [
    order.symbol,
    order.external ? "external" : order.leg,
    order.side,
    order.quantity,
    order.type,
    order.limitPrice ?? order.stopPrice ?? "market",
    order.status,
    order.averageFillPrice === null
      ? order.filledQuantity
      : `${order.filledQuantity} at ${order.averageFillPrice}`,
    order.clientOrderId ?? "–",
  ];
}
