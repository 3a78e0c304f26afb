// `countersign positions`: what the account holds, as the broker last stated it.
import type { z } from "zod";
import { Portfolio } from "../../http/api/trading/schemas.ts";
import type { Invocation } from "../program.ts";
import { type CommonOptions, withDesk } from "../session.ts";
import { table } from "../terminal.ts";

export async function positionsCommand(invocation: Invocation, options: CommonOptions): Promise<void> {
  await withDesk(invocation, options, async ({ api, terminal }) => {
    const portfolio = await api.get("/api/portfolio", Portfolio);
    if (terminal.json) {
      terminal.object(portfolio);
      return;
    }
    const { summary, positions } = portfolio;
    if (positions.length === 0) terminal.line("No position.");
    else {
      const head = ["symbol", "quantity", "average cost", "price", "value", "unrealised", "realised"];
      terminal.line(table(head, positions.map(row)));
    }
    if (summary !== null) {
      terminal.line(
        `\naccount ${portfolio.accountId}: net ${summary.netLiquidation} ${summary.currency}, cash ${summary.totalCash}, buying power ${summary.buyingPower} (as of ${summary.at})`,
      );
    }
  });
}

function row(position: z.infer<typeof Portfolio>["positions"][number]): string[] {
  const { symbol, quantity, averageCost, marketPrice, marketValue, unrealizedPnl, realizedPnl } = position;
  return [
    symbol,
    quantity,
    averageCost,
    marketPrice ?? "–",
    marketValue ?? "–",
    unrealizedPnl ?? "–",
    realizedPnl ?? "–",
  ];
}
