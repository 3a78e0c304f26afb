// Every version with what it changed, any two side by side, and the way back to an older one. Pure.
import { Panel, Time } from "../parts/blocks.tsx";
import { ActionForm } from "../parts/form.tsx";
import { plural } from "../parts/format.ts";
import { ExecutionState, Pill } from "../parts/status.tsx";
import type { HistoryModel, KeptExecution, VersionLine } from "./model.ts";
import { Differences } from "./review.tsx";

function VersionChoice(props: { name: string; label: string; history: HistoryModel; chosen: string }) {
  return (
    <div class="min-w-0 flex-1">
      <label for={props.name} class="text-muted mb-0.5 block text-xs">
        {props.label}
      </label>
      <select id={props.name} name={props.name} class="field">
        {props.history.versions.map((one) => (
          <option value={one.key} selected={one.key === props.chosen}>
            version {one.version}
          </option>
        ))}
      </select>
    </div>
  );
}

/** `page`: the address that takes `from` and `to` and shows their difference. */
function Compare(props: { history: HistoryModel; page: string }) {
  const { history } = props;
  const [newest, before] = history.versions;
  if (newest === undefined || before === undefined) return null;
  const { compared } = history;
  return (
    <div class="border-line border-b p-4" id="compare">
      <form method="get" action={`${props.page}#compare`} class="flex flex-wrap items-end gap-2">
        <VersionChoice name="from" label="From" history={history} chosen={compared?.from.key ?? before.key} />
        <VersionChoice name="to" label="To" history={history} chosen={compared?.to.key ?? newest.key} />
        <button type="submit" class="button">
          Compare
        </button>
      </form>
      {compared === null ? null : (
        <div class="mt-3">
          <p class="mb-2 text-sm font-medium">
            From version {compared.from.version} to version {compared.to.version}:{" "}
            {compared.differences.length === 0 ? "the same" : plural(compared.differences.length, "change")}
          </p>
          <Differences differences={compared.differences} />
        </div>
      )}
    </div>
  );
}

/** Where the way back is an address, it leads to a form that shows what will change. */
function Back(props: { version: VersionLine; actions: HistoryActions }) {
  const { version, actions } = props;
  const text = actions.words.activate;
  const label = `${text}: version ${version.version}`;
  const way = actions.back(version);
  return way.kind === "page" ? (
    <a class="link" href={way.href} aria-label={label}>
      {text}
    </a>
  ) : (
    <ActionForm action={way.href} token={actions.token}>
      <button type="submit" class="link" aria-label={label}>
        {text}
      </button>
    </ActionForm>
  );
}

function Version(props: { version: VersionLine; actions: HistoryActions }) {
  const { version, actions } = props;
  return (
    <li class="border-line border-b px-4 py-3 last:border-0">
      <div class="flex flex-wrap items-center gap-x-2 gap-y-1">
        {actions.open === undefined ? (
          <span class="font-semibold">Version {version.version}</span>
        ) : (
          <a class="link font-semibold" href={actions.open(version)}>
            Version {version.version}
          </a>
        )}
        {version.newest ? <Pill tone="good" icon="check" text={actions.words.newest} /> : null}
        <span class="text-muted text-xs">
          <Time at={version.createdAt} compact />
        </span>
        <div class="ml-auto flex gap-3 text-sm">
          {actions.clone === undefined ? null : (
            <a class="link" href={actions.clone(version)} aria-label={`Clone version ${version.version}`}>
              Clone
            </a>
          )}
          {version.newest ? null : <Back version={version} actions={actions} />}
        </div>
      </div>
      {version.note === null ? null : <p class="text-muted text-xs wrap-anywhere">{version.note}</p>}
      {version.differences.length === 0 ? null : (
        <details class="mt-1" open={version.newest ? true : undefined}>
          <summary class="text-muted text-sm">{plural(version.differences.length, "change")}</summary>
          <div class="mt-2">
            <Differences differences={version.differences} />
          </div>
        </details>
      )}
    </li>
  );
}

export type HistoryActions = {
  token: string;
  /** What the newest version is called, and what brings an older one back. */
  words: { newest: string; activate: string; note: string };
  /** Where comparing happens. */
  page: string;
  back(version: VersionLine): { kind: "page" | "form"; href: string };
  open?(version: VersionLine): string;
  clone?(version: VersionLine): string;
};

/** Versions in the list, each with what it changed; any two can be compared. */
export const VERSIONS_LISTED = 40;

export function History(props: { history: HistoryModel; actions: HistoryActions }) {
  return (
    <Panel id="versions" title="Versions" note={props.actions.words.note} flush>
      <Compare history={props.history} page={props.actions.page} />
      <ul aria-label="Versions">
        {props.history.versions.slice(0, VERSIONS_LISTED).map((version) => (
          <Version version={version} actions={props.actions} />
        ))}
      </ul>
      {props.history.versions.length > VERSIONS_LISTED ? (
        <p class="text-muted border-line border-t px-4 py-3 text-sm">
          {plural(props.history.versions.length - VERSIONS_LISTED, "older version")} can be compared above.
        </p>
      ) : null}
    </Panel>
  );
}

/** Says plainly that running work keeps what it began with, and which work that is. */
export function Kept(props: { executions: readonly KeptExecution[]; what: string }) {
  return (
    <Panel id="kept" title="Running executions" live="any">
      <p class="text-muted text-sm">
        A change takes effect with the next execution. What runs keeps the {props.what} it began with.
      </p>
      {props.executions.length === 0 ? (
        <p class="mt-2 text-sm">None is running now.</p>
      ) : (
        <ul class="mt-2 space-y-2 text-sm">
          {props.executions.map((one) => (
            <li class="flex flex-wrap items-center gap-2">
              <a class="link font-medium" href={`/executions/${one.id}`}>
                version {one.version}
              </a>
              <ExecutionState status={one.status} />
              <span class="text-muted text-xs">
                since <Time at={one.createdAt} compact />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
