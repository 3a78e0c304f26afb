// Workflows: each by name with its newest version, and the templates to begin with.
import type { Frame } from "../layout/frame.ts";
import { Shell } from "../layout/shell.tsx";
import { Empty, PageHead, Panel, Time } from "../parts/blocks.tsx";
import { type Column, RowList } from "../parts/rows.tsx";
import { TemplateCards } from "../parts/template-cards.tsx";
import type { WorkflowLine, WorkflowsModel } from "./model.ts";
import { definitionText } from "./step-words.ts";

const COLUMNS: readonly Column<WorkflowLine>[] = [
  {
    title: "Workflow",
    plain: true,
    cell: (row) => (
      <>
        <a class="link text-base font-semibold wrap-anywhere" href={`/workflows/${row.id}`}>
          {row.name}
        </a>
        <span class="text-muted block text-xs">{definitionText(row.definition)}</span>
      </>
    ),
  },
  { title: "Newest", cell: (row) => `version ${row.version}` },
  {
    title: "Used by",
    cell: (row) =>
      row.strategies.length === 0 ? (
        <span class="text-muted">no strategy</span>
      ) : (
        <span class="flex flex-wrap gap-x-2">
          {row.strategies.map((strategy) => (
            <a class="link wrap-anywhere" href={`/strategies/${strategy.id}`}>
              {strategy.name}
              {strategy.version === row.version ? "" : ` (version ${strategy.version})`}
            </a>
          ))}
        </span>
      ),
  },
  { title: "Saved", cell: (row) => <Time at={row.createdAt} compact /> },
  {
    title: "",
    class: "lg:text-right",
    cell: (row) => (
      <span class="flex gap-4 lg:justify-end">
        <a class="link" href={`/workflows/${row.id}`} aria-label={`Edit ${row.name}`}>
          Edit
        </a>
        <a class="link" href={`/workflows/new?from=${row.id}`} aria-label={`Clone ${row.name}`}>
          Clone
        </a>
      </span>
    ),
  },
];

const TEMPLATE = "[--columns:minmax(0,2.5fr)_5.5rem_minmax(0,1.3fr)_11rem_6rem]";

export function WorkflowsPage(props: { frame: Frame; model: WorkflowsModel }) {
  const { frame, model } = props;
  return (
    <Shell title="Workflows" frame={frame}>
      <PageHead
        title="Workflows"
        lead="How a symbol is worked on, from bars to order. A version never changes; a strategy names the one it uses."
      />
      <Panel id="workflows" flush>
        {model.rows.length === 0 ? (
          <Empty icon="strategies" title="No workflow yet">
            Begin with one of the templates below.
          </Empty>
        ) : (
          <RowList label="Workflows" template={TEMPLATE} columns={COLUMNS} rows={model.rows} />
        )}
      </Panel>
      <h2 class="mt-6 mb-2 text-base font-semibold">Begin with a template</h2>
      <TemplateCards
        templates={model.templates}
        page="/workflows/new"
        action="Begin with this"
        label={(title) => `Begin with this: ${title}`}
      />
    </Shell>
  );
}
