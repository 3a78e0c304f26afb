// All artifacts grouped by execution, each a link to where it can be seen, and from there back.
import type { Frame } from "../layout/frame.ts";
import { Shell } from "../layout/shell.tsx";
import { Empty, PageHead, Pager, Panel, Time } from "../parts/blocks.tsx";
import { FilterChoice, ListFilter } from "../parts/filter.tsx";
import { exchangeDate, plural } from "../parts/format.ts";
import { kept } from "../parts/kept.tsx";
import { RunStatus } from "../parts/status.tsx";
import { type ArtifactsModel, type ExecutionShelf, GROUPS, type Group, type RunShelf } from "./model.ts";

const NAMES: Readonly<Record<Group, string>> = {
  inputs: "Inputs",
  bars: "Bars",
  charts: "Charts",
  analyses: "Analyses",
  decision: "Decision",
  verdict: "Risk verdict",
  approval: "Approval",
  orders: "Orders",
  fills: "Fills",
  portfolio: "Portfolio",
};

function Filters(props: { filter: ArtifactsModel["filter"] }) {
  const { filter } = props;
  return (
    <ListFilter action="/artifacts" symbol={filter.symbol}>
      <FilterChoice
        name="kind"
        label="Kind"
        every="Every kind"
        options={GROUPS.map((group) => ({ value: group, text: NAMES[group] }))}
        chosen={filter.group}
      />
    </ListFilter>
  );
}

const Shelf = kept(function Shelf(props: { run: RunShelf; group: Group | null }) {
  const { run } = props;
  const groups = props.group === null ? GROUPS : [props.group];
  return (
    <section class="shelf" aria-label={run.symbol}>
      <div>
        <a href={`/runs/${run.runId}`}>{run.symbol}</a>
        <RunStatus status={run.status} />
      </div>
      <dl>
        {groups.map((group) => (
          <div>
            <dt>{NAMES[group]}</dt>
            <dd>
              {run.groups[group].length === 0 ? (
                <span>none</span>
              ) : (
                <ul>
                  {run.groups[group].map((record) => (
                    <li>
                      <a href={record.href}>{record.text}</a> <span>{record.detail}</span>
                    </li>
                  ))}
                </ul>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
});

function Execution(props: { shelf: ExecutionShelf; group: Group | null }) {
  const { shelf } = props;
  return (
    <Panel
      title={`${shelf.strategy}, as of ${exchangeDate(shelf.asOf)}`}
      note={
        <>
          {shelf.mode} · <Time at={shelf.createdAt} compact />
        </>
      }
      actions={
        <a class="link text-sm" href={`/executions/${shelf.executionId}`}>
          the execution
        </a>
      }
      flush
    >
      {shelf.runs.map((run) => (
        <Shelf run={run} group={props.group} />
      ))}
      {shelf.more === 0 ? null : (
        <p class="border-line text-muted border-t px-4 py-2.5 text-sm">
          <a class="link" href={`/artifacts?execution=${shelf.executionId}`}>
            {plural(shelf.more, "more symbol")} of this execution
          </a>
        </p>
      )}
    </Panel>
  );
}

export function ArtifactsPage(props: { frame: Frame; model: ArtifactsModel }) {
  const { shelves, filter, older, newer } = props.model;
  const filtered = filter.symbol !== "" || filter.group !== null || filter.of !== null;
  return (
    <Shell title="Artifacts" frame={props.frame}>
      <PageHead
        title="Artifacts"
        {...(filter.of === null ? {} : { back: filter.of })}
        lead="Everything a run has used and made, grouped by execution: each entry opens where it can be seen, and leads back to its run."
      >
        <Filters filter={filter} />
      </PageHead>
      {shelves.length === 0 ? (
        <div class="panel">
          <Empty icon="executions" title={filtered ? "Nothing like that" : "Nothing stored yet"}>
            {filtered ? (
              <a class="link" href="/artifacts">
                Show everything
              </a>
            ) : (
              <>
                The first execution fills this page: bars, charts, reports and what came of them.{" "}
                <a class="link" href="/executions/new">
                  Start one
                </a>
                .
              </>
            )}
          </Empty>
        </div>
      ) : (
        <div class="space-y-4">
          {shelves.map((shelf) => (
            <Execution shelf={shelf} group={filter.group} />
          ))}
        </div>
      )}
      <Pager newer={newer} older={older} />
    </Shell>
  );
}
