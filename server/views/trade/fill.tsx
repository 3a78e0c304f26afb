// One fill: what the broker executed, the trade it belongs to, and the whole chain back to the bars.
import type { Fill } from "#store/model/order.ts";
import type { TradeOutcome } from "#store/model/trade.ts";
import type { Frame } from "../layout/frame.ts";
import { Shell } from "../layout/shell.tsx";
import { Facts, live, PageHead, Panel, Time } from "../parts/blocks.tsx";
import { decimal, money, price, quantity, signed } from "../parts/format.ts";
import { gainTone } from "../parts/status.tsx";
import { Lineage, type LineageOf } from "../run/lineage.tsx";
import { EndPill, PartLinks } from "./page.tsx";

export type FillModel = {
  fill: Fill;
  /** Null for a fill that no decision of the desk stands behind. */
  lineage: LineageOf | null;
  trades: readonly TradeOutcome[];
};

export function FillPage(props: { frame: Frame; model: FillModel }) {
  const { fill, lineage, trades } = props.model;
  const title = `${fill.side} ${quantity(fill.quantity)} ${fill.symbol} at ${price(fill.price)}`;
  return (
    <Shell title={title} frame={props.frame}>
      <PageHead
        title={title}
        back={{ href: "/trades", text: "Trades" }}
        lead={
          <>
            Filled <Time at={fill.at} />.{" "}
            {lineage === null ? (
              "No decision of the desk stands behind it: it was traded elsewhere, or its order was never matched."
            ) : (
              <a class="link" href={`/runs/${lineage.runId}`}>
                Everything that led to it
              </a>
            )}
          </>
        }
      />
      <div class="space-y-4">
        {lineage === null ? null : (
          <Panel title="From the bars to this fill">
            <Lineage of={lineage} here="Fill" />
          </Panel>
        )}
        <Panel title="As the broker reported it">
          <Facts
            columns={4}
            rows={[
              ["Execution", <span class="font-mono text-xs">{fill.executionRef}</span>],
              [
                "Order",
                fill.orderId === null ? (
                  "none of the desk's book"
                ) : (
                  <a class="link" href={`/orders/${fill.orderId}`}>
                    its order
                  </a>
                ),
              ],
              ["Account", fill.accountId],
              [
                "Commission",
                fill.commission === null ? "not yet known" : money(fill.commission, fill.currency),
              ],
            ]}
          />
        </Panel>
        <div id="fill-trades" class="space-y-4" {...live("any")}>
          {trades.map((trade) => (
            <Panel title="The trade it belongs to" actions={<EndPill trade={trade} />}>
              <Facts
                columns={4}
                rows={[
                  [
                    "Trade",
                    <a class="link" href={`/runs/${trade.symbolRunId}#outcome`}>
                      {trade.side} {quantity(trade.quantity)} {trade.symbol}
                    </a>,
                  ],
                  ["Entry", <PartLinks parts={trade.parts.filter((part) => part.role === "entry")} />],
                  [
                    "Exit",
                    trade.exitPrice === null ? (
                      "still held"
                    ) : (
                      <PartLinks parts={trade.parts.filter((part) => part.role === "exit")} />
                    ),
                  ],
                  ["R", decimal(trade.r)],
                  [
                    "Realised, after commissions",
                    <span class={gainTone(trade.realizedPnl)}>
                      {signed(trade.realizedPnl)} {trade.currency}
                    </span>,
                  ],
                  ["Strategy", `${trade.strategy}, version ${trade.strategyVersion}`],
                ]}
              />
            </Panel>
          ))}
        </div>
      </div>
    </Shell>
  );
}
