// One chart: the very picture that the model saw, and the same specification drawn interactively on request. Pure.
import { Icon } from "./icons.tsx";

/** A price that the order has set; drawn into the interactive chart. */
export type ChartLevel = { kind: "entry" | "stop" | "target"; label: string; price: number; text: string };

export type ChartModel = {
  timeframe: "daily" | "weekly";
  symbol: string;
  pictureId: string | null;
  specId: string | null;
  marketDataId: string | null;
};

const content = (id: string) => `/api/artifacts/${id}/content`;

function Interactive(props: { chart: ChartModel }) {
  const name = `Interactive ${props.chart.timeframe} chart of ${props.chart.symbol}`;
  return (
    <dialog
      aria-label={name}
      class="m-auto max-h-[96dvh] max-w-[98vw] overflow-auto rounded-lg bg-white p-3 text-[#111827] backdrop:bg-[#000000]/60"
    >
      <form method="dialog" class="sticky top-0 left-0 flex justify-end">
        <button type="submit" class="button" aria-label="Close the interactive chart">
          <Icon name="cross" /> Close
        </button>
      </form>
      <div data-slot class="min-h-40 min-w-72" />
    </dialog>
  );
}

export function Chart(props: { chart: ChartModel; levels?: readonly ChartLevel[]; eager?: boolean }) {
  const { chart } = props;
  if (chart.pictureId === null) {
    return <p class="text-muted p-4">The {chart.timeframe} chart has not been drawn.</p>;
  }
  const interactive = chart.specId === null ? {} : { "data-chart": content(chart.specId) };
  return (
    <figure
      id={`chart-${chart.timeframe}-${chart.pictureId}`}
      data-keep
      {...interactive}
      data-levels={JSON.stringify(props.levels ?? [])}
    >
      <div class="flex flex-wrap items-center justify-between gap-2 pb-2">
        <figcaption class="text-sm font-semibold">
          <span class="capitalize">{chart.timeframe}</span>
          <span class="text-muted font-normal">, as the model saw it</span>
        </figcaption>
        <div class="flex items-center gap-3">
          {chart.marketDataId === null ? null : (
            <a class="link text-xs" href={`/api/artifacts/${chart.marketDataId}/market-data`}>
              values
            </a>
          )}
          <button type="button" data-open hidden class="button min-h-8 px-2.5 text-sm">
            Interactive
          </button>
        </div>
      </div>
      <a href={content(chart.pictureId)} class="block overflow-hidden rounded-md bg-white">
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
      {chart.specId === null ? null : <Interactive chart={chart} />}
    </figure>
  );
}
