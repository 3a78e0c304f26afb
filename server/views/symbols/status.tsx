// The state of one symbol in words: enabled, blocked, held, ordered, last run.
import { Time } from "../parts/blocks.tsx";
import { plural, quantity, signed } from "../parts/format.ts";
import { gainTone, Pill, RunStatus, SignalPill, VerdictPill } from "../parts/status.tsx";
import type { SymbolLine } from "./model.ts";

export function SymbolState(props: { row: Pick<SymbolLine, "enabled" | "blocks"> }) {
  return (
    <span class="flex flex-wrap gap-1">
      {props.row.enabled ? (
        <Pill tone="good" icon="check" text="enabled" />
      ) : (
        <Pill tone="quiet" icon="skip" text="off" />
      )}
      {props.row.blocks.length === 0 ? null : <Pill tone="bad" icon="stop" text="blocked" />}
    </span>
  );
}

export function Holding(props: { row: SymbolLine }) {
  const { position, orders } = props.row;
  if (position === null && orders.working === 0) return <span class="text-muted">none</span>;
  return (
    <span class="flex flex-wrap gap-x-3">
      {position === null ? null : (
        <span class="whitespace-nowrap">
          <span class="font-medium">{quantity(position.quantity)}</span>
          {position.unrealizedPnl === null ? null : (
            <span class={`ml-1.5 text-xs ${gainTone(position.unrealizedPnl)}`}>
              {signed(position.unrealizedPnl, 0)} {position.currency}
            </span>
          )}
        </span>
      )}
      {orders.working === 0 ? null : (
        <a class="link text-xs whitespace-nowrap" href={`/orders?symbol=${props.row.symbol}`}>
          {plural(orders.working, "working order")}
        </a>
      )}
      {orders.unknown === 0 ? null : (
        <Pill tone="bad" icon="warn" text={`${orders.unknown} of unknown outcome`} />
      )}
    </span>
  );
}

export function LastRun(props: { run: SymbolLine["lastRun"] }) {
  const { run } = props;
  if (run === null) return <span class="text-muted">never</span>;
  return (
    <a href={`/runs/${run.id}`} class="flex flex-wrap items-center gap-1.5">
      <RunStatus status={run.status} />
      {run.signal === null ? null : <SignalPill signal={run.signal} />}
      {run.verdict === null || run.signal === "HOLD" ? null : <VerdictPill verdict={run.verdict} />}
      <span class="text-muted text-xs">
        <Time at={run.at} compact />
      </span>
    </a>
  );
}

export function TradedBy(props: { strategies: SymbolLine["strategies"] }) {
  if (props.strategies.length === 0) return <span class="text-muted">no strategy</span>;
  return (
    <span class="flex flex-wrap gap-x-2">
      {props.strategies.map((strategy) => (
        <a class="link wrap-anywhere" href={`/strategies/${strategy.id}`}>
          {strategy.name}
          {strategy.active ? "" : " (off)"}
        </a>
      ))}
    </span>
  );
}
