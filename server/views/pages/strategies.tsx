// Strategies: what each trades and within which limits; a change is a new version and reaches the next execution only.
import type { StrategyParameters, WorkflowDefinition } from "#store/model/strategy.ts";
import type { Frame } from "../layout/frame.ts";
import { Shell } from "../layout/shell.tsx";
import { Empty, Facts, type Notice, NoticeBar, PageHead, Panel, Time } from "../parts/blocks.tsx";
import { ActionForm, Choice, type Faults, Field } from "../parts/form.tsx";
import { decimal, percent, plural } from "../parts/format.ts";
import { Pill } from "../parts/status.tsx";

export type StrategyLine = {
  id: string;
  name: string;
  active: boolean;
  version: number;
  parameters: StrategyParameters;
  updatedAt: string;
};

const APPROVAL = {
  ask: "asks a person",
  conditions: "asks on conditions",
  auto: "rules alone",
  never: "analyses only",
} as const;

export function StrategiesPage(props: { frame: Frame; rows: readonly StrategyLine[] }) {
  return (
    <Shell title="Strategies" frame={props.frame}>
      <PageHead
        title="Strategies"
        lead="Symbols, approval and the limits that code enforces before any order."
      />
      <Panel flush>
        {props.rows.length === 0 ? (
          <Empty icon="strategies" title="No strategy yet">
            The desk creates one at its first start.
          </Empty>
        ) : (
          <table class="grid-table">
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">State</th>
                <th scope="col">Symbols</th>
                <th scope="col">Approval</th>
                <th scope="col" class="number">
                  Least R
                </th>
                <th scope="col" class="number">
                  Least margin
                </th>
                <th scope="col" class="number">
                  Risk per trade
                </th>
                <th scope="col" class="number">
                  Version
                </th>
              </tr>
            </thead>
            <tbody>
              {props.rows.map((row) => (
                <tr>
                  <td>
                    <a class="link font-semibold" href={`/strategies/${row.id}`}>
                      {row.name}
                    </a>
                  </td>
                  <td>
                    {row.active ? (
                      <Pill tone="good" icon="check" text="active" />
                    ) : (
                      <Pill tone="quiet" icon="skip" text="off" />
                    )}
                  </td>
                  <td>
                    {row.parameters.symbols.slice(0, 8).join(", ")}
                    {row.parameters.symbols.length > 8
                      ? ` and ${row.parameters.symbols.length - 8} more`
                      : ""}
                  </td>
                  <td>{APPROVAL[row.parameters.approval]}</td>
                  <td class="number">{decimal(row.parameters.risk.minRCoefficient)}</td>
                  <td class="number">{percent(row.parameters.risk.minProfitMargin)}</td>
                  <td class="number">{percent(row.parameters.risk.riskPerTrade)}</td>
                  <td class="number">{row.version}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Panel>
    </Shell>
  );
}

/** One of the risk limits in the form; fractions are entered as such, 0.05 for 5 %. */
export type LimitField = {
  name: string;
  label: string;
  hint: string;
  value: string;
  /** Null: a number to type. */
  options: readonly (readonly [value: string, text: string])[] | null;
};
export type LimitGroup = { title: string; fields: readonly LimitField[] };

function Limit(props: { field: LimitField; fault: string | undefined }) {
  const { name, label, hint, value, options } = props.field;
  const note = hint === "" ? {} : { hint };
  return options === null ? (
    <Field name={name} label={label} value={value} inputmode="decimal" fault={props.fault} {...note} />
  ) : (
    <Choice name={name} label={label} value={value} options={options} fault={props.fault} {...note} />
  );
}

export type StrategyModel = {
  id: string;
  name: string;
  active: boolean;
  version: number;
  values: { name: string; active: string; symbols: string; approval: string };
  limits: readonly LimitGroup[];
  faults: Faults;
  notice: Notice | null;
  workflow: { name: string; version: number; definition: WorkflowDefinition };
  versions: readonly { version: number; createdAt: string; changed: readonly string[] }[];
};

export function StrategyPage(props: { frame: Frame; model: StrategyModel }) {
  const { model, frame } = props;
  const { definition } = model.workflow;
  return (
    <Shell title={model.name} frame={frame}>
      <PageHead
        title={model.name}
        back={{ href: "/strategies", text: "Strategies" }}
        lead={`Version ${model.version}. A change makes a new version and takes effect with the next execution.`}
      />
      <NoticeBar notice={model.notice} />
      <div class="grid items-start gap-4 xl:grid-cols-3">
        <div class="xl:col-span-2">
          <Panel title="Parameters">
            <ActionForm action={`/strategies/${model.id}`} token={frame.formToken} class="space-y-4">
              <div class="grid gap-4 sm:grid-cols-2">
                <Field
                  name="name"
                  label="Name"
                  value={model.values.name}
                  required
                  maxlength={120}
                  fault={model.faults.name}
                />
                <Choice
                  name="active"
                  label="State"
                  value={model.values.active}
                  options={[
                    ["true", "Active"],
                    ["false", "Off"],
                  ]}
                />
                <Field
                  name="symbols"
                  label="Symbols"
                  value={model.values.symbols}
                  required
                  uppercase
                  hint="Separated by commas or spaces."
                  fault={model.faults.symbols}
                />
                <Choice
                  name="approval"
                  label="Approval"
                  value={model.values.approval}
                  options={[
                    ["ask", "Ask a person about every order"],
                    ["conditions", "Ask a person on the conditions below"],
                    ["auto", "The rules alone countersign"],
                    ["never", "Never: analyse only"],
                  ]}
                  fault={model.faults.approval ?? model.faults.askWhen}
                />
              </div>
              {model.limits.map((group) => (
                <fieldset class="border-line border-t pt-4">
                  <legend class="float-left mb-3 w-full text-sm font-semibold">{group.title}</legend>
                  <div class="clear-both grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
                    {group.fields.map((field) => (
                      <Limit field={field} fault={model.faults[field.name]} />
                    ))}
                  </div>
                </fieldset>
              ))}
              <button type="submit" class="button button-primary">
                Save as a new version
              </button>
            </ActionForm>
          </Panel>
        </div>
        <div class="space-y-4">
          <Panel title={`Workflow ${model.workflow.name}, version ${model.workflow.version}`}>
            <Facts
              rows={[
                ...definition.charts.map(
                  (chart) =>
                    [
                      `${chart.timeframe} chart`,
                      `${chart.barsShown} bars shown of ${chart.barsLoaded} loaded`,
                    ] as const,
                ),
                [
                  "A denied decision may be revised",
                  definition.maxRevisions === 0 ? "never" : plural(definition.maxRevisions, "time"),
                ],
                [
                  "Models per agent",
                  Object.entries(definition.agents).length === 0
                    ? "the desk's model for every stage"
                    : Object.entries(definition.agents)
                        .map(([stage, agent]) => `${stage}: ${agent?.model ?? "the desk's"}`)
                        .join(", "),
                ],
              ]}
            />
          </Panel>
          <Panel title="Versions" flush>
            <ul>
              {model.versions.map((version) => (
                <li class="border-line border-b px-4 py-2.5 last:border-0">
                  <span class="font-semibold">Version {version.version}</span>{" "}
                  <span class="text-muted text-xs">
                    <Time at={version.createdAt} compact />
                  </span>
                  {version.changed.length === 0 ? null : (
                    <ul class="text-muted mt-1 text-sm">
                      {version.changed.map((line) => (
                        <li class="prose-text">{line}</li>
                      ))}
                    </ul>
                  )}
                </li>
              ))}
            </ul>
          </Panel>
        </div>
      </div>
    </Shell>
  );
}
