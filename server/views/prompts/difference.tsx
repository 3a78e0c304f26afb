// What changed between two texts: signs, words and line numbers tell it; colour only repeats them. Pure.
import type { Frame } from "../layout/frame.ts";
import { Shell } from "../layout/shell.tsx";
import { Empty, PageHead, Panel } from "../parts/blocks.tsx";
import { plural } from "../parts/format.ts";
import type { DifferenceModel, VersionModel } from "./model.ts";
import { STAGE_TITLE } from "./stages.ts";

type Line = DifferenceModel["hunks"][number]["lines"][number];

const LOOK = {
  same: { row: "", sign: " ", said: null },
  removed: { row: "bg-bad-soft", sign: "−", said: "removed: " },
  added: { row: "bg-good-soft", sign: "+", said: "added: " },
} as const;

function Pieces(props: { line: Line }) {
  const { line } = props;
  if (line.kind === "same") return <>{line.pieces.map((piece) => piece.text)}</>;
  // A line that changed as a whole needs no mark on each of its words.
  const inPart = line.pieces.some((piece) => !piece.changed && piece.text.trim() !== "");
  return (
    <>
      {line.pieces.map((piece) => {
        if (!piece.changed || !inPart) return piece.text;
        return line.kind === "removed" ? (
          <del class="decoration-2">{piece.text}</del>
        ) : (
          <ins class="font-bold underline decoration-2">{piece.text}</ins>
        );
      })}
    </>
  );
}

function LineRow(props: { line: Line }) {
  const { line } = props;
  const { row, sign, said } = LOOK[line.kind];
  return (
    <tr class={row}>
      <td class="text-muted w-10 px-2 text-right align-top tabular-nums select-none">{line.before ?? ""}</td>
      <td class="text-muted w-10 px-2 text-right align-top tabular-nums select-none">{line.after ?? ""}</td>
      <td class="w-5 px-1 text-center align-top font-bold select-none" aria-hidden="true">
        {sign}
      </td>
      <td class="py-0.5 pr-4 align-top wrap-anywhere whitespace-pre-wrap">
        {said === null ? null : <span class="sr-only">{said}</span>}
        <Pieces line={line} />
      </td>
    </tr>
  );
}

export function differenceWords({ added, removed }: DifferenceModel): string {
  if (added + removed === 0) return "no difference";
  return `${plural(added, "line")} added, ${removed} removed`;
}

export function DifferenceTable(props: { difference: DifferenceModel; label: string }) {
  const { hunks } = props.difference;
  if (hunks.length === 0) return <p class="text-muted p-4 text-sm">Word for word the same.</p>;
  return (
    <section tabindex={0} aria-label={props.label} class="overflow-x-auto">
      <table class="w-full min-w-[34rem] border-collapse font-mono text-xs">
        <thead class="sr-only">
          <tr>
            <th scope="col">Line before</th>
            <th scope="col">Line after</th>
            <th scope="col">Sign</th>
            <th scope="col">Text</th>
          </tr>
        </thead>
        <tbody>
          {hunks.map((hunk) => (
            <>
              {hunk.skipped === 0 ? null : (
                <tr>
                  <td colspan={4} class="text-muted bg-raised px-4 py-1 text-center font-sans">
                    {plural(hunk.skipped, "equal line")}
                  </td>
                </tr>
              )}
              {hunk.lines.map((line) => (
                <LineRow line={line} />
              ))}
            </>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Chooses the two versions to compare; works without scripts. */
export function CompareForm(props: { versions: readonly VersionModel[]; from: string; to: string }) {
  const choice = (name: string, label: string, chosen: string) => (
    <div class="min-w-40">
      <label for={`compare-${name}`} class="text-muted mb-0.5 block text-xs">
        {label}
      </label>
      <select id={`compare-${name}`} name={name} class="field">
        {props.versions.map((version) => (
          <option value={version.id} selected={version.id === chosen}>
            version {version.version}
            {version.active ? ", active" : ""}
          </option>
        ))}
      </select>
    </div>
  );
  return (
    <form method="get" action="/prompts/difference" class="flex flex-wrap items-end gap-2">
      {choice("from", "From", props.from)}
      {choice("to", "To", props.to)}
      <button type="submit" class="button">
        Compare
      </button>
    </form>
  );
}

export function DifferencePage(props: {
  frame: Frame;
  before: VersionModel;
  after: VersionModel;
  versions: readonly VersionModel[];
  difference: DifferenceModel;
}) {
  const { before, after, difference } = props;
  return (
    <Shell title={`${STAGE_TITLE[after.stage]}: ${before.version} to ${after.version}`} frame={props.frame}>
      <PageHead
        title={`${STAGE_TITLE[after.stage]}: version ${before.version} to ${after.version}`}
        back={{ href: `/prompts/stages/${after.stage}`, text: STAGE_TITLE[after.stage] }}
        lead={`${differenceWords(difference)}. Each version's own number is left out of the comparison.`}
      />
      <div class="space-y-4">
        <Panel>
          <CompareForm versions={props.versions} from={before.id} to={after.id} />
        </Panel>
        <Panel title="Difference" flush>
          {difference.hunks.length === 0 ? (
            <Empty icon="prompts" title="Word for word the same">
              Choose two other versions above.
            </Empty>
          ) : (
            <DifferenceTable difference={difference} label="Difference, line by line" />
          )}
        </Panel>
      </div>
    </Shell>
  );
}
