// The builder: a workflow as a pipeline of cards, beside it what saving would change and the steps that would run.
import type { Frame } from "../layout/frame.ts";
import { Shell } from "../layout/shell.tsx";
import { type Notice, NoticeBar, PageHead, Panel } from "../parts/blocks.tsx";
import { ActionForm, checked, Field } from "../parts/form.tsx";
import { Icon } from "../parts/icons.tsx";
import { Pill } from "../parts/status.tsx";
import { History, Kept } from "../strategies/history.tsx";
import { Review, ReviewJump } from "../strategies/review.tsx";
import { Pipeline } from "./cards.tsx";
import type { BuilderModel } from "./model.ts";
import { stepText } from "./step-words.ts";

function Steps(props: { model: BuilderModel }) {
  const { steps, choices } = props.model;
  return (
    <div id="steps" {...checked()}>
      {steps === null ? (
        <p class="text-muted text-sm">Shown again once the marked fields are corrected.</p>
      ) : (
        <ol class="space-y-2 text-sm">
          {steps.map((step, index) => (
            <li class="grid grid-cols-[1.25rem_minmax(0,1fr)] gap-x-2">
              <span class="text-muted text-right tabular-nums">{index + 1}</span>
              <span class="min-w-0">
                <span class="wrap-anywhere">{stepText(step, choices.prompts)}</span>
                <code class="text-muted text-2xs block font-mono">{step.type}</code>
              </span>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

function useText(uses: number | null): string {
  return uses === null ? "Use here" : `Use here, instead of version ${uses}`;
}

function Uses(props: { model: BuilderModel }) {
  const { stored, strategies } = props.model;
  if (stored === null) return null;
  return (
    <Panel id="uses" title={`Use version ${stored.version} in a strategy`}>
      <ul class="space-y-2 text-sm">
        {strategies.map((strategy) => (
          <li class="flex flex-wrap items-baseline justify-between gap-x-3">
            <a class="font-medium wrap-anywhere hover:underline" href={`/strategies/${strategy.id}`}>
              {strategy.name}
              {strategy.active ? "" : " (off)"}
            </a>
            {strategy.uses === stored.version ? (
              <Pill tone="good" icon="check" text="in use" />
            ) : (
              <a
                class="link"
                href={`/strategies/${strategy.id}?workflow=${stored.id}`}
                aria-label={`${useText(strategy.uses)}: ${strategy.name}`}
              >
                {useText(strategy.uses)}
              </a>
            )}
          </li>
        ))}
      </ul>
      <a class="button mt-3" href={`/strategies/new?workflow=${stored.id}`}>
        <Icon name="plus" /> New strategy with it
      </a>
    </Panel>
  );
}

function lead(model: BuilderModel): string {
  const { stored, origin } = model;
  if (stored === null) return `Begins with ${origin ?? "everything"}. Nothing is stored until you save.`;
  return stored.version === stored.newest
    ? `Version ${stored.version}, the newest. Saving adds version ${stored.newest + 1}; a strategy goes on with the version it names.`
    : `Version ${stored.version} of ${stored.newest}. Saving adds version ${stored.newest + 1}.`;
}

export function BuilderPage(props: { frame: Frame; model: BuilderModel; notice: Notice | null }) {
  const { frame, model } = props;
  const { stored } = model;
  const at = stored === null ? "/workflows/new" : `/workflows/${stored.id}`;
  const title = stored === null ? "New workflow" : stored.name;
  return (
    <Shell title={title} frame={frame}>
      <PageHead title={title} back={{ href: "/workflows", text: "Workflows" }} lead={lead(model)}>
        {stored === null ? null : (
          <a class="button" href={`/workflows/new?from=${stored.id}`}>
            Clone
          </a>
        )}
      </PageHead>
      <NoticeBar notice={props.notice} />
      <ActionForm
        action={at}
        check={`${at}/check`}
        token={frame.formToken}
        id="builder"
        class="group/builder grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_22rem]"
      >
        <div class="min-w-0 space-y-4">
          {stored === null ? (
            <Panel>
              <Field
                name="name"
                label="Name of the workflow"
                value={model.values.name}
                required
                maxlength={60}
                placeholder="such as trend, two timeframes"
                fault={model.faults.name}
              />
            </Panel>
          ) : null}
          <Pipeline model={model} />
          <p class="text-muted text-xs">
            {model.deskModel.offline
              ? "No LLM is configured: the offline analyst answers every stage, whatever model is named here."
              : `Where no model is named: ${model.deskModel.text}.`}
          </p>
          <ReviewJump model={model.review} />
        </div>
        <div class="space-y-4 xl:sticky xl:top-16">
          <Panel title="Before you save">
            <Review model={model.review} checkAt={`${at}/check`} />
          </Panel>
          <Panel title="What would run">
            <Steps model={model} />
          </Panel>
        </div>
      </ActionForm>
      {stored === null ? null : (
        <div class="mt-4 grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_22rem]">
          <History
            history={model.history}
            actions={{
              token: frame.formToken,
              words: {
                newest: "newest",
                activate: "Make newest",
                note: "Only added to. A strategy goes on with the version it names.",
              },
              page: `/workflows/${stored.id}`,
              back: (version) => ({ kind: "form", href: `/workflows/${version.key}/activate` }),
              open: (version) => `/workflows/${version.key}`,
              clone: (version) => `/workflows/new?from=${version.key}`,
            }}
          />
          <div class="space-y-4">
            <Uses model={model} />
            <Kept executions={model.kept} what="workflow version" />
          </div>
        </div>
      )}
    </Shell>
  );
}
