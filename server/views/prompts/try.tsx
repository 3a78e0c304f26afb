// Choosing what to try: a past run for a version, or a version for a past run. Pure.
import type { Frame } from "../layout/frame.ts";
import { Shell } from "../layout/shell.tsx";
import { Empty, NoticeBar, PageHead, Panel } from "../parts/blocks.tsx";
import { ActionForm, Field, FieldNotes } from "../parts/form.tsx";
import { exchangeDate } from "../parts/format.ts";
import { RunStatus, SignalPill } from "../parts/status.tsx";
import type { RunChoice, TryRunModel, TryVersionModel } from "./model.ts";
import { STAGE_TITLE } from "./stages.ts";
import { Tries } from "./version.tsx";

/** What a try is and is not, said wherever one is begun. */
export function WhatATryIs() {
  return (
    <>
      A dry run under ids of its own: it asks nobody to approve, sends no order and takes no room from the
      account. It begins at the latest step that asks this stage; every other stage keeps the prompt version
      of the past run, and answers to unchanged questions are taken over, not paid for again. The rules see
      the account, the quote and the market that they saw in the past run; where it never reached them, those
      of now.
    </>
  );
}

function faultOf(fault: TryRunModel["fault"], ...fields: readonly string[]): string | undefined {
  return fault !== null && fields.some((field) => fault.field.startsWith(field)) ? fault.message : undefined;
}

function ModelField(props: { value: string; present: string; fault: string | undefined }) {
  return (
    <Field
      name="model"
      label="Another model for this stage (optional)"
      value={props.value}
      placeholder={props.present}
      maxlength={200}
      hint="Its name on the server that the desk has for this stage. Empty: the model that the desk uses now."
      fault={props.fault}
    />
  );
}

function RunRows(props: { runs: readonly RunChoice[]; chosen: string }) {
  return (
    <table class="grid-table">
      <thead>
        <tr>
          <th scope="col">
            <span class="sr-only">Choose</span>
          </th>
          <th scope="col">Symbol</th>
          <th scope="col">As of</th>
          <th scope="col">Ended</th>
          <th scope="col">Decision</th>
          <th scope="col">Asked with</th>
        </tr>
      </thead>
      <tbody>
        {props.runs.map((run) => (
          <tr>
            <td class="w-8">
              <input
                type="radio"
                name="run"
                id={`run-${run.id}`}
                value={run.id}
                checked={run.id === props.chosen}
                aria-label={`${run.symbol} as of ${exchangeDate(run.asOf)}`}
              />
            </td>
            <td>
              <label for={`run-${run.id}`} class="font-semibold">
                {run.symbol}
              </label>
            </td>
            <td class="whitespace-nowrap">
              <a class="link" href={`/runs/${run.id}`}>
                {exchangeDate(run.asOf)}
              </a>{" "}
              <span class="text-muted text-xs">{run.mode}</span>
            </td>
            <td>
              <RunStatus status={run.status} />
            </td>
            <td>
              {run.signal === null ? (
                <span class="text-muted">none</span>
              ) : (
                <SignalPill signal={run.signal} />
              )}
            </td>
            <td>{run.version === null ? "not stored" : `version ${run.version}`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function TryVersionPage(props: { frame: Frame; model: TryVersionModel }) {
  const { model, frame } = props;
  const { version } = model;
  return (
    <Shell title={`Try ${STAGE_TITLE[version.stage]} ${version.version}`} frame={frame}>
      <PageHead
        title={`Try version ${version.version} of “${STAGE_TITLE[version.stage]}” on a past run`}
        back={{ href: `/prompts/${version.id}`, text: `Version ${version.version}` }}
        lead={<WhatATryIs />}
      />
      <NoticeBar notice={model.fault === null ? null : { tone: "bad", text: model.fault.message }} />
      <form method="get" action={`/prompts/${version.id}/try`} class="mb-4 flex flex-wrap items-end gap-2">
        <div>
          <label for="symbol" class="text-muted mb-0.5 block text-xs">
            Runs of one symbol
          </label>
          <input id="symbol" name="symbol" class="field w-40 uppercase" value={model.symbol} maxlength={10} />
        </div>
        <button type="submit" class="button">
          Show
        </button>
      </form>
      <ActionForm
        action={`/prompts/${version.id}/try`}
        token={frame.formToken}
        once={frame.once}
        class="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_24rem]"
      >
        <Panel title="Past runs that asked this stage, newest first" flush>
          {model.runs.length === 0 ? (
            <Empty icon="executions" title="No past run to try it on">
              Runs that got an answer at this stage are listed here. Runs of an older graph version cannot be
              tried again.
            </Empty>
          ) : (
            <RunRows runs={model.runs} chosen={model.chosen} />
          )}
        </Panel>
        {model.runs.length === 0 ? null : (
          <div class="panel space-y-4 p-4 xl:sticky xl:top-16">
            <ModelField
              value={model.model}
              present={model.presentModel}
              fault={faultOf(model.fault, "models")}
            />
            <button type="submit" class="button button-primary">
              Try it
            </button>
          </div>
        )}
      </ActionForm>
    </Shell>
  );
}

export function TryRunPage(props: { frame: Frame; model: TryRunModel }) {
  const { model, frame } = props;
  const { run } = model;
  const fault = faultOf(model.fault, "prompts", "fromNode", "");
  return (
    <Shell title={`Try ${run.symbol} again`} frame={frame}>
      <PageHead
        title={`Try another prompt on ${run.symbol} as of ${exchangeDate(run.asOf)}`}
        back={{ href: `/runs/${run.id}`, text: "The past run" }}
        lead={<WhatATryIs />}
      >
        <RunStatus status={run.status} large />
      </PageHead>
      <div class="grid items-start gap-4 lg:grid-cols-2">
        <Panel title="What to try">
          {model.stages.length === 0 ? (
            <Empty icon="prompts" title="This run asked no agent">
              It ended before any stage was asked, so there is nothing to ask differently.
            </Empty>
          ) : (
            <ActionForm
              action={`/runs/${run.id}/try`}
              token={frame.formToken}
              once={frame.once}
              class="space-y-4"
            >
              <div>
                <label for="prompt" class="mb-1 block text-sm font-medium">
                  Prompt version
                </label>
                <select
                  id="prompt"
                  name="prompt"
                  class="field"
                  aria-invalid={fault === undefined ? undefined : "true"}
                >
                  {model.stages.map((stage) => (
                    <optgroup label={STAGE_TITLE[stage.stage]}>
                      {stage.versions.map((version) => (
                        <option value={version.id} selected={version.id === model.chosen}>
                          {STAGE_TITLE[stage.stage]}, version {version.version}
                          {version.used ? " (as it was)" : version.active ? " (in use)" : ""}
                        </option>
                      ))}
                    </optgroup>
                  ))}
                </select>
                <FieldNotes
                  name="prompt"
                  fault={faultOf(model.fault, "models") === undefined ? fault : undefined}
                  hint="With the version as it was, the same question is asked once more: how steady is the answer?"
                />
              </div>
              <ModelField
                value={model.model}
                present={model.presentModel}
                fault={faultOf(model.fault, "models")}
              />
              <button type="submit" class="button button-primary">
                Try it
              </button>
            </ActionForm>
          )}
        </Panel>
        <Panel title="Tried before" flush>
          <Tries
            rows={model.tries}
            empty="What you try is kept beside the run, with what it said and cost."
          />
        </Panel>
      </div>
    </Shell>
  );
}
