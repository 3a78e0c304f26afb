// One prompt version: the text word for word, what changed in it, what it came to, where it is used. Pure.
import type { Frame } from "../layout/frame.ts";
import { Shell } from "../layout/shell.tsx";
import { Empty, Facts, PageHead, Panel, ScrollText, Time } from "../parts/blocks.tsx";
import { ActionForm } from "../parts/form.tsx";
import { exchangeDate } from "../parts/format.ts";
import { Pill, RunStatus, SignalPill } from "../parts/status.tsx";
import { CompareForm, DifferenceTable, differenceWords } from "./difference.tsx";
import { authorText } from "./list.tsx";
import type { TryModel, VersionPageModel } from "./model.ts";
import { VersionResults } from "./results.tsx";
import { STAGE_TITLE } from "./stages.ts";

function Actions(props: { frame: Frame; model: VersionPageModel }) {
  const { version } = props.model;
  return (
    <>
      {version.active ? <Pill tone="good" icon="check" text="in use" large /> : null}
      <a class="button" href={`/prompts/new?from=${version.id}`}>
        Write a new version from it
      </a>
      <a class="button" href={`/prompts/${version.id}/try`}>
        Try on a past run
      </a>
      {version.active ? null : (
        <ActionForm action={`/prompts/${version.id}/activate`} token={props.frame.formToken}>
          <button
            type="submit"
            class="button button-primary"
            data-confirm={`Put version ${version.version} into use? Runs that ask this stage from now on get it.`}
          >
            Put into use
          </button>
        </ActionForm>
      )}
    </>
  );
}

export function PromptPage(props: { frame: Frame; model: VersionPageModel }) {
  const { model } = props;
  const { version, since } = model;
  return (
    <Shell title={`${STAGE_TITLE[version.stage]} ${version.version}`} frame={props.frame}>
      <PageHead
        title={`${STAGE_TITLE[version.stage]}, version ${version.version}`}
        back={{ href: `/prompts/stages/${version.stage}`, text: STAGE_TITLE[version.stage] }}
        {...(version.note === null ? {} : { lead: <span class="prose-text">{version.note}</span> })}
      >
        <Actions frame={props.frame} model={model} />
      </PageHead>
      <div class="space-y-4">
        <Panel>
          <Facts
            columns={4}
            rows={[
              ["Written by", authorText(version)],
              ["Stored", <Time at={version.createdAt} />],
              ["Inputs", version.inputs.join(", ")],
              ["Content hash", <span class="font-mono text-xs">{version.contentHash}</span>],
            ]}
          />
        </Panel>
        <div class="grid items-start gap-4 xl:grid-cols-2">
          <div class="min-w-0 space-y-4">
            <Panel title="Template">
              <ScrollText text={version.template} label="Template" />
            </Panel>
            {since === null ? null : (
              <Panel
                title={`Changed since version ${since.version.version}`}
                note={differenceWords(since.difference)}
                flush
              >
                <DifferenceTable
                  difference={since.difference}
                  label={`Difference to version ${since.version.version}`}
                />
              </Panel>
            )}
            {model.others.length < 2 ? null : (
              <Panel title="Compare with another version">
                <CompareForm
                  versions={model.others}
                  from={model.others.find((one) => one.id !== version.id)?.id ?? ""}
                  to={version.id}
                />
              </Panel>
            )}
          </div>
          <div class="min-w-0 space-y-4">
            <Panel id="results" title="What it came to" flush>
              <VersionResults results={model.results} fewest={model.fewest} countedAt={model.countedAt} />
            </Panel>
            <Panel title="Where it is used">
              <Used model={model} />
            </Panel>
            <Panel id="tries" title="Tried on past runs" note="dry runs; no order comes of them" flush>
              <Tries
                rows={model.tries}
                empty="Try it on a past run to see what this version would have said in another one's place."
              />
            </Panel>
          </div>
        </div>
      </div>
    </Shell>
  );
}

function Used(props: { model: VersionPageModel }) {
  const { version, workflows } = props.model;
  return (
    <div class="space-y-2">
      <p>
        {version.active
          ? "In use for every run whose workflow names no version of its own for this stage."
          : "Not in use by default: runs get it only where a workflow names it, or in a try."}
      </p>
      {workflows.length === 0 ? (
        <p class="text-muted text-sm">No workflow names it.</p>
      ) : (
        <ul class="space-y-1">
          {workflows.map((one) => (
            <li>
              Workflow <span class="font-semibold">{one.workflow}</span>, version {one.version}
              {one.strategies.length === 0 ? (
                <span class="text-muted"> – no strategy runs it</span>
              ) : (
                <>
                  {": "}
                  {one.strategies.map((strategy, index) => (
                    <>
                      {index === 0 ? "" : ", "}
                      <a class="link" href={`/strategies/${strategy.id}`}>
                        {strategy.name}
                      </a>
                      {strategy.active ? "" : " (off)"}
                    </>
                  ))}
                </>
              )}
            </li>
          ))}
        </ul>
      )}
      <p class="text-sm">
        <a class="link" href={`/decisions?prompt=${version.id}`}>
          Decisions of runs that used it
        </a>
      </p>
    </div>
  );
}

export function Tries(props: { rows: readonly TryModel[]; empty: string }) {
  if (props.rows.length === 0) {
    return (
      <Empty icon="prompts" title="Not tried yet">
        {props.empty}
      </Empty>
    );
  }
  return (
    <ul>
      {props.rows.map((row) => (
        <li class="border-line flex flex-wrap items-center gap-x-3 gap-y-1 border-b px-4 py-2 last:border-0">
          <a class="link font-semibold" href={`/prompts/tries/${row.id}`}>
            {row.symbol} as of {exchangeDate(row.asOf)}
          </a>
          <RunStatus status={row.status} />
          {row.signal === null ? null : <SignalPill signal={row.signal} />}
          <span class="text-muted ml-auto text-sm">
            <Time at={row.createdAt} compact />
          </span>
        </li>
      ))}
    </ul>
  );
}
