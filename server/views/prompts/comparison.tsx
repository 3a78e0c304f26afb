// A try beside the run it was made from: what was asked of whom at what cost, and what each side said. Pure.
import type { Frame } from "../layout/frame.ts";
import { Shell } from "../layout/shell.tsx";
import { live, PageHead, Panel } from "../parts/blocks.tsx";
import { cost, decimal, duration, exchangeDate, words } from "../parts/format.ts";
import { Icon } from "../parts/icons.tsx";
import { Pill, RunStatus } from "../parts/status.tsx";
import type { ComparisonModel } from "./model.ts";
import { STAGE_TITLE } from "./stages.ts";

type Stage = ComparisonModel["stages"][number];
type Part = ComparisonModel["parts"][number];

function Asked(props: { asked: Stage["original"]; otherwise: string }) {
  const { asked } = props;
  if (asked === null) return <span class="text-muted">{props.otherwise}</span>;
  return (
    <>
      {asked.promptVersionId === null ? (
        "prompt not stored"
      ) : (
        <a class="link" href={`/prompts/${asked.promptVersionId}`}>
          version {asked.version}
        </a>
      )}
      , {asked.model}
      {asked.answered ? null : <span class="text-bad font-medium"> – no usable answer</span>}
      <span class="text-muted block text-xs">
        {asked.calls} {asked.calls === 1 ? "call" : "calls"}, {decimal(asked.tokens, 0)} tokens,{" "}
        {cost(asked.costUsd)}, {duration(asked.latencyMs)}
      </span>
    </>
  );
}

function Stages(props: { stages: readonly Stage[] }) {
  return (
    <table class="grid-table">
      <thead>
        <tr>
          <th scope="col">Stage</th>
          <th scope="col">Original</th>
          <th scope="col">Try</th>
        </tr>
      </thead>
      <tbody>
        {props.stages.map((stage) => (
          <tr>
            <th scope="row">
              {STAGE_TITLE[stage.stage]}
              {stage.chosen ? <span class="text-accent block text-xs">tried</span> : null}
            </th>
            <td>
              <Asked asked={stage.original} otherwise="never reached" />
            </td>
            <td>
              <Asked
                asked={stage.tried}
                otherwise={stage.taken ? "taken over: the same question, the same answer" : "never reached"}
              />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Difference(props: { same: boolean }) {
  return props.same ? (
    <span class="text-muted inline-flex items-center gap-1 text-xs whitespace-nowrap">
      <Icon name="check" size={12} /> same
    </span>
  ) : (
    <span class="text-warn inline-flex items-center gap-1 text-xs font-semibold whitespace-nowrap">
      <Icon name="arrow" size={12} /> differs
    </span>
  );
}

function titleOf(part: Part): string {
  return part.stage === "rules"
    ? "Risk rules"
    : part.stage === "outcome"
      ? "How it ended"
      : STAGE_TITLE[part.stage];
}

function Facts(props: { part: Part }) {
  return (
    <table class="grid-table">
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">Original</th>
          <th scope="col">Try</th>
        </tr>
      </thead>
      <tbody>
        {props.part.facts.map((fact) => (
          <tr>
            <th scope="row" class="w-40">
              <span class="block">{fact.label}</span>
              <Difference same={fact.same} />
            </th>
            <td class="prose-text w-2/5">{fact.original ?? <span class="text-muted">–</span>}</td>
            <td class="prose-text w-2/5">{fact.tried ?? <span class="text-muted">–</span>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function PartPanel(props: { part: Part }) {
  const { part } = props;
  const differing = part.facts.filter((fact) => !fact.same).length;
  return (
    <Panel title={titleOf(part)} note={differing === 0 ? "the same" : `${differing} differ`} textOnly>
      <Facts part={part} />
    </Panel>
  );
}

/** Answers that were not asked for again: they are the same by definition, and one tap away. */
function TakenOver(props: { parts: readonly Part[] }) {
  if (props.parts.length === 0) return null;
  return (
    <Panel title="Taken over from the original" note="nothing of it was asked again" flush>
      {props.parts.map((part) => (
        <details class="border-line border-b px-4 py-2.5 last:border-0">
          <summary class="font-medium">{titleOf(part)}</summary>
          <dl class="mt-2 space-y-2 text-sm">
            {part.facts.map((fact) => (
              <div class="grid gap-x-4 sm:grid-cols-[9rem_minmax(0,1fr)]">
                <dt class="text-muted">{fact.label}</dt>
                <dd class="prose-text">{fact.original ?? "–"}</dd>
              </div>
            ))}
          </dl>
        </details>
      ))}
    </Panel>
  );
}

/** What it comes to, in a sentence. */
function Sum(props: { parts: readonly Part[] }) {
  const differing = props.parts.flatMap((part) =>
    part.facts
      .filter((fact) => !fact.same)
      .map((fact) => `${titleOf(part).toLowerCase()}: ${fact.label.toLowerCase()}`),
  );
  return (
    <p class="panel px-4 py-3">
      <span class="font-semibold">
        {differing.length === 0 ? "Nothing differs." : `${differing.length} of what was said differs.`}
      </span>{" "}
      <span class="text-muted">
        {differing.length === 0
          ? "On this run the try came to the very same as the original; one run says little about others."
          : `${differing.slice(0, 8).join("; ")}${differing.length > 8 ? " …" : ""}.`}
      </span>
    </p>
  );
}

function Judged(props: { model: ComparisonModel }) {
  const { settings } = props.model;
  return settings.snapshotOf === null
    ? "The rules judged the try on the account, the quote and the market of the moment it ran, because the past run never reached them or everything was read anew: their verdicts do not compare."
    : "The rules judged both on the account, the quote and the market that they saw in the past run.";
}

const OVER: ReadonlySet<string> = new Set(["done", "denied", "abstained", "failed"]);

export function ComparisonPage(props: { frame: Frame; model: ComparisonModel }) {
  const { frame, model } = props;
  const { source, fork } = model;
  const models = new Set(
    model.stages.flatMap((stage) =>
      [stage.original, stage.tried].flatMap((asked) => (asked === null ? [] : [asked.model])),
    ),
  );
  const other = model.stages.some(
    (stage) => stage.tried !== null && stage.tried.model !== stage.original?.model,
  );
  return (
    <Shell title={`Try on ${source.symbol}`} frame={frame}>
      <div id="comparison" {...live(`run:${fork.id}`)}>
        <PageHead
          title={`${source.symbol} as of ${exchangeDate(source.asOf)}: the original and the try`}
          back={{ href: `/runs/${source.id}/try`, text: "Try something else on this run" }}
          lead={
            <>
              A dry run from the step “{words(model.settings.point)}” on: no order can come of it.{" "}
              <Judged model={model} />{" "}
              <a class="link" href={`/runs/${source.id}`}>
                Original run
              </a>
              {" · "}
              <a class="link" href={`/runs/${fork.id}`}>
                Try's own run
              </a>
            </>
          }
        >
          <RunStatus status={fork.status} large />
          <Pill tone="warn" icon="warn" text="dry run" large />
        </PageHead>
        {OVER.has(fork.status) ? null : (
          <p role="status" class="bg-accent-soft text-accent mb-4 rounded-lg px-4 py-2.5 font-medium">
            The try is still at work; this page fills itself.
          </p>
        )}
        {fork.error === null ? null : (
          <p role="alert" class="bg-bad-soft text-bad prose-text mb-4 rounded-lg px-4 py-2.5 font-medium">
            {fork.error.message} <span class="text-xs">({fork.error.code})</span>
          </p>
        )}
        {other && models.size > 1 ? (
          <p class="bg-warn-soft text-warn mb-4 rounded-lg px-4 py-2.5 font-medium">
            The models differ too: what differs below may be theirs and not the prompt's.
          </p>
        ) : null}
        <div class="space-y-4">
          {OVER.has(fork.status) ? <Sum parts={model.parts} /> : null}
          <Panel title="What was asked, and what it cost" flush>
            <Stages stages={model.stages} />
          </Panel>
          {model.parts
            .filter((part) => !part.taken)
            .map((part) => (
              <PartPanel part={part} />
            ))}
          <TakenOver parts={model.parts.filter((part) => part.taken)} />
        </div>
      </div>
    </Shell>
  );
}
