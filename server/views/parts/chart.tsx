// One chart of a run: the trade over its bars, the very picture that the model saw, and the interactive one on request.
// All three without scripts but the last. Pure.
import { TradeChart } from "../trade/chart.tsx";
import type { TradePicture } from "../trade/model.ts";
import { Icon } from "./icons.tsx";

export type ChartModel = {
  runId: string;
  timeframe: "daily" | "weekly";
  symbol: string;
  pictureId: string | null;
  specId: string | null;
  marketDataId: string | null;
};

const content = (id: string) => `/api/artifacts/${id}/content`;

function Interactive(props: { chart: ChartModel }) {
  const { runId, symbol, timeframe } = props.chart;
  return (
    <div
      id={`interactive-${timeframe}-${runId}`}
      data-keep
      data-chart={`/api/symbol-runs/${runId}/charts/${timeframe}`}
    >
      <button type="button" data-open hidden class="button min-h-8 px-2.5 text-sm">
        Interactive
      </button>
      <dialog
        aria-label={`Interactive ${timeframe} chart of ${symbol}`}
        class="m-auto max-h-[96dvh] max-w-[98vw] overflow-auto rounded-lg bg-white p-3 text-[#111827] backdrop:bg-[#000000]/60"
      >
        <form method="dialog" class="sticky top-0 left-0 flex justify-end">
          <button type="submit" class="button" aria-label="Close the interactive chart">
            <Icon name="cross" /> Close
          </button>
        </form>
        <div data-slot class="min-h-40 min-w-72" />
      </dialog>
    </div>
  );
}

/** The bytes that went to the model, with nothing drawn in. */
function Seen(props: { chart: ChartModel; eager: boolean }) {
  const { chart } = props;
  if (chart.pictureId === null) return null;
  return (
    <a href={`/artifacts/${chart.pictureId}`} class="block overflow-hidden rounded-md bg-white">
      <img
        src={content(chart.pictureId)}
        alt={`${chart.symbol}, ${chart.timeframe} chart with the indicators that the agents were given`}
        width={1024}
        height={768}
        loading={props.eager ? "eager" : "lazy"}
        decoding="async"
        class="h-auto w-full"
      />
    </a>
  );
}

function Choice(props: { chart: ChartModel; value: "trade" | "seen"; text: string; first: boolean }) {
  const { runId, timeframe } = props.chart;
  return (
    <label class="text-muted has-checked:bg-accent-soft has-checked:text-accent has-focus-visible:outline-accent cursor-pointer rounded-md px-2.5 py-1 text-sm font-medium has-focus-visible:outline-2">
      <input
        id={`view-${props.value}-${timeframe}-${runId}`}
        data-keep
        type="radio"
        name={`view-${timeframe}-${runId}`}
        value={props.value}
        checked={props.first ? true : undefined}
        class="sr-only"
      />
      {props.text}
    </label>
  );
}

/** The trade is shown first where there is one; else what the model saw. */
export function Chart(props: { chart: ChartModel; picture: TradePicture | undefined; eager?: boolean }) {
  const { chart, picture } = props;
  const drawable = picture !== undefined && picture.seen.length > 0;
  const tradeFirst = drawable && picture.levels.length > 0;
  if (chart.pictureId === null && !drawable) {
    return <p class="text-muted p-4">The {chart.timeframe} chart has not been drawn.</p>;
  }
  const both = chart.pictureId !== null && drawable;
  return (
    <figure class="group/figure" id={`chart-${chart.timeframe}`}>
      <div class="flex flex-wrap items-center justify-between gap-x-3 gap-y-2 pb-2">
        <figcaption class="text-sm font-semibold capitalize">{chart.timeframe}</figcaption>
        {both ? (
          <fieldset class="flex gap-1">
            <legend class="sr-only">What the {chart.timeframe} chart shows</legend>
            <Choice chart={chart} value="trade" text={tradeFirst ? "The trade" : "Bars"} first={tradeFirst} />
            <Choice chart={chart} value="seen" text="As the model saw it" first={!tradeFirst} />
          </fieldset>
        ) : null}
        <div class="flex items-center gap-3">
          {chart.marketDataId === null ? null : (
            <a class="link text-xs" href={`/artifacts/${chart.marketDataId}`}>
              values
            </a>
          )}
          {chart.specId === null ? null : <Interactive chart={chart} />}
        </div>
      </div>
      {drawable ? (
        <div class={both ? "hidden group-has-[input[value=trade]:checked]/figure:block" : ""}>
          <TradeChart picture={picture} />
        </div>
      ) : null}
      <div class={both ? "hidden group-has-[input[value=seen]:checked]/figure:block" : ""}>
        <Seen chart={chart} eager={props.eager === true && !tradeFirst} />
      </div>
      {drawable || picture?.notice == null ? null : <p class="text-muted mt-1 text-xs">{picture.notice}</p>}
    </figure>
  );
}
