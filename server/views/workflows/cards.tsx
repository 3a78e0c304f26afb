// The pipeline's cards: each step of a workflow with its settings in place. Pure; parts of an undrawn timeframe are hidden
// by style alone, so that the builder needs no script for it.

import type { Child, PropsWithChildren } from "hono/jsx";
import { Timeframe } from "#store/model/bar.ts";
import type { AgentStage } from "#store/model/run.ts";
import { CHART_STAGE, INDICATORS } from "#store/model/workflow/definition.ts";
import type { StepType } from "#store/model/workflow/steps.ts";
import { INDICATOR_WORDS, STAGE_WORDS, TIMEFRAME_WORDS } from "#store/model/workflow/words.ts";
import { Choice, Field, FieldNotes } from "../parts/form.tsx";
import { Icon, type IconName } from "../parts/icons.tsx";
import type { BuilderModel } from "./model.ts";

/** Shown only while the timeframe's box is ticked; the classes are written out for the style compiler. */
const ONLY: Readonly<Record<Timeframe, string>> = {
  daily: "group-has-[#charts-daily:not(:checked)]/builder:hidden",
  weekly: "group-has-[#charts-weekly:not(:checked)]/builder:hidden",
};

const ICONS: Readonly<Record<StepType, IconName>> = {
  fetch_data: "down",
  generate_chart: "symbols",
  ai_analyze: "prompts",
  consolidate: "hold",
  decide: "strategies",
  validate_risk: "stop",
  place_order: "orders",
};

function Card(props: PropsWithChildren<{ step: StepType; title: string; text: Child }>) {
  return (
    <li class="before:bg-edge relative before:absolute before:top-full before:left-7 before:h-4 before:w-px last:before:hidden">
      <section class="panel p-4">
        <header class="flex items-start gap-3">
          <span class="bg-accent-soft text-accent mt-0.5 rounded-md p-1.5">
            <Icon name={ICONS[props.step]} />
          </span>
          <div class="min-w-0 flex-1">
            <div class="flex flex-wrap items-baseline justify-between gap-x-3">
              <h2 class="font-semibold">{props.title}</h2>
              <code class="text-muted font-mono text-xs">{props.step}</code>
            </div>
            <p class="text-muted text-sm">{props.text}</p>
          </div>
        </header>
        {props.children === undefined ? null : <div class="mt-4 grid gap-4 lg:pl-10">{props.children}</div>}
      </section>
    </li>
  );
}

function Toggle(props: { name: string; value: string; on: boolean; text: string; id?: string }) {
  return (
    <label class="border-edge has-[:checked]:border-accent has-[:checked]:bg-accent-soft has-[:focus-visible]:outline-accent inline-flex min-h-9 cursor-pointer items-center gap-2 rounded-md border px-3 text-sm font-medium has-[:focus-visible]:outline-2">
      <input
        type="checkbox"
        id={props.id}
        name={props.name}
        value={props.value}
        checked={props.on ? true : undefined}
        class="accent-accent-fill size-4"
      />
      {props.text}
    </label>
  );
}

type Part = { model: BuilderModel };

const YEARS: Readonly<Record<Timeframe, number>> = { daily: 252, weekly: 52 };

function span(timeframe: Timeframe, bars: string): string {
  const years = Number(bars) / YEARS[timeframe];
  return Number.isFinite(years) && years > 0 ? `about ${years.toFixed(1)} years` : "";
}

function FetchCard({ model }: Part) {
  return (
    <Card
      step="fetch_data"
      title="Fetch bars"
      text="From your broker, checked for gaps and age; a run with bad bars ends here."
    >
      <fieldset>
        <legend class="mb-1 text-sm font-medium">Timeframes</legend>
        <div class="flex flex-wrap gap-2">
          {Timeframe.options.map((timeframe) => (
            <Toggle
              id={`charts-${timeframe}`}
              name={`charts.${timeframe}`}
              value="on"
              on={model.values.charts[timeframe].on}
              text={TIMEFRAME_WORDS[timeframe]}
            />
          ))}
        </div>
        <FieldNotes name="charts" fault={model.faults.charts} />
      </fieldset>
      <div class="grid gap-4 sm:grid-cols-2">
        {Timeframe.options.map((timeframe) => (
          <div class={ONLY[timeframe]}>
            <Field
              name={`charts.${timeframe}.barsLoaded`}
              label={`${TIMEFRAME_WORDS[timeframe]} bars to load`}
              inputmode="numeric"
              value={model.values.charts[timeframe].barsLoaded}
              hint={`250 to 1000; ${span(timeframe, model.values.charts[timeframe].barsLoaded)}`}
              fault={model.faults[`charts.${timeframe}.barsLoaded`]}
            />
          </div>
        ))}
      </div>
    </Card>
  );
}

function ChartCard({ model }: Part) {
  return (
    <Card
      step="generate_chart"
      title="Draw the charts"
      text="What is drawn is what the prompt names and what the analyst is asked about."
    >
      {Timeframe.options.map((timeframe) => {
        const chart = model.values.charts[timeframe];
        return (
          <fieldset class={`grid gap-4 sm:grid-cols-[9rem_minmax(0,1fr)] ${ONLY[timeframe]}`}>
            <legend class="mb-2 text-sm font-semibold">{TIMEFRAME_WORDS[timeframe]} chart</legend>
            <Field
              name={`charts.${timeframe}.barsShown`}
              label="Bars shown"
              inputmode="numeric"
              value={chart.barsShown}
              hint="60 to 250"
              fault={model.faults[`charts.${timeframe}.barsShown`]}
            />
            <div>
              <div class="mb-1 text-sm font-medium">Indicators</div>
              <div class="flex flex-wrap gap-2">
                {INDICATORS.map((indicator, index) => (
                  <Toggle
                    {...(index === 0 ? { id: `charts.${timeframe}.indicators` } : {})}
                    name={`charts.${timeframe}.indicators`}
                    value={indicator}
                    on={chart.indicators.includes(indicator)}
                    text={INDICATOR_WORDS[indicator]}
                  />
                ))}
              </div>
              <FieldNotes
                name={`charts.${timeframe}.indicators`}
                fault={model.faults[`charts.${timeframe}.indicators`]}
              />
            </div>
          </fieldset>
        );
      })}
    </Card>
  );
}

function AgentFields(props: Part & { stage: AgentStage; tools?: boolean; children?: Child }) {
  const { model, stage } = props;
  const values = model.values.agents[stage];
  const path = `agents.${stage}`;
  const versions = model.choices.prompts.filter((prompt) => prompt.stage === stage);
  const active = versions.find((prompt) => prompt.active);
  const chosen = versions.find((prompt) => prompt.id === values.promptVersionId) ?? active;
  return (
    <div class="grid gap-4 sm:grid-cols-2">
      <Choice
        name={`${path}.promptVersionId`}
        label="Prompt"
        value={values.promptVersionId}
        options={[
          ["", `The active one${active === undefined ? "" : ` (version ${active.version} now)`}`],
          ...versions.map(
            (prompt) => [prompt.id, `Always version ${prompt.version}`] as readonly [string, string],
          ),
        ]}
        hint={
          chosen === undefined ? undefined : (
            <a class="link" href={`/prompts/${chosen.id}`}>
              Read version {chosen.version}
            </a>
          )
        }
        fault={model.faults[`${path}.promptVersionId`] ?? model.faults[path]}
      />
      <Field
        name={`${path}.model`}
        label="Model"
        value={values.model}
        list="models"
        maxlength={200}
        placeholder="the desk's own"
        fault={model.faults[`${path}.model`]}
      />
      {props.tools ? (
        <Field
          name={`${path}.maxToolCalls`}
          label="Tool calls at most"
          inputmode="numeric"
          value={values.maxToolCalls}
          hint="0 to 20. Read-only: indicators and bars of the run. 0: none."
          fault={model.faults[`${path}.maxToolCalls`]}
        />
      ) : null}
      {props.children}
    </div>
  );
}

function AnalyzeCard({ model }: Part) {
  return (
    <Card
      step="ai_analyze"
      title="Analysts read the charts"
      text="One per timeframe, side by side. Each number they state is checked against the stored values."
    >
      {Timeframe.options.map((timeframe) => {
        const stage = CHART_STAGE[timeframe];
        return (
          <fieldset class={ONLY[timeframe]}>
            <legend class="mb-2 text-sm font-semibold">{STAGE_WORDS[stage]}</legend>
            <AgentFields model={model} stage={stage} />
          </fieldset>
        );
      })}
    </Card>
  );
}

function RiskCard({ model }: Part) {
  return (
    <Card
      step="validate_risk"
      title="Validate the risk"
      text={
        <>
          Rules in code first, with the limits of the{" "}
          <a href="/strategies" class="link">
            strategy
          </a>
          ; they cannot be switched off. The risk manager may then cut or veto, never enlarge.
        </>
      }
    >
      <AgentFields model={model} stage="risk_review">
        <Choice
          name="maxRevisions"
          label="A denied decision may be revised"
          value={model.values.maxRevisions}
          options={[
            ["0", "Never"],
            ["1", "Once"],
            ["2", "Twice"],
            ["3", "Three times"],
          ]}
          hint="The executor is told the reasons of the denial."
          fault={model.faults.maxRevisions}
        />
      </AgentFields>
    </Card>
  );
}

function OrderCard({ model }: Part) {
  const options = [
    ["place", "Place orders", "Once countersigned, as the strategy's approval policy says."],
    ["advise", "Advise only", "Runs end with the verdict and the review. Nothing is ever asked or sent."],
  ] as const;
  return (
    <Card step="place_order" title="Place the order" text="Entry, stop and target leave together, once.">
      <fieldset class="grid gap-2 sm:grid-cols-2">
        <legend class="sr-only">Orders</legend>
        {options.map(([value, title, text]) => (
          <label class="border-edge has-[:checked]:border-accent has-[:checked]:bg-accent-soft flex cursor-pointer gap-2.5 rounded-md border p-3">
            <input
              type="radio"
              id={value === "place" ? "orders" : undefined}
              name="orders"
              value={value}
              checked={model.values.orders === value ? true : undefined}
              class="accent-accent-fill mt-0.5 size-4 shrink-0"
            />
            <span>
              <span class="block text-sm font-medium">{title}</span>
              <span class="text-muted block text-xs">{text}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <FieldNotes name="orders" fault={model.faults.orders} />
    </Card>
  );
}

export function Pipeline({ model }: Part) {
  return (
    <>
      <datalist id="models">
        {model.choices.models.map((name) => (
          <option value={name} />
        ))}
      </datalist>
      <ol aria-label="Steps of the workflow" class="space-y-4">
        <FetchCard model={model} />
        <ChartCard model={model} />
        <AnalyzeCard model={model} />
        <Card
          step="consolidate"
          title="Weigh the reports"
          text="The executor sums up what speaks for and against, with the portfolio and the open trade."
        >
          <AgentFields model={model} stage="consolidation" />
        </Card>
        <Card
          step="decide"
          title="Decide"
          text="BUY, SELL or HOLD with price, stop and target. Abstaining is allowed; no decision is made up."
        >
          <AgentFields model={model} stage="decision" tools />
        </Card>
        <RiskCard model={model} />
        <OrderCard model={model} />
      </ol>
    </>
  );
}
