// Strategies: what each trades, with which workflow, when it runs next, what it did last and what came of it.
import type { WorkflowTemplate } from "#store/model/workflow/templates.ts";
import { APPROVAL_WORDS } from "#store/model/workflow/words.ts";
import type { Frame } from "../layout/frame.ts";
import { Shell } from "../layout/shell.tsx";
import { Empty, PageHead, Panel, Time } from "../parts/blocks.tsx";
import { ActionForm } from "../parts/form.tsx";
import { plural, signed } from "../parts/format.ts";
import { Icon } from "../parts/icons.tsx";
import { type Column, RowList } from "../parts/rows.tsx";
import { ExecutionState, gainTone, Pill } from "../parts/status.tsx";
import { TemplateCards } from "../parts/template-cards.tsx";
import type { StrategyLine } from "../strategies/model.ts";

const SHOWN = 8;

function Name(props: { row: StrategyLine }) {
  const { row } = props;
  const more = row.symbols.length - SHOWN;
  return (
    <>
      <span class="flex flex-wrap items-center gap-2">
        <a class="link text-base font-semibold wrap-anywhere" href={`/strategies/${row.id}`}>
          {row.name}
        </a>
        {row.active ? (
          <Pill tone="good" icon="check" text="active" />
        ) : (
          <Pill tone="quiet" icon="skip" text="off" />
        )}
      </span>
      <span class="text-muted block text-xs">
        {row.symbols.slice(0, SHOWN).join(", ")}
        {more > 0 ? ` and ${more} more` : ""}
      </span>
    </>
  );
}

function Next(props: { row: StrategyLine }) {
  const { schedule, active } = props.row;
  if (schedule === null || schedule.words === null) return <span class="text-muted">by hand</span>;
  const next = schedule.next.find((one) => one.closed === null)?.at;
  return (
    <span class="text-sm">
      {schedule.words}
      <span class="text-muted block text-xs">
        {active && next !== undefined ? (
          <>
            next <Time at={next} compact />
          </>
        ) : active ? (
          ""
        ) : (
          "not while it is off"
        )}
      </span>
    </span>
  );
}

function Results(props: { row: StrategyLine }) {
  const { results } = props.row;
  if (results === null) return <span class="text-muted">being added up</span>;
  if (results.length === 0) return <span class="text-muted">no trade yet</span>;
  return (
    <>
      {results.map((line) => (
        <span class="block text-sm">
          <span class={`font-medium ${gainTone(line.realizedPnl)}`}>
            {signed(line.realizedPnl)} {line.currency}
          </span>
          <span class="text-muted block text-xs">
            {plural(line.trades, "trade")}, open {signed(line.unrealizedPnl)}
          </span>
        </span>
      ))}
    </>
  );
}

const COLUMNS: readonly Column<StrategyLine>[] = [
  { title: "Strategy", plain: true, cell: (row) => <Name row={row} /> },
  {
    title: "Workflow",
    cell: (row) => (
      <a class="link text-sm wrap-anywhere" href={`/workflows/${row.workflow.id}`}>
        {row.workflow.name}, version {row.workflow.version}
      </a>
    ),
  },
  { title: "Approval", cell: (row) => <span class="text-sm">{APPROVAL_WORDS[row.approval]}</span> },
  { title: "Schedule", cell: (row) => <Next row={row} /> },
  {
    title: "Last execution",
    cell: (row) =>
      row.last === null ? (
        <span class="text-muted">never</span>
      ) : (
        <a href={`/executions/${row.last.id}`} class="flex flex-wrap items-center gap-1.5">
          <ExecutionState status={row.last.status} />
          <span class="text-muted text-xs">
            <Time at={row.last.createdAt} compact />
          </span>
        </a>
      ),
  },
  { title: "Realised P&L", cell: (row) => <Results row={row} /> },
];

/** The forms of a row carry their reader's token. */
const acts = (token: string): Column<StrategyLine> => ({
  title: "",
  class: "lg:text-right",
  cell: (row) => (
    <span class="flex gap-4 lg:justify-end">
      <ActionForm action={`/strategies/${row.id}/active`} token={token}>
        <input type="hidden" name="active" value={String(!row.active)} />
        <button type="submit" class="link" aria-label={`${row.active ? "Turn off" : "Activate"} ${row.name}`}>
          {row.active ? "Turn off" : "Activate"}
        </button>
      </ActionForm>
      <a class="link" href={`/strategies/new?from=${row.id}`} aria-label={`Clone ${row.name}`}>
        Clone
      </a>
    </span>
  ),
});

const TEMPLATE =
  "[--columns:minmax(0,1.5fr)_minmax(0,1.1fr)_minmax(0,0.9fr)_minmax(8.5rem,1.4fr)_minmax(8.5rem,1.2fr)_minmax(0,0.9fr)_7.5rem]";

export function StrategiesPage(props: {
  frame: Frame;
  rows: readonly StrategyLine[];
  templates: readonly WorkflowTemplate[];
}) {
  return (
    <Shell title="Strategies" frame={props.frame}>
      <PageHead
        title="Strategies"
        lead="Symbols, a workflow, when it runs, who countersigns, and the limits that code enforces before any order."
      >
        <a class="button button-primary" href="/strategies/new">
          <Icon name="plus" /> New strategy
        </a>
      </PageHead>
      <Panel id="strategies" flush live="any">
        {props.rows.length === 0 ? (
          <Empty icon="strategies" title="No strategy yet">
            Begin with one of the templates below; nothing trades before you have saved it.
          </Empty>
        ) : (
          <RowList
            label="Strategies"
            template={TEMPLATE}
            columns={COLUMNS}
            last={acts(props.frame.formToken)}
            rows={props.rows}
          />
        )}
      </Panel>
      <h2 class="mt-6 mb-2 text-base font-semibold">Begin with a template</h2>
      <TemplateCards
        templates={props.templates}
        page="/strategies/new"
        action="New strategy"
        label={(title) => `New strategy from ${title}`}
      />
    </Shell>
  );
}
