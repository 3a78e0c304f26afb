// Trades: every entry of the desk that has filled, with how it ended, what it came to, its fills and the way back.
import {
  type TradeExit,
  TradeExit as TradeExits,
  type TradeOutcome,
  type TradePart,
} from "#store/model/trade.ts";
import type { Frame } from "../layout/frame.ts";
import { Shell } from "../layout/shell.tsx";
import { Empty, PageHead, Pager, Panel, Time } from "../parts/blocks.tsx";
import { FilterChoice, ListFilter } from "../parts/filter.tsx";
import { decimal, price, quantity, signed } from "../parts/format.ts";
import type { IconName } from "../parts/icons.tsx";
import { numberOf, written } from "../parts/kept.tsx";
import { gainTone, Pill, type Tone } from "../parts/status.tsx";

export type TradesModel = {
  rows: readonly TradeOutcome[];
  filter: { symbol: string; strategy: string; exit: TradeExit | "open" | null };
  strategies: readonly { id: string; name: string }[];
  older: string | null;
  newer: string | null;
};

export const END_WORDS: Readonly<Record<TradeExit | "open", string>> = {
  open: "still held",
  stop: "stop",
  target: "target",
  signal: "a later decision",
  hand: "by hand",
  mixed: "in several ways",
};

const END_LOOK: Readonly<Record<TradeExit | "open", readonly [Tone, IconName]>> = {
  open: ["accent", "wait"],
  stop: ["bad", "cross"],
  target: ["good", "check"],
  signal: ["quiet", "arrow"],
  hand: ["warn", "stop"],
  mixed: ["quiet", "skip"],
};

export function EndPill(props: { trade: Pick<TradeOutcome, "closedAt" | "exitBy"> }) {
  const { exitBy, closedAt } = props.trade;
  const end = closedAt === null || exitBy === null ? "open" : exitBy;
  const [tone, icon] = END_LOOK[end];
  const partly = exitBy !== null && closedAt === null ? ", closed in part" : "";
  return <Pill tone={tone} icon={icon} text={`${END_WORDS[end]}${partly}`} />;
}

/** Each fill as a link to its own page, from where everything leads back. */
export function PartLinks(props: { parts: readonly TradePart[] }) {
  return (
    <ul class="space-y-0.5">
      {props.parts.map((part) => (
        <li class="whitespace-nowrap">
          <a class="link" href={`/fills/${encodeURIComponent(part.executionRef)}`}>
            {quantity(part.quantity)} at {price(part.price)}
          </a>
        </li>
      ))}
    </ul>
  );
}

function Filters(props: { model: TradesModel }) {
  const { filter, strategies } = props.model;
  return (
    <ListFilter action="/trades" symbol={filter.symbol}>
      <FilterChoice
        name="strategy"
        label="Strategy"
        every="Every strategy"
        options={strategies.map(({ id, name }) => ({ value: id, text: name }))}
        chosen={filter.strategy}
      />
      <FilterChoice
        name="exit"
        label="Ended by"
        every="Every end"
        options={(["open", ...TradeExits.options] as const).map((end) => ({
          value: end,
          text: END_WORDS[end],
        }))}
        chosen={filter.exit}
      />
    </ListFilter>
  );
}

function TradeRow(props: { trade: TradeOutcome }) {
  const { trade } = props;
  const of = (role: TradePart["role"]) => trade.parts.filter((part) => part.role === role);
  const open = Number(trade.openQuantity) > 0;
  return (
    <tr>
      <td>
        <a class="link font-semibold whitespace-nowrap" href={`/runs/${trade.symbolRunId}#outcome`}>
          {trade.side} {quantity(trade.quantity)} {trade.symbol}
        </a>
        <span class="text-muted block text-xs">
          {trade.strategy} v{trade.strategyVersion}
        </span>
      </td>
      <td>
        <Time at={trade.openedAt} compact />
        <PartLinks parts={of("entry")} />
      </td>
      <td>
        {of("exit").length === 0 ? (
          <span class="text-muted">–</span>
        ) : (
          <>
            <Time at={of("exit").at(-1)?.at ?? trade.openedAt} compact />
            <PartLinks parts={of("exit")} />
          </>
        )}
      </td>
      <td>
        <EndPill trade={trade} />
      </td>
      <td class="number">{price(trade.plannedStop)}</td>
      <td class="number font-semibold">{decimal(trade.r)}</td>
      <td class={`number font-semibold ${gainTone(trade.realizedPnl)}`}>
        {signed(trade.realizedPnl)} {trade.currency}
        {open ? (
          <span class="text-muted block text-xs font-normal">
            {trade.unrealizedPnl === null ? "no mark yet" : `${signed(trade.unrealizedPnl)} unrealised`}
          </span>
        ) : null}
      </td>
      <td class="number">
        {decimal(trade.commissions)}
        {trade.commissionPending ? <span class="text-muted block text-xs">not all known</span> : null}
      </td>
      <td class="whitespace-nowrap">
        <a class="link" href={`/orders/${trade.entryOrderId}`}>
          order
        </a>
        {trade.promptVersionId === null ? null : (
          <>
            {" · "}
            <a class="link" href={`/prompts/${trade.promptVersionId}`}>
              {trade.prompt ?? "prompt"}
            </a>
          </>
        )}
      </td>
    </tr>
  );
}

export function TradesPage(props: { frame: Frame; model: TradesModel }) {
  const { model } = props;
  const filtered = model.filter.symbol !== "" || model.filter.strategy !== "" || model.filter.exit !== null;
  return (
    <Shell title="Trades" frame={props.frame}>
      <PageHead
        title="Trades"
        lead="What each filled decision came to, computed from its fills, after commissions. R is measured against the stop that was planned."
      >
        <Filters model={model} />
      </PageHead>
      <Panel id="trades" flush live="any">
        {model.rows.length === 0 ? (
          <Empty icon="portfolio" title={filtered ? "No trade like that" : "No trades yet"}>
            {filtered ? (
              <a class="link" href="/trades">
                Show all trades
              </a>
            ) : (
              <>
                A trade begins with the first fill of an order that you or the rules have countersigned.{" "}
                <a class="link" href="/orders">
                  See the orders
                </a>
                .
              </>
            )}
          </Empty>
        ) : (
          <table class="grid-table">
            <thead>
              <tr>
                <th scope="col">Trade</th>
                <th scope="col">Entry fills</th>
                <th scope="col">Exit fills</th>
                <th scope="col">Ended by</th>
                <th scope="col" class="number">
                  Planned stop
                </th>
                <th scope="col" class="number">
                  R
                </th>
                <th scope="col" class="number">
                  Realised
                </th>
                <th scope="col" class="number">
                  Commissions
                </th>
                <th scope="col">From</th>
              </tr>
            </thead>
            <tbody>
              {model.rows.map((trade) =>
                written(TradeRow, numberOf(trade), () => <TradeRow trade={trade} />),
              )}
            </tbody>
          </table>
        )}
      </Panel>
      <Pager newer={model.newer} older={model.older} />
    </Shell>
  );
}
