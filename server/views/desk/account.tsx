// The account at a glance: equity, today, what is open, and the curve beside its benchmark. Pure.
import { Empty, Panel, Stat, Time } from "../parts/blocks.tsx";
import { Curve } from "../parts/drawings.tsx";
import { decimal, exchangeDate, percent, plural, signed } from "../parts/format.ts";
import { gainTone } from "../parts/status.tsx";
import type { DashboardModel } from "./model.ts";

export function AccountPanel(props: { model: DashboardModel }) {
  const { summary, curve, change, today, unrealizedPnl, positions } = props.model;
  if (summary === null) {
    return (
      <Panel id="account" title="Account" live="portfolio">
        <Empty icon="portfolio" title="No account figures yet">
          They appear with the first round trip to the broker, within a minute of its session being ready.
        </Empty>
      </Panel>
    );
  }
  const share = (of: { share: string } | null) => (of === null ? "" : percent(of.share, 2));
  return (
    <Panel id="account" title="Account" note={<Time at={summary.at} />} live="portfolio">
      <div class="grid grid-cols-2 gap-4 sm:grid-cols-3">
        <Stat label={`Equity in ${summary.currency}`} value={decimal(summary.netLiquidation)} />
        <Stat
          label="Today"
          value={signed(today?.amount ?? null)}
          tone={gainTone(today?.amount ?? null)}
          note={
            today === null ? "from the second day on" : `${share(today)} since ${exchangeDate(today.since)}`
          }
        />
        <Stat
          label="Unrealised"
          value={signed(unrealizedPnl)}
          tone={gainTone(unrealizedPnl)}
          note={plural(positions.length, "open position")}
        />
        <Stat
          label="Since the first day"
          value={signed(change?.amount ?? null)}
          tone={gainTone(change?.amount ?? null)}
          note={change === null ? "from the second day on" : share(change)}
        />
        <Stat
          label="Cash"
          value={decimal(summary.totalCash)}
          note={`buying power ${decimal(summary.buyingPower, 0)}`}
        />
        <LossesInARow streak={props.model.losingStreak} />
      </div>
      <div class="mt-4">
        {curve.length < 2 ? (
          <p class="text-muted text-sm">The equity curve begins with the second session.</p>
        ) : (
          <>
            <Curve points={curve} currency={summary.currency} benchmark={props.model.benchmark} />
            {props.model.benchmark === null ? (
              <p class="text-muted mt-1 text-xs">
                Nothing to compare with yet: of SPX, or of the desk's symbols, no daily bars are stored for
                the days since {exchangeDate(curve[0]?.at ?? summary.at)}. The next execution that looks at
                them brings them.
              </p>
            ) : null}
          </>
        )}
      </div>
    </Panel>
  );
}

function LossesInARow(props: { streak: DashboardModel["losingStreak"] }) {
  const { streak } = props;
  const label = "Losses in a row";
  if (streak === null) return <Stat label={label} value="–" note="no trade closed yet" />;
  if (streak.trades === 0) return <Stat label={label} value="0" note="the last closed trade lost nothing" />;
  const sums = streak.lost.map(({ currency, amount }) => `${signed(amount)} ${currency}`).join(", ");
  return (
    <Stat
      label={label}
      value={`${streak.trades}${streak.atLeast ? " or more" : ""}`}
      tone="text-bad"
      note={`closed ${streak.trades === 1 ? "trade" : "trades"}, ${sums}`}
    />
  );
}
