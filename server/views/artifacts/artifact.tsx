// One stored artifact: the picture, the table of values or the specification, its hash, and the way back to its run.
import type { Frame } from "../layout/frame.ts";
import { Shell } from "../layout/shell.tsx";
import { Facts, PageHead, Panel, Time } from "../parts/blocks.tsx";
import { decimal, words } from "../parts/format.ts";
import { Icon } from "../parts/icons.tsx";
import { kept } from "../parts/kept.tsx";
import type { ArtifactModel } from "./model.ts";

const TITLES = {
  chart_png: "chart as the model saw it",
  chart_spec: "chart specification",
  market_data: "market data",
} as const;

export const kilobytes = (bytes: number) =>
  bytes < 1000 ? `${bytes} bytes` : `${decimal(bytes / 1000, bytes < 100_000 ? 1 : 0)} kB`;

function cell(value: string | number | null): string {
  if (value === null) return "–";
  return typeof value === "number" ? String(value) : value;
}

const Values = kept(function Values(props: { table: NonNullable<ArtifactModel["table"]> }) {
  const { columns, rows, notice } = props.table;
  return (
    <Panel title="Values per bar" note={notice} textOnly>
      <table class="grid-table text-xs">
        <thead>
          <tr>
            {columns.map((column, index) => (
              <th scope="col" class={index === 0 ? "" : "number"}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {row.map((value, index) => (
                <td class={index === 0 ? "whitespace-nowrap" : "number"}>{cell(value)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
});

function Body(props: { artifact: ArtifactModel }) {
  const { artifact } = props;
  if (artifact.fault !== null) {
    return (
      <Panel>
        <p class="text-bad">{artifact.fault}</p>
      </Panel>
    );
  }
  if (artifact.table !== null) return <Values table={artifact.table} />;
  if (artifact.kind === "chart_spec") {
    return (
      <Panel>
        <p class="text-sm">
          A Vega-Lite specification: the same drawing as the picture, as data. It is drawn on{" "}
          <a class="link" href={`/runs/${artifact.runId}#charts`}>
            the run's page
          </a>
          .
        </p>
      </Panel>
    );
  }
  return (
    <div class="panel overflow-hidden bg-white">
      <img
        src={`/api/artifacts/${artifact.id}/content`}
        alt={`${artifact.symbol}, ${artifact.timeframe} chart with the indicators that the agents were given`}
        width={1024}
        height={768}
        class="mx-auto h-auto w-full max-w-[1024px]"
      />
    </div>
  );
}

function Related(props: { artifact: ArtifactModel }) {
  const { artifact } = props;
  const links = [
    ...(artifact.marketDataId === null
      ? []
      : [{ href: `/artifacts/${artifact.marketDataId}`, text: "the values it draws" }]),
    ...artifact.drawnBy.map(({ id, kind }) => ({ href: `/artifacts/${id}`, text: words(kind) })),
    ...artifact.shownTo.map(({ callId, text }) => ({
      href: `/runs/${artifact.runId}#call-${callId}`,
      text: `shown to: ${text}`,
    })),
  ];
  return (
    <ul class="space-y-1">
      <li>
        <a class="link" href={`/runs/${artifact.runId}`}>
          its run
        </a>
      </li>
      <li>
        <a class="link" href={`/executions/${artifact.executionId}`}>
          its execution
        </a>
      </li>
      {links.map((link) => (
        <li>
          <a class="link" href={link.href}>
            {link.text}
          </a>
        </li>
      ))}
    </ul>
  );
}

export function ArtifactPage(props: { frame: Frame; artifact: ArtifactModel }) {
  const { artifact } = props;
  const title = `${artifact.symbol}, ${artifact.timeframe === null ? "" : `${artifact.timeframe} `}${TITLES[artifact.kind]}`;
  return (
    <Shell title={title} frame={props.frame}>
      <PageHead
        title={title}
        back={{ href: `/artifacts?run=${artifact.runId}`, text: "Artifacts of its run" }}
        lead={
          <>
            Stored <Time at={artifact.createdAt} />. It never changes: its address in the store is its hash.
          </>
        }
      >
        <a class="button" href={`/api/artifacts/${artifact.id}/content`} download>
          <Icon name="down" /> Download
        </a>
      </PageHead>
      <div class="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_20rem]">
        <div class="min-w-0">
          <Body artifact={artifact} />
        </div>
        <Panel title="What it is">
          <Facts
            rows={[
              ["Kind", words(artifact.kind)],
              ["Media type", artifact.mediaType],
              ["Size", kilobytes(artifact.byteLength)],
              ["SHA-256", <span class="font-mono text-xs">{artifact.sha256}</span>],
              ["Belongs to", <Related artifact={artifact} />],
            ]}
          />
        </Panel>
      </div>
    </Shell>
  );
}
