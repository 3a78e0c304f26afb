// The state of trading with the kill switch beside it, and the broker with its market's clock. Pure.
import type { Frame } from "../layout/frame.ts";
import { Panel, Time } from "../parts/blocks.tsx";
import { ActionForm, type FormToken } from "../parts/form.tsx";
import { exchangeTime, utcTime } from "../parts/format.ts";
import { Icon } from "../parts/icons.tsx";
import { HealthPill, Pill, TradingPill } from "../parts/status.tsx";
import type { DashboardModel } from "./model.ts";

export function TradingPanel(props: { model: DashboardModel; token: FormToken }) {
  const { trading } = props.model;
  const active = trading.state === "ACTIVE";
  return (
    <Panel id="trading" title="Trading" actions={<TradingPill state={trading.state} />} live="trading_state">
      <p class="text-muted text-sm">
        {trading.who === null ? (
          "Orders that pass the rules and have their countersign leave the desk."
        ) : (
          <>
            <span class="prose-text text-ink">{trading.reason}</span>
            <br />
            {trading.who}
            {trading.at === null ? null : (
              <>
                , <Time at={trading.at} />
              </>
            )}
          </>
        )}
      </p>
      <ActionForm action="/trading-state" token={props.token} class="mt-3 flex flex-wrap gap-2">
        <label class="sr-only" for="trading-reason">
          Reason
        </label>
        <input
          id="trading-reason"
          name="reason"
          class="field min-w-0 flex-1 basis-32"
          maxlength={500}
          placeholder="Reason"
          value={active ? "by hand" : ""}
          required
        />
        <button
          type="submit"
          name="state"
          value={active ? "HALTED" : "ACTIVE"}
          class={`button ${active ? "button-bad" : "button-good"}`}
        >
          <Icon name={active ? "stop" : "check"} /> {active ? "Halt" : "Resume"}
        </button>
        {active ? (
          <button type="submit" name="state" value="REDUCING" class="button">
            Only reduce
          </button>
        ) : null}
      </ActionForm>
      <p class="mt-2.5 flex flex-wrap gap-x-4 gap-y-1 text-sm">
        <a class="link" href="/halt?act=cancel">
          Halt and cancel entries …
        </a>
        <a class="link" href="/halt?act=flatten">
          Halt and close positions …
        </a>
      </p>
    </Panel>
  );
}

function age(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 90) return `${seconds} s ago`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min ago` : `${Math.round(minutes / 60)} h ago`;
}

/** Twice the time between two tickles: a proof that is older says little about now. */
const OLD_PROOF_MS = 120_000;

function Proof(props: { model: DashboardModel }) {
  const { broker, provenAgoMs } = props.model;
  if (broker.provenAt === null || provenAgoMs === null)
    return <p class="text-warn text-sm">never proven by a round trip</p>;
  return (
    <p class={`text-xs ${provenAgoMs > OLD_PROOF_MS ? "text-warn font-medium" : "text-muted"}`}>
      proven {age(provenAgoMs)}, <Time at={broker.provenAt} compact />
    </p>
  );
}

export function MarketPanel(props: { model: DashboardModel; frame: Frame }) {
  const { broker, simulator, market } = props.model;
  const { marketNow } = props.frame;
  const atEnd = marketNow !== null && simulator?.end != null && marketNow >= simulator.end;
  return (
    <Panel
      id="market"
      title={simulator === null ? "Broker and market" : "Gateway simulator"}
      actions={<HealthPill state={broker.state} />}
      live="any"
    >
      <div class="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
        <p class="text-lg leading-tight font-semibold tabular-nums">
          {marketNow === null ? "no market time" : exchangeTime(marketNow)}
        </p>
        {market === null ? null : (
          <Pill
            tone={market.open ? "good" : "quiet"}
            icon={market.open ? "check" : "clock"}
            text={market.open ? "market open" : "market closed"}
          />
        )}
      </div>
      {marketNow === null ? null : (
        <p class="text-muted text-xs tabular-nums">
          <time datetime={marketNow} data-time>
            {utcTime(marketNow)}
            <span data-local class="before:mx-1 before:content-['·'] empty:hidden"></span>
          </time>
        </p>
      )}
      {market === null ? null : (
        <p class="mt-2 text-sm">
          {market.open ? "Closes" : `Session ${market.session} opens`} <Time at={market.changesAt} />
        </p>
      )}
      <p class="text-muted prose-text mt-2 text-sm">{broker.detail}</p>
      {broker.todo == null ? null : <p class="prose-text mt-1 text-sm font-medium">{broker.todo}</p>}
      <Proof model={props.model} />
      {simulator === null ? null : (
        <ActionForm
          action="/market/next"
          token={props.frame.formToken}
          once={props.frame.once}
          class="mt-3 flex flex-wrap gap-2"
        >
          <button type="submit" name="sessions" value="1" class="button" disabled={atEnd}>
            <Icon name="next" /> Next session
          </button>
          <button type="submit" name="sessions" value="5" class="button" disabled={atEnd}>
            5 sessions
          </button>
          {atEnd ? <p class="text-warn w-full text-sm">The data end here.</p> : null}
        </ActionForm>
      )}
    </Panel>
  );
}
