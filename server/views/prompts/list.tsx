// Prompts: the five stages with the version in use, and one stage with all its versions and what each came to. Pure.
import type { AgentStage } from "#store/model/run.ts";
import type { Frame } from "../layout/frame.ts";
import { Shell } from "../layout/shell.tsx";
import { Empty, PageHead, Panel, Time } from "../parts/blocks.tsx";
import { plural } from "../parts/format.ts";
import { Pill } from "../parts/status.tsx";
import { CompareForm } from "./difference.tsx";
import type { ActivationModel, ResultsLine, StageModel, VersionModel } from "./model.ts";
import { BEING_COUNTED, KIND_TEXT, ResultsNote, StageResults } from "./results.tsx";
import { STAGE_TEXT, STAGE_TITLE } from "./stages.ts";

export function authorText(version: Pick<VersionModel, "author">): string {
  return version.author ?? "came with the desk";
}

export type StageSummary = {
  stage: AgentStage;
  versions: number;
  active: VersionModel | null;
  since: ActivationModel | null;
};

export function PromptsPage(props: { frame: Frame; stages: readonly StageSummary[] }) {
  return (
    <Shell title="Prompts" frame={props.frame}>
      <PageHead
        title="Prompts"
        lead="Each stage has a prompt of its own. A version never changes; its hash is in every call made with it. Writing a new one changes nothing until you put it into use, and never a run that has already asked."
      />
      <div class="grid gap-4 lg:grid-cols-2">
        {props.stages.map(({ stage, versions, active, since }) => (
          <Panel
            title={STAGE_TITLE[stage]}
            note={plural(versions, "version")}
            actions={
              <a class="button" href={`/prompts/stages/${stage}`}>
                Open
              </a>
            }
          >
            <p class="text-muted text-sm">{STAGE_TEXT[stage]}</p>
            {active === null ? (
              <Empty icon="prompts" title="No version is in use">
                The desk stores its own templates at start. Until one is in use, runs stop at this stage.
              </Empty>
            ) : (
              <p class="mt-3 flex flex-wrap items-center gap-x-2 gap-y-1">
                <a class="link font-semibold" href={`/prompts/${active.id}`}>
                  Version {active.version}
                </a>
                <Pill tone="good" icon="check" text="in use" />
                <span class="text-muted text-sm">
                  {authorText(active)}
                  {since === null ? null : (
                    <>
                      ; in use since <Time at={since.at} compact />
                    </>
                  )}
                </span>
              </p>
            )}
          </Panel>
        ))}
      </div>
    </Shell>
  );
}

function KindTabs(props: { stage: AgentStage; kind: ResultsLine["kind"]; results: readonly ResultsLine[] }) {
  const kinds = (Object.keys(KIND_TEXT) as ResultsLine["kind"][]).filter((kind) =>
    props.results.some((line) => line.kind === kind),
  );
  if (kinds.length < 2) return null;
  return (
    <nav aria-label="Kind of runs" class="flex flex-wrap gap-1 px-4 pt-3">
      {kinds.map((kind) => (
        <a
          href={`/prompts/stages/${props.stage}?kind=${kind}#results`}
          aria-current={kind === props.kind ? "true" : undefined}
          class={`rounded-md px-2.5 py-1 text-sm font-medium ${kind === props.kind ? "bg-accent-soft text-accent" : "text-muted hover:bg-raised"}`}
        >
          {KIND_TEXT[kind]}
        </a>
      ))}
    </nav>
  );
}

export function StagePage(props: { frame: Frame; model: StageModel; kind: ResultsLine["kind"] }) {
  const { model, kind } = props;
  const active = model.versions.find((version) => version.active);
  const [newest] = model.versions;
  const base = active ?? newest;
  return (
    <Shell title={`Prompts: ${STAGE_TITLE[model.stage]}`} frame={props.frame}>
      <PageHead
        title={STAGE_TITLE[model.stage]}
        back={{ href: "/prompts", text: "Prompts" }}
        lead={STAGE_TEXT[model.stage]}
      >
        {base === undefined ? null : (
          <a class="button button-primary" href={`/prompts/new?from=${base.id}`}>
            Write a new version
          </a>
        )}
      </PageHead>
      <div class="space-y-4">
        <Panel title="Versions" flush>
          <Versions versions={model.versions} />
        </Panel>
        {model.versions.length < 2 ? null : (
          <Panel title="Compare two versions">
            <CompareForm
              versions={model.versions}
              from={active?.id ?? model.versions[1]?.id ?? ""}
              to={newest?.id ?? ""}
            />
          </Panel>
        )}
        <Panel
          id="results"
          title={`What each version came to${model.countedAt === null ? "" : `: ${KIND_TEXT[kind].toLowerCase()}`}`}
          flush
        >
          {model.countedAt === null ? (
            BEING_COUNTED
          ) : (
            <>
              <KindTabs stage={model.stage} kind={kind} results={model.results} />
              <StageResults versions={model.versions} results={model.results} kind={kind} />
              {model.results.length === 0 ? null : (
                <ResultsNote fewest={model.fewest} countedAt={model.countedAt} />
              )}
            </>
          )}
        </Panel>
        <Panel title="Who put which version into use" flush>
          <Activations rows={model.activations} />
        </Panel>
      </div>
    </Shell>
  );
}

function Versions(props: { versions: readonly VersionModel[] }) {
  if (props.versions.length === 0) {
    return (
      <Empty icon="prompts" title="No version stored yet">
        The desk stores its own templates at start.
      </Empty>
    );
  }
  return (
    <table class="grid-table">
      <thead>
        <tr>
          <th scope="col">Version</th>
          <th scope="col">State</th>
          <th scope="col">Written by</th>
          <th scope="col">What changed</th>
          <th scope="col">Hash</th>
          <th scope="col">Stored</th>
        </tr>
      </thead>
      <tbody>
        {props.versions.map((version) => (
          <tr>
            <td>
              <a class="link font-semibold whitespace-nowrap" href={`/prompts/${version.id}`}>
                Version {version.version}
              </a>
            </td>
            <td>
              {version.active ? (
                <Pill tone="good" icon="check" text="in use" />
              ) : (
                <span class="text-muted">kept</span>
              )}
            </td>
            <td class="prose-text">{authorText(version)}</td>
            <td class="prose-text">{version.note ?? <span class="text-muted">–</span>}</td>
            <td class="font-mono text-xs">{version.contentHash.slice(0, 12)}</td>
            <td class="text-muted">
              <Time at={version.createdAt} compact />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Activations(props: { rows: readonly ActivationModel[] }) {
  if (props.rows.length === 0) {
    return (
      <Empty icon="prompts" title="Not kept">
        This stage's version was put into use before the desk kept who did it. The next change is kept.
      </Empty>
    );
  }
  return (
    <ul>
      {props.rows.map((row) => (
        <li class="border-line flex flex-wrap items-baseline gap-x-3 border-b px-4 py-2 last:border-0">
          <a class="link font-semibold" href={`/prompts/${row.promptVersionId}`}>
            Version {row.version}
          </a>
          <span class="prose-text">{row.who}</span>
          <span class="text-muted ml-auto text-sm">
            <Time at={row.at} />
          </span>
        </li>
      ))}
    </ul>
  );
}
