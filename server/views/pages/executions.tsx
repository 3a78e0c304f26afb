// Executions: the list, the form that starts one, and one execution with its symbols as rows that move.
import type { ApprovalPolicy, ExecutionStatus } from "#store/model/run.ts";
import type { Frame } from "../layout/frame.ts";
import { Shell } from "../layout/shell.tsx";
import { Empty, Facts, type Notice, NoticeBar, PageHead, Pager, Panel, Time } from "../parts/blocks.tsx";
import { ActionForm, Choice, type Faults, Field } from "../parts/form.tsx";
import { cost, decimal, duration, exchangeDate, plural } from "../parts/format.ts";
import { Icon } from "../parts/icons.tsx";
import { ExecutionState, Pill } from "../parts/status.tsx";
import { type ExecutionLine, ExecutionTable } from "../parts/tables.tsx";
import { type RunLineModel, RunRows } from "../run/rows.tsx";

export type ExecutionsModel = {
  rows: readonly ExecutionLine[];
  status: ExecutionStatus | null;
  older: string | null;
  newer: string | null;
};

const FILTERS: readonly (readonly [ExecutionStatus | null, string])[] = [
  [null, "All"],
  ["running", "Running"],
  ["waiting", "Waiting"],
  ["finished", "Finished"],
];

export function ExecutionsPage(props: { frame: Frame; model: ExecutionsModel }) {
  const { model } = props;
  return (
    <Shell title="Executions" frame={props.frame}>
      <PageHead
        title="Executions"
        lead="One execution runs a strategy over its symbols once, as of one moment."
      >
        <a class="button button-primary" href="/executions/new">
          <Icon name="plus" /> New execution
        </a>
      </PageHead>
      <nav aria-label="Filter by state" class="mb-3 flex gap-1">
        {FILTERS.map(([status, text]) => (
          <a
            href={status === null ? "/executions" : `/executions?status=${status}`}
            aria-current={model.status === status ? "page" : undefined}
            class={`rounded-md px-3 py-1 text-sm font-medium ${
              model.status === status ? "bg-accent-soft text-accent" : "text-muted hover:bg-raised"
            }`}
          >
            {text}
          </a>
        ))}
      </nav>
      <Panel id="executions" flush live="any">
        {model.rows.length === 0 ? (
          <Empty
            icon="executions"
            title={model.status === null ? "No execution yet" : `No ${model.status} execution`}
          >
            <a class="link" href="/executions/new">
              Start one
            </a>{" "}
            and watch the agents work.
          </Empty>
        ) : (
          <ExecutionTable rows={model.rows} />
        )}
      </Panel>
      <Pager newer={model.newer} older={model.older} />
    </Shell>
  );
}

export type StartModel = {
  strategies: readonly { id: string; name: string; symbols: readonly string[] }[];
  /** Symbols that the desk knows. */
  known: readonly string[];
  values: { strategy: string; symbols: string; asOf: string; approval: string };
  faults: Faults;
  notice: Notice | null;
  simulator: boolean;
};

const APPROVALS: readonly (readonly [ApprovalPolicy | "", string])[] = [
  ["", "As the strategy says"],
  ["ask", "Ask me about every order"],
  ["conditions", "Ask me under the strategy's conditions"],
  ["auto", "The rules alone countersign"],
  ["never", "Never: analyse only, no order"],
];

export function StartPage(props: { frame: Frame; model: StartModel }) {
  const { model } = props;
  return (
    <Shell title="New execution" frame={props.frame}>
      <PageHead title="New execution" back={{ href: "/executions", text: "Executions" }} />
      <NoticeBar notice={model.notice} />
      <div class="max-w-xl">
        <Panel>
          {model.strategies.length === 0 ? (
            <Empty icon="strategies" title="There is no strategy yet">
              A strategy names the symbols and the limits. The desk creates one at its first start.
            </Empty>
          ) : (
            <ActionForm
              action="/executions"
              token={props.frame.formToken}
              once={props.frame.once}
              class="space-y-4"
            >
              <Choice
                name="strategy"
                label="Strategy"
                value={model.values.strategy}
                options={model.strategies.map((strategy) => [
                  strategy.id,
                  `${strategy.name} (${strategy.symbols.join(", ")})`,
                ])}
                fault={model.faults.strategy}
              />
              <Field
                name="symbols"
                label="Symbols"
                value={model.values.symbols}
                placeholder="the strategy's own"
                hint={
                  model.known.length === 0
                    ? "Separated by commas or spaces; empty: the strategy's own."
                    : `Separated by commas or spaces; empty: the strategy's own. Known here: ${model.known.join(", ")}.`
                }
                fault={model.faults.symbols}
                uppercase
              />
              <Field
                name="asOf"
                type="date"
                label="As of"
                value={model.values.asOf}
                hint="Empty: now. A date replays that session in a simulator of its own, and nothing after it is known."
                fault={model.faults.asOf}
              />
              <Choice
                name="approval"
                label="Approval"
                value={model.values.approval}
                options={APPROVALS}
                fault={model.faults.approval}
              />
              <button type="submit" class="button button-primary min-h-11 w-full">
                Start
              </button>
            </ActionForm>
          )}
        </Panel>
      </div>
    </Shell>
  );
}

export type ExecutionModel = {
  id: string;
  status: ExecutionStatus;
  strategy: { id: string; name: string; version: number };
  mode: string;
  gatewaySession: string;
  accountId: string | null;
  approval: ApprovalPolicy;
  asOf: string;
  createdAt: string;
  /** The schedule's instant that started it, market time; null when a person or a program did. */
  scheduledFor: string | null;
  finishedAt: string | null;
  durationMs: number | null;
  graphVersion: string;
  dryRun: boolean;
  symbolCount: number;
  failed: number;
  llm: { calls: number; inputTokens: number; outputTokens: number; costUsd: string; unpricedCalls: number };
  runs: readonly RunLineModel[];
  older: string | null;
  newer: string | null;
};

export function ExecutionPage(props: { frame: Frame; model: ExecutionModel }) {
  const { model } = props;
  const topic = `execution:${model.id}`;
  return (
    <Shell title={`Execution of ${exchangeDate(model.asOf)}`} frame={props.frame}>
      <PageHead
        title={`${plural(model.symbolCount, "symbol")} as of ${exchangeDate(model.asOf)}`}
        back={{ href: "/executions", text: "Executions" }}
        lead={
          <>
            {model.strategy.name}, version {model.strategy.version}. Started <Time at={model.createdAt} />
            {model.scheduledFor === null ? null : (
              <>
                {" "}
                by its{" "}
                <a class="link" href="/schedules">
                  schedule
                </a>{" "}
                for <Time at={model.scheduledFor} />
              </>
            )}
          </>
        }
      >
        {model.dryRun ? <Pill tone="warn" icon="warn" text="dry run: no order can be sent" /> : null}
        <a class="button" href={`/artifacts?execution=${model.id}`}>
          Artifacts
        </a>
        {model.failed === 0 ? null : (
          <ActionForm
            action={`/executions/${model.id}/retry`}
            token={props.frame.formToken}
            once={props.frame.once}
          >
            <button type="submit" class="button">
              Retry {plural(model.failed, "failed symbol")}
            </button>
          </ActionForm>
        )}
      </PageHead>
      <div class="space-y-4">
        <Panel id="summary" live={topic}>
          <div class="mb-4">
            <ExecutionState status={model.status} large />
          </div>
          <Facts
            columns={4}
            rows={[
              ["Mode", `${model.mode}, session ${model.gatewaySession}`],
              ["Account", model.accountId ?? "not yet known"],
              ["As of", <Time at={model.asOf} />],
              [
                "Approval",
                {
                  ask: "a person, each order",
                  conditions: "a person, on conditions",
                  auto: "by the rules alone",
                  never: "no orders",
                }[model.approval],
              ],
              ["Took", model.finishedAt === null ? "still open" : duration(model.durationMs)],
              [
                "Model calls",
                `${model.llm.calls}, ${decimal(model.llm.inputTokens + model.llm.outputTokens, 0)} tokens`,
              ],
              [
                "Model cost",
                model.llm.unpricedCalls === 0
                  ? cost(model.llm.costUsd)
                  : `${cost(model.llm.costUsd)} and ${plural(model.llm.unpricedCalls, "call")} without a known price`,
              ],
              ["Graph", model.graphVersion],
            ]}
          />
        </Panel>
        <Panel id="runs" title="Symbols" note={shownOf(model)} flush live={topic}>
          <RunRows rows={model.runs} totals={{ symbols: model.symbolCount, ...model.llm }} />
        </Panel>
        <Pager newer={model.newer} older={model.older} words={["First symbols", "Next symbols"]} />
      </div>
    </Shell>
  );
}

/** Which of many symbols the page shows; nothing where it shows them all. */
function shownOf(model: ExecutionModel): string | undefined {
  const [first, last] = [model.runs[0], model.runs.at(-1)];
  if (first === undefined || last === undefined || model.runs.length === model.symbolCount) return undefined;
  return `${first.ordinal + 1} to ${last.ordinal + 1} of ${model.symbolCount}`;
}
