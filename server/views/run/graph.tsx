// The graph as this run went through it: one chip per node with its state, time and attempts; the two analysts abreast.
import type { NodeName } from "#store/model/run.ts";
import { ScrollText, Time } from "../parts/blocks.tsx";
import { duration, words } from "../parts/format.ts";
import { Icon, type IconName } from "../parts/icons.tsx";
import type { NodeModel, NodeState } from "./model.ts";

const LOOK: Readonly<Record<NodeState, readonly [classes: string, icon: IconName, text: string]>> = {
  finished: ["border-good text-good bg-good-soft", "check", "finished"],
  running: ["border-accent text-accent bg-accent-soft", "run", "running"],
  waiting: ["border-warn text-warn bg-warn-soft", "wait", "waiting"],
  failed: ["border-bad text-bad bg-bad-soft", "cross", "failed"],
  ahead: ["border-line text-muted bg-panel", "queue", "not reached"],
  skipped: ["border-line text-muted bg-panel border-dashed", "skip", "not needed"],
};

const COLUMNS: readonly (readonly NodeName[])[] = [
  ["market_data"],
  ["charts"],
  ["technical_analyst", "weekly_trend"],
  ["executor"],
  ["risk_gate"],
  ["risk_manager"],
  ["approval"],
  ["submit_order"],
  ["order_working"],
  ["record"],
];

function Chip(props: { node: NodeModel }) {
  const { node } = props;
  const [classes, icon, text] = LOOK[node.state];
  const again = node.attempts > node.visits ? `, ${node.attempts} attempts` : "";
  return (
    <a
      href={`#node-${node.node}`}
      class={`flex min-h-11 items-center gap-1.5 rounded-md border px-2 py-1 text-xs leading-tight whitespace-nowrap ${classes}`}
      title={`${words(node.node)}: ${text}${again}`}
    >
      <Icon name={icon} size={14} class={icon === "run" ? "spin" : ""} />
      <span>
        <span class="block font-semibold">{words(node.node)}</span>
        <span class="block tabular-nums">
          {node.state === "finished" ? duration(node.durationMs) : text}
          {node.visits > 1 ? ` · ${node.visits} visits` : ""}
          {again}
        </span>
      </span>
    </a>
  );
}

export function GraphStrip(props: { nodes: readonly NodeModel[] }) {
  const byName = new Map(props.nodes.map((node) => [node.node, node]));
  return (
    <ol class="flex flex-wrap items-center gap-x-1.5 gap-y-2">
      {COLUMNS.map((names, index) => (
        <li class="flex items-center gap-1.5">
          {index === 0 ? null : <Icon name="arrow" size={13} class="text-muted" />}
          <span class="flex flex-col gap-1">
            {names.map((name) => {
              const node = byName.get(name);
              return node === undefined ? null : <Chip node={node} />;
            })}
          </span>
        </li>
      ))}
    </ol>
  );
}

/** What each node did, event by event, with its stored output. */
export function NodeLog(props: { nodes: readonly NodeModel[] }) {
  return (
    <div class="divide-line divide-y">
      {props.nodes
        .filter((node) => node.events.length > 0)
        .map((node) => {
          const [, icon, text] = LOOK[node.state];
          return (
            <details id={`node-${node.node}`} class="px-4 py-2.5">
              <summary class="flex flex-wrap items-center gap-x-3">
                <Icon name={icon} size={14} />
                <span class="font-semibold">{words(node.node)}</span>
                <span class="text-muted text-sm">{text}</span>
                <span class="text-muted ml-auto text-sm tabular-nums">{duration(node.durationMs)}</span>
              </summary>
              <ol class="mt-2 space-y-2">
                {node.events.map((event) => (
                  <li class="text-sm">
                    <span class="font-medium">{event.kind}</span>{" "}
                    <span class="text-muted">
                      visit {event.visit + 1}, attempt {event.attempt},{" "}
                    </span>
                    <Time at={event.at} compact />
                    {event.durationMs === null ? null : (
                      <span class="text-muted"> after {duration(event.durationMs)}</span>
                    )}
                    {event.error === null ? null : (
                      <p class="text-bad prose-text">
                        {event.error.message} <span class="text-xs">({event.error.code})</span>
                      </p>
                    )}
                    {event.output === null ? null : (
                      <div class="mt-1">
                        <ScrollText text={event.output} label={`Output of ${words(node.node)}`} />
                      </div>
                    )}
                  </li>
                ))}
              </ol>
            </details>
          );
        })}
    </div>
  );
}
