// The desk's list of symbols, each with its state; adding one after the broker has said what it is.
import type { Frame } from "../layout/frame.ts";
import { Shell } from "../layout/shell.tsx";
import { Empty, PageHead, Pager, Panel } from "../parts/blocks.tsx";
import { ActionForm } from "../parts/form.tsx";
import { exchangeDate } from "../parts/format.ts";
import { type Column, RowList } from "../parts/rows.tsx";
import { AddSymbol } from "../symbols/look-up.tsx";
import type { SymbolLine, SymbolsModel } from "../symbols/model.ts";
import { Holding, LastRun, SymbolState, TradedBy } from "../symbols/status.tsx";

function Name(props: { row: SymbolLine }) {
  const { row } = props;
  return (
    <>
      <a class="link text-base font-semibold" href={`/symbols/${row.id}`}>
        {row.symbol}
      </a>
      <span class="text-muted block text-xs wrap-anywhere">
        {row.instrument === null
          ? "looked up at the first run"
          : `${row.instrument.name} · ${row.instrument.exchange}, ${row.instrument.currency}`}
        {row.instrument?.indexReplay ? " · index level replayed as paper" : ""}
      </span>
      {row.note === null ? null : <span class="block text-xs wrap-anywhere italic">{row.note}</span>}
    </>
  );
}

const TURN = "turn-symbols";

const COLUMNS: readonly Column<SymbolLine>[] = [
  { title: "Symbol", plain: true, cell: (row) => <Name row={row} /> },
  {
    title: "State",
    cell: (row) => (
      <>
        <SymbolState row={row} />
        {row.blocks.map((block) => (
          <span class="text-bad mt-1 block text-xs wrap-anywhere">{block.reason}</span>
        ))}
      </>
    ),
  },
  { title: "Position, orders", cell: (row) => <Holding row={row} /> },
  { title: "Last run", cell: (row) => <LastRun run={row.lastRun} /> },
  {
    title: "Newest bar",
    cell: (row) =>
      row.newestBar === null ? (
        <span class="text-muted">none</span>
      ) : (
        <span
          class="text-sm whitespace-nowrap"
          title={`given by the broker as of ${exchangeDate(row.newestBar.asOf)}`}
        >
          {row.newestBar.date}
        </span>
      ),
  },
  { title: "Traded by", cell: (row) => <TradedBy strategies={row.strategies} /> },
  { title: "Priority", class: "lg:text-right", cell: (row) => row.priority },
  {
    title: "",
    class: "lg:text-right",
    // One form for all rows has the reader's token: the rows stay the same for whoever reads them.
    cell: (row) => (
      <button
        type="submit"
        form={TURN}
        formaction={`/symbols/${row.id}/enabled`}
        name="enabled"
        value={row.enabled ? "false" : "true"}
        class="link min-h-8"
        aria-label={`${row.enabled ? "Turn off" : "Enable"} ${row.symbol}`}
      >
        {row.enabled ? "Turn off" : "Enable"}
      </button>
    ),
  },
];

const TEMPLATE =
  "[--columns:minmax(0,2fr)_minmax(0,1.1fr)_minmax(0,1.1fr)_minmax(8.5rem,1.7fr)_6rem_minmax(0,1fr)_3.5rem_4.5rem]";

function Filter(props: { filter: string }) {
  return (
    <form method="get" action="/symbols" class="flex items-center gap-2">
      <label for="q" class="sr-only">
        Find a symbol
      </label>
      <input id="q" name="q" class="field w-36" value={props.filter} placeholder="Find a symbol" />
      <button type="submit" class="button">
        Find
      </button>
    </form>
  );
}

export function SymbolsPage(props: { frame: Frame; model: SymbolsModel }) {
  const { model, frame } = props;
  return (
    <Shell title="Symbols" frame={frame}>
      <PageHead
        title="Symbols"
        lead="Which strategy trades a symbol is set in the strategy. One that is turned off here is left out by all of them."
      >
        {model.total > 10 || model.filter !== "" ? <Filter filter={model.filter} /> : null}
      </PageHead>
      <ActionForm action="/symbols" token={frame.formToken} id={TURN} />
      <div class="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_20rem]">
        <div class="order-2 min-w-0 xl:order-1">
          <Panel id="symbols" flush live="any">
            {model.rows.length > 0 ? (
              <RowList label="Symbols" template={TEMPLATE} columns={COLUMNS} rows={model.rows} />
            ) : model.filter === "" ? (
              <Empty icon="symbols" title="No symbols yet">
                Add one that your broker knows, such as AAPL.
              </Empty>
            ) : (
              <Empty icon="symbols" title={`No symbol begins with ${model.filter}`}>
                <a class="link" href="/symbols">
                  Show all {model.total}
                </a>
              </Empty>
            )}
          </Panel>
          <Pager newer={model.newer} older={model.older} />
        </div>
        <div class="order-1 xl:order-2">
          <AddSymbol frame={frame} model={model} />
        </div>
      </div>
    </Shell>
  );
}
