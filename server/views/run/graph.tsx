// The graph as this run went through it: one chip per node with its state, time and attempts, the two analysts abreast.
// Each chip is a link to that node's visit; the page answers it without scripts.
import type { NodeName } from "#store/model/run.ts";
import { duration, words } from "../parts/format.ts";
import { Icon, type IconName } from "../parts/icons.tsx";
import { kept } from "../parts/kept.tsx";
import type { NodeModel, NodeState } from "./model.ts";

/** Colour, sign and word of a node's state: any one of them is enough. */
export const NODE_LOOK: Readonly<
  Record<NodeState, { classes: string; tone: string; icon: IconName; text: string }>
> = {
  finished: { classes: "border-good bg-good-soft", tone: "text-good", icon: "check", text: "finished" },
  running: { classes: "border-accent bg-accent-soft", tone: "text-accent", icon: "run", text: "running" },
  waiting: { classes: "border-warn bg-warn-soft", tone: "text-warn", icon: "wait", text: "waiting" },
  failed: { classes: "border-bad bg-bad-soft", tone: "text-bad", icon: "cross", text: "failed" },
  ahead: { classes: "border-line bg-panel", tone: "text-muted", icon: "queue", text: "ahead" },
  skipped: {
    classes: "border-edge bg-panel border-dashed",
    tone: "text-muted",
    icon: "skip",
    text: "skipped",
  },
  unreached: {
    classes: "border-line bg-panel border-dashed",
    tone: "text-muted",
    icon: "skip",
    text: "not needed",
  },
};

export const COLUMNS: readonly (readonly NodeName[])[] = [
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

function Chip(props: { node: NodeModel; runId: string; chosen: boolean }) {
  const { node } = props;
  const look = NODE_LOOK[node.state];
  const again = node.attempts > node.visits ? `${node.attempts} attempts` : "";
  const visits = node.visits > 1 ? `${node.visits} visits` : "";
  const timed = node.state === "finished" ? duration(node.durationMs) : look.text;
  const body = (
    <>
      <Icon name={look.icon} size={14} class={look.icon === "run" ? "spin" : ""} />
      <span>
        <span class="block font-semibold">{words(node.node)}</span>
        <span class="block tabular-nums">
          {[timed, visits, again].filter((text) => text !== "").join(" · ")}
        </span>
      </span>
    </>
  );
  const shape = `flex min-h-11 items-center gap-1.5 rounded-md border px-1.5 py-1 text-xs leading-tight whitespace-nowrap ${look.classes} ${look.tone}`;
  if (node.visits === 0) return <span class={shape}>{body}</span>;
  return (
    <a
      href={`/runs/${props.runId}?node=${node.node}#node`}
      class={`${shape} hover:ring-edge hover:ring-2 ${props.chosen ? "ring-accent ring-2" : ""}`}
      aria-current={props.chosen ? "true" : undefined}
      title={`${words(node.node)}: ${look.text}${node.error === null ? "" : `, once failed: ${node.error.code}`}`}
    >
      {body}
    </a>
  );
}

export const GraphStrip = kept(function GraphStrip(props: {
  nodes: readonly NodeModel[];
  runId: string;
  chosen: NodeName | null;
}) {
  const byName = new Map(props.nodes.map((node) => [node.node, node]));
  return (
    <ol class="flex flex-wrap items-center gap-x-1 gap-y-2" aria-label="The graph as it ran">
      {COLUMNS.map((names, index) => (
        <li class="flex items-center gap-1">
          {index === 0 ? null : <Icon name="arrow" size={11} class="text-muted" />}
          <span class="flex flex-col gap-1">
            {names.map((name) => {
              const node = byName.get(name);
              return node === undefined ? null : (
                <Chip node={node} runId={props.runId} chosen={props.chosen === name} />
              );
            })}
          </span>
        </li>
      ))}
    </ol>
  );
});
