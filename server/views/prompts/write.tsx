// A new prompt version: the text as it is typed, every fault with its line, and what it changes. Pure.
import type { Frame } from "../layout/frame.ts";
import { Shell } from "../layout/shell.tsx";
import { NoticeBar, PageHead, Panel } from "../parts/blocks.tsx";
import { ActionForm, checked, Field } from "../parts/form.tsx";
import { plural } from "../parts/format.ts";
import { Icon } from "../parts/icons.tsx";
import { DifferenceTable, differenceWords } from "./difference.tsx";
import type { WriteModel } from "./model.ts";
import { STAGE_TITLE } from "./stages.ts";

const KIND_WORDS: Readonly<Record<string, string>> = {
  word: "one plain line, to stand in a sentence",
  lines: "lines of text that the desk writes",
  block: "data in a fenced block that nothing in it can leave",
};

function Faults(props: { model: WriteModel }) {
  const { faults } = props.model;
  if (faults.length === 0) {
    return (
      <p class="text-good flex items-center gap-1.5 text-sm font-medium">
        <Icon name="check" size={14} /> Front matter, parts and inputs are as the stage needs them.
      </p>
    );
  }
  return (
    <div role="alert" class="bg-bad-soft text-bad rounded-lg px-4 py-2.5">
      <p class="font-medium">{plural(faults.length, "fault")}: nothing is stored until they are gone.</p>
      <ul class="mt-1 list-disc space-y-0.5 pl-5 text-sm">
        {faults.map((fault) => (
          <li class="prose-text">
            {fault.line === null ? null : <span class="font-semibold">Line {fault.line}: </span>}
            {fault.message}
          </li>
        ))}
      </ul>
    </div>
  );
}

export function WritePromptPage(props: { frame: Frame; model: WriteModel }) {
  const { frame, model } = props;
  const { base, faults } = model;
  return (
    <Shell title={`New prompt: ${STAGE_TITLE[model.stage]}`} frame={frame}>
      <PageHead
        title={`${STAGE_TITLE[model.stage]}: version ${model.nextNumber}`}
        back={{ href: `/prompts/${base.id}`, text: `Version ${base.version}` }}
        lead="Stored as a version of its own: nothing that runs changes, and the version you began from stays. The desk gives the number."
      />
      <div id="notice" {...checked()}>
        <NoticeBar notice={model.notice} />
      </div>
      <div class="grid items-start gap-4 xl:grid-cols-12">
        <div class="min-w-0 space-y-4 xl:col-span-7">
          <ActionForm
            action={`/prompts/new?from=${base.id}`}
            check={`/prompts/new/check?from=${base.id}`}
            token={frame.formToken}
            id="write"
            class="panel space-y-4 p-4"
          >
            <div>
              <label for="template" class="mb-1 block text-sm font-medium">
                Template
              </label>
              <textarea
                id="template"
                name="template"
                class="field min-h-[32rem] font-mono text-xs leading-relaxed"
                spellcheck={false}
                rows={36}
                aria-describedby="template-faults"
                aria-invalid={faults.length === 0 ? undefined : "true"}
              >
                {model.template}
              </textarea>
            </div>
            <Field
              name="note"
              label="What you change, and why (optional)"
              value={model.note}
              maxlength={500}
              hint="Stands beside the version wherever it is listed."
            />
            <label class="flex items-start gap-2">
              <input type="checkbox" name="activate" value="true" class="mt-1" checked={model.activate} />
              <span>
                Put it into use at once
                <span class="text-muted block text-xs">
                  Otherwise it is kept, and can be tried on past runs first.
                </span>
              </span>
            </label>
            <div class="flex flex-wrap gap-2">
              <button type="submit" class="button button-primary">
                Store version {model.nextNumber}
              </button>
              <a class="button" href={`/prompts/${base.id}`}>
                Leave it
              </a>
            </div>
          </ActionForm>
        </div>
        <div class="min-w-0 space-y-4 xl:sticky xl:top-16 xl:col-span-5">
          <div id="template-faults" {...checked()}>
            <Faults model={model} />
          </div>
          <div id="difference" {...checked()}>
            <Panel
              title={`Changed since version ${base.version}`}
              note={differenceWords(model.difference)}
              flush
            >
              <DifferenceTable
                difference={model.difference}
                label={`Difference to version ${base.version}`}
              />
            </Panel>
          </div>
          <Panel title="What this stage is given">
            <p class="text-muted mb-2 text-sm">
              The template has to declare each of them under <span class="font-mono">inputs</span> and use it
              in the text; there are no others.
            </p>
            <dl class="space-y-1 text-sm">
              {model.inputs.map(([name, kind]) => (
                <div class="flex flex-wrap gap-x-2">
                  <dt class="font-mono text-xs">{`{{${name}}}`}</dt>
                  <dd class="text-muted">
                    {kind}: {KIND_WORDS[kind] ?? ""}
                  </dd>
                </div>
              ))}
            </dl>
          </Panel>
        </div>
      </div>
    </Shell>
  );
}
