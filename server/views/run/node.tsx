// What one node did in one visit: input, output, attempts, errors, model calls and its log lines.
import { Empty, Panel, Prose, ScrollText } from "../parts/blocks.tsx";
import { cost, decimal, duration, words } from "../parts/format.ts";
import { Icon } from "../parts/icons.tsx";
import { kept } from "../parts/kept.tsx";
import { Pill, type Tone } from "../parts/status.tsx";
import { CALL_TONE } from "./calls.tsx";
import { NODE_LOOK } from "./graph.tsx";
import type { NodeDetail, NodeModel, NodeState } from "./model.ts";

const TONES: Readonly<Record<NodeState, Tone>> = {
  finished: "good",
  running: "accent",
  waiting: "warn",
  failed: "bad",
  ahead: "quiet",
  skipped: "quiet",
  unreached: "quiet",
};

const nodeHref = (runId: string, node: string, visit?: number) =>
  `/runs/${runId}?node=${node}${visit === undefined ? "" : `&visit=${visit}`}#node`;

function Visits(props: { detail: NodeDetail; runId: string }) {
  const { detail } = props;
  if (detail.visits.length < 2) return null;
  return (
    <nav aria-label="Visits" class="mb-3 flex flex-wrap gap-1">
      {detail.visits.map((visit) => (
        <a
          href={nodeHref(props.runId, detail.node, visit)}
          aria-current={visit === detail.visit ? "page" : undefined}
          class={`rounded-md px-2.5 py-1 text-sm font-medium ${visit === detail.visit ? "bg-accent-soft text-accent" : "text-muted hover:bg-raised"}`}
        >
          {visit === 0 ? "First visit" : `Revision ${visit}`}
        </a>
      ))}
    </nav>
  );
}

function Input(props: { detail: NodeDetail; runId: string; executionId: string }) {
  const { detail } = props;
  if (detail.inputs.length === 0) {
    return (
      <p class="text-sm">
        The symbol, the as-of time and the strategy of{" "}
        <a class="link" href={`/executions/${props.executionId}`}>
          its execution
        </a>
        .
      </p>
    );
  }
  return (
    <ul class="space-y-2">
      {detail.inputs.map((input) => (
        <li>
          <p class="mb-1 text-sm">
            Result of{" "}
            <a class="link" href={nodeHref(props.runId, input.node, input.visit)}>
              {words(input.node)}
              {input.visit > 0 ? `, revision ${input.visit}` : ""}
            </a>
          </p>
          {input.output === null ? null : (
            <ScrollText text={input.output} label={`Result of ${words(input.node)}`} />
          )}
        </li>
      ))}
    </ul>
  );
}

function ModelCalls(props: { calls: NodeDetail["calls"] }) {
  if (props.calls.length === 0) return <p class="text-muted text-sm">This visit asked no model.</p>;
  return (
    <ul class="space-y-1.5 text-sm">
      {props.calls.map((call) => (
        <li class="flex flex-wrap items-center gap-x-2.5 gap-y-1">
          <a class="link font-medium" href={`#call-${call.id}`}>
            {words(call.stage)}
            {call.attempt > 1 ? `, exchange ${call.attempt}` : ""}
          </a>
          <Pill tone={CALL_TONE[call.status]} text={call.status === "ok" ? "answered" : call.status} />
          <span class="text-muted tabular-nums">
            {decimal(call.inputTokens + call.outputTokens, 0)} tokens · {cost(call.costUsd)} ·{" "}
            {duration(call.latencyMs)}
          </span>
        </li>
      ))}
    </ul>
  );
}

const Log = kept(function Log(props: { log: NodeDetail["log"] }) {
  return (
    <ol class="divide-line divide-y text-sm">
      {props.log.map((line) => (
        <li class="flex flex-wrap items-baseline gap-x-2.5 py-1">
          <span class="text-muted font-mono text-xs whitespace-nowrap">
            {line.at.slice(0, 10)} {line.at.slice(11, 23)} UTC
          </span>
          <span class="font-medium">{line.kind}</span>
          <span class="text-muted">
            {line.callId === null ? (
              line.text
            ) : (
              <a class="hover:underline" href={`#call-${line.callId}`}>
                {line.text}
              </a>
            )}
            {line.durationMs === null ? "" : ` · ${duration(line.durationMs)}`}
          </span>
          {line.error === null ? null : (
            <span class="text-bad prose-text basis-full">
              {line.error.message} <span class="text-xs">({line.error.code})</span>
            </span>
          )}
        </li>
      ))}
    </ol>
  );
});

export function NodePanel(props: { detail: NodeDetail; runId: string; executionId: string; live: string }) {
  const { detail } = props;
  const look = NODE_LOOK[detail.state];
  const heading = (text: string) => <h3 class="text-muted mb-1.5 text-xs font-semibold">{text}</h3>;
  return (
    <Panel
      id="node"
      title={`Node: ${words(detail.node)}`}
      note={detail.durationMs === null ? undefined : `took ${duration(detail.durationMs)}`}
      actions={
        <span class="flex items-center gap-2">
          <Pill tone={TONES[detail.state]} icon={look.icon} text={look.text} />
          <a class="button min-h-8 px-2.5 text-sm" href={`/runs/${props.runId}`}>
            <Icon name="cross" size={13} /> Close
          </a>
        </span>
      }
      live={props.live}
    >
      <Visits detail={detail} runId={props.runId} />
      {detail.skipped === null ? null : <Prose text={`Skipped: ${detail.skipped}`} class="mb-3" />}
      <div class="grid gap-x-6 gap-y-4 lg:grid-cols-2">
        <div class="min-w-0">
          {heading("Input")}
          <Input detail={detail} runId={props.runId} executionId={props.executionId} />
        </div>
        <div class="min-w-0">
          {heading("Output")}
          {detail.output === null ? (
            <p class="text-muted text-sm">None recorded{detail.state === "running" ? " yet" : ""}.</p>
          ) : (
            <ScrollText text={detail.output} label={`Output of ${words(detail.node)}`} />
          )}
        </div>
        <div class="min-w-0">
          {heading("Model calls")}
          <ModelCalls calls={detail.calls} />
        </div>
        <div class="min-w-0">
          {heading("Log of this visit")}
          <Log log={detail.log} />
        </div>
      </div>
    </Panel>
  );
}

/** All nodes as rows: where to look when something took long or failed. */
export const NodeTable = kept(function NodeTable(props: { nodes: readonly NodeModel[]; runId: string }) {
  const begun = props.nodes.filter((node) => node.visits > 0);
  if (begun.length === 0) {
    return (
      <Empty icon="queue" title="Nothing has begun">
        Each node appears here as soon as a worker takes the run.
      </Empty>
    );
  }
  return (
    <table class="grid-table text-sm">
      <thead>
        <tr>
          <th scope="col">Node</th>
          <th scope="col">State</th>
          <th scope="col" class="number">
            Visits
          </th>
          <th scope="col" class="number">
            Attempts
          </th>
          <th scope="col" class="number">
            Took
          </th>
          <th scope="col">Last fault</th>
        </tr>
      </thead>
      <tbody>
        {begun.map((node) => {
          const look = NODE_LOOK[node.state];
          return (
            <tr id={`node-${node.node}`}>
              <td>
                <a class="link font-medium" href={nodeHref(props.runId, node.node)}>
                  {words(node.node)}
                </a>
              </td>
              <td>
                <Pill tone={TONES[node.state]} icon={look.icon} text={look.text} />
              </td>
              <td class="number">{node.visits}</td>
              <td class="number">{node.attempts}</td>
              <td class="number">{duration(node.durationMs)}</td>
              <td class="prose-text">
                {node.error === null ? (
                  <span class="text-muted">–</span>
                ) : (
                  `${node.error.message} (${node.error.code})`
                )}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
});
