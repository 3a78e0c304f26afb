// One chart: the very picture that the model saw, and the same specification drawn interactively on request. Pure.
export type ChartModel = {
  timeframe: "daily" | "weekly";
  symbol: string;
  pictureId: string | null;
  specId: string | null;
  marketDataId: string | null;
};

export function Chart(props: { chart: ChartModel; eager?: boolean }) {
  const { chart } = props;
  const content = (id: string) => `/api/artifacts/${id}/content`;
  const id = `chart-${chart.timeframe}-${chart.pictureId ?? "none"}`;
  if (chart.pictureId === null) {
    return <p class="text-muted p-4">The {chart.timeframe} chart has not been drawn.</p>;
  }
  return (
    <figure id={id} data-keep {...(chart.specId === null ? {} : { "data-chart": content(chart.specId) })}>
      <div class="flex flex-wrap items-center justify-between gap-2 pb-2">
        <figcaption class="text-sm font-semibold capitalize">{chart.timeframe}</figcaption>
        <div class="flex items-center gap-3">
          {chart.marketDataId === null ? null : (
            <a class="link text-xs" href={`/api/artifacts/${chart.marketDataId}/market-data`}>
              values
            </a>
          )}
          <div data-switch hidden class="border-edge flex overflow-hidden rounded-md border text-xs">
            <button type="button" data-show="picture" aria-pressed="true" class="segment">
              As the model saw it
            </button>
            <button type="button" data-show="interactive" aria-pressed="false" class="segment">
              Interactive
            </button>
          </div>
        </div>
      </div>
      <a data-picture href={content(chart.pictureId)} class="block overflow-hidden rounded-md bg-white">
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
      <div data-interactive hidden class="overflow-x-auto rounded-md bg-white p-2 text-center text-sm" />
    </figure>
  );
}
