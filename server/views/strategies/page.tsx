// One strategy: everything that may be set, what saving would change, every version, and what still runs with older ones.
import type { Frame } from "../layout/frame.ts";
import { Shell } from "../layout/shell.tsx";
import { NoticeBar, PageHead, Panel, Time } from "../parts/blocks.tsx";
import { ActionForm, Choice, checked, Field } from "../parts/form.tsx";
import { Icon } from "../parts/icons.tsx";
import { ExecutionState } from "../parts/status.tsx";
import { History, Kept } from "./history.tsx";
import type { LimitField, LimitGroup, StrategyModel } from "./model.ts";
import { Review, ReviewJump } from "./review.tsx";
import { ScheduleFields } from "./schedule.tsx";

function Limit(props: { field: LimitField; fault: string | undefined }) {
  const { name, label, hint, value, options, unit } = props.field;
  const note = { ...(hint === "" ? {} : { hint }), ...(unit === null ? {} : { unit }) };
  return options === null ? (
    <Field name={name} label={label} value={value} inputmode="decimal" fault={props.fault} {...note} />
  ) : (
    <Choice name={name} label={label} value={value} options={options} fault={props.fault} {...note} />
  );
}

function Group(props: { group: LimitGroup; model: StrategyModel }) {
  const { fields } = props.group;
  return (
    <div class="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
      {fields.map((field) => (
        <Limit field={field} fault={props.model.faults[field.name]} />
      ))}
    </div>
  );
}

function symbolsHint(turnedOff: readonly string[]): string {
  if (turnedOff.length === 0) return "Separated by commas or spaces.";
  return `Left out, because turned off in the list of symbols: ${turnedOff.join(", ")}.`;
}

function Main(props: { model: StrategyModel }) {
  const { values, faults, workflows, steps } = props.model;
  return (
    <Panel title="What it trades, and how">
      <div class="grid gap-4 sm:grid-cols-2">
        <Field name="name" label="Name" value={values.name} required maxlength={120} fault={faults.name} />
        <Choice
          name="active"
          label="State"
          value={values.active}
          options={[
            ["true", "Active"],
            ["false", "Off: neither scheduled nor offered"],
          ]}
        />
        <Field
          name="symbols"
          label="Symbols"
          value={values.symbols}
          required
          uppercase
          hint={symbolsHint(props.model.turnedOff)}
          fault={faults.symbols}
        />
        <Choice
          name="workflow"
          label="Workflow"
          value={values.workflow}
          options={workflows}
          fault={faults.workflow}
        />
      </div>
      <div id="workflow-steps" class="mt-3 space-y-2" {...checked()}>
        {props.model.advises ? (
          <p class="text-warn text-sm font-medium">
            This workflow gives advice only: nobody is ever asked, and no order is ever sent.
          </p>
        ) : null}
        {steps.length === 0 ? null : (
          <details>
            <summary class="text-muted text-sm">What this workflow does, in {steps.length} steps</summary>
            <ol class="mt-2 list-decimal space-y-0.5 pl-6 text-sm">
              {steps.map((step) => (
                <li class="wrap-anywhere">{step}</li>
              ))}
            </ol>
            {values.workflow.startsWith("template:") ? null : (
              <a class="link mt-1 inline-block text-sm" href={`/workflows/${values.workflow}`}>
                Open it in the builder
              </a>
            )}
          </details>
        )}
      </div>
    </Panel>
  );
}

function Approval(props: { model: StrategyModel }) {
  const { model } = props;
  const [conditions] = model.limits;
  return (
    <Panel title="Who countersigns">
      <div class="grid gap-4">
        <Choice
          name="approval"
          label="Approval"
          value={model.values.approval}
          options={[
            ["ask", "Ask a person about every order"],
            ["conditions", "Ask a person on the conditions below, else the rules alone"],
            ["auto", "The rules alone countersign"],
            ["never", "Never: analyse only"],
          ]}
          fault={model.faults.approval ?? model.faults.askWhen}
        />
        {conditions === undefined ? null : (
          <div class="hidden group-has-[#approval>option[value=conditions]:checked]/strategy:block">
            <Group group={conditions} model={model} />
          </div>
        )}
      </div>
    </Panel>
  );
}

function Limits(props: { model: StrategyModel }) {
  return (
    <Panel title="Limits that code enforces before any order">
      <div class="space-y-6">
        {props.model.limits.slice(1).map((group) => (
          <fieldset>
            <legend class="mb-3 text-sm font-semibold">{group.title}</legend>
            <Group group={group} model={props.model} />
          </fieldset>
        ))}
      </div>
    </Panel>
  );
}

function Recent(props: { model: StrategyModel }) {
  const { last } = props.model;
  return (
    <Panel id="last" title="Last executions" live="any">
      {last.length === 0 ? (
        <p class="text-muted text-sm">It has not run yet.</p>
      ) : (
        <ul class="space-y-2 text-sm">
          {last.map((one) => (
            <li class="flex flex-wrap items-center justify-between gap-2">
              <a class="link" href={`/executions/${one.id}`}>
                <Time at={one.createdAt} compact />
              </a>
              <ExecutionState status={one.status} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function lead(model: StrategyModel): string {
  return model.stored === null
    ? `Begins with ${model.origin ?? "the usual limits"}. Nothing is stored until you save.`
    : `Version ${model.stored.version}. A change makes a new version and takes effect with the next execution.`;
}

function Head(props: { model: StrategyModel; token: string }) {
  const { stored } = props.model;
  return (
    <PageHead
      title={stored?.name ?? "New strategy"}
      back={{ href: "/strategies", text: "Strategies" }}
      lead={lead(props.model)}
    >
      {stored === null ? null : (
        <>
          {stored.active ? (
            <a class="button" href={`/executions/new?strategy=${stored.id}`}>
              <Icon name="run" /> Run now
            </a>
          ) : null}
          <a class="button" href={`/strategies/new?from=${stored.id}`}>
            Clone
          </a>
          <ActionForm action={`/strategies/${stored.id}/active`} token={props.token}>
            <input type="hidden" name="active" value={String(!stored.active)} />
            <button type="submit" class="button">
              {stored.active ? "Turn off" : "Activate"}
            </button>
          </ActionForm>
        </>
      )}
    </PageHead>
  );
}

export function StrategyPage(props: { frame: Frame; model: StrategyModel }) {
  const { model, frame } = props;
  const { stored } = model;
  const at = stored === null ? "/strategies/new" : `/strategies/${stored.id}`;
  const columns = "grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_22rem]";
  return (
    <Shell title={stored?.name ?? "New strategy"} frame={frame}>
      <Head model={model} token={frame.formToken} />
      <NoticeBar notice={model.notice} />
      <ActionForm
        action={at}
        check={`${at}/check`}
        token={frame.formToken}
        id="strategy"
        class={`group/strategy ${columns}`}
      >
        <div class="min-w-0 space-y-4">
          <Main model={model} />
          <Panel title="When it runs by itself">
            <ScheduleFields cron={model.values.cron} schedule={model.schedule} fault={model.faults.cron} />
          </Panel>
          <Approval model={model} />
          <Limits model={model} />
          <ReviewJump model={model.review} />
        </div>
        <div class="xl:sticky xl:top-16">
          <Panel title="Before you save">
            <Review model={model.review} checkAt={`${at}/check`} />
          </Panel>
        </div>
      </ActionForm>
      {stored === null ? null : (
        <div class={`mt-4 ${columns}`}>
          <History
            history={model.history}
            actions={{
              token: frame.formToken,
              words: {
                newest: "active",
                activate: "Activate",
                note: "Only added to. Activating an older one shows what changes first.",
              },
              page: `/strategies/${stored.id}`,
              back: (version) => ({
                kind: "page",
                href: `/strategies/${stored.id}?version=${version.version}#review`,
              }),
            }}
          />
          <div class="space-y-4">
            <Kept executions={model.kept} what="version" />
            <Recent model={model} />
          </div>
        </div>
      )}
    </Shell>
  );
}
