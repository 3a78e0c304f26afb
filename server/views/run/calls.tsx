// The conversation as it was: every exact prompt and raw answer of this run, with model, tokens, cost and time.
import { Empty, Panel, ScrollText } from "../parts/blocks.tsx";
import { cost, decimal, duration, words } from "../parts/format.ts";
import { Pill } from "../parts/status.tsx";
import type { CallModel } from "./model.ts";

const STATUS_TONE = { ok: "good", invalid: "warn", failed: "bad" } as const;

function Message(props: {
  message: CallModel["messages"][number];
  pictureOf: Readonly<Record<string, string>>;
}) {
  const { message } = props;
  return (
    <div class="mt-3">
      <h4 class="text-muted text-xs font-semibold">{message.role}</h4>
      {message.parts.map((part) => {
        if (part.type === "text") return <ScrollText text={part.text} label={`${message.role} message`} />;
        const artifact = props.pictureOf[part.sha256];
        return (
          <p class="my-1 text-sm">
            Picture{" "}
            {artifact === undefined ? (
              <span class="font-mono text-xs">{part.sha256.slice(0, 16)}…</span>
            ) : (
              <a class="link font-mono text-xs" href={`/api/artifacts/${artifact}/content`}>
                {part.sha256.slice(0, 16)}…
              </a>
            )}
          </p>
        );
      })}
      {message.toolCalls.map((call) => (
        <ScrollText text={`${call.name} ${call.arguments}`} label={`Tool call ${call.name}`} />
      ))}
    </div>
  );
}

function Call(props: { call: CallModel; pictureOf: Readonly<Record<string, string>> }) {
  const { call } = props;
  return (
    <details id={`call-${call.id}`} class="px-4 py-2.5">
      <summary class="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span class="font-semibold">{words(call.stage)}</span>
        <Pill tone={STATUS_TONE[call.status]} text={call.status === "ok" ? "answered" : call.status} />
        <span class="text-muted text-sm">
          {call.model}
          {call.attempt > 1 ? `, attempt ${call.attempt}` : ""}
          {call.visit > 0 ? `, revision ${call.visit}` : ""}
        </span>
        <span class="text-muted ml-auto text-sm tabular-nums">
          {decimal(call.inputTokens, 0)} + {decimal(call.outputTokens, 0)} tokens · {cost(call.costUsd)} ·{" "}
          {duration(call.latencyMs)}
        </span>
      </summary>
      <p class="text-muted mt-2 text-xs wrap-anywhere">
        {call.endpoint} · {words(call.method)} · prompt{" "}
        {call.promptVersionId === null ? (
          call.promptContentHash.slice(0, 12)
        ) : (
          <a class="link" href={`/prompts/${call.promptVersionId}`}>
            {call.promptContentHash.slice(0, 12)}
          </a>
        )}{" "}
        · request {call.requestHash.slice(0, 12)}
      </p>
      {call.error === null ? null : (
        <p class="text-bad prose-text mt-2">
          {call.error.message} <span class="text-xs">({call.error.code})</span>
        </p>
      )}
      {call.messages.map((message) => (
        <Message message={message} pictureOf={props.pictureOf} />
      ))}
      <h4 class="text-muted mt-3 text-xs font-semibold">raw answer</h4>
      {call.rawAnswer === null ? (
        <p class="text-sm">None came.</p>
      ) : (
        <ScrollText text={call.rawAnswer} label="Raw answer" />
      )}
    </details>
  );
}

export function Calls(props: {
  calls: readonly CallModel[];
  pictureOf: Readonly<Record<string, string>>;
  offline: boolean;
}) {
  return (
    <Panel
      id="calls"
      title="Prompts and answers"
      note={props.offline ? "answered by the offline analyst: written rules, no model" : undefined}
      flush
    >
      {props.calls.length === 0 ? (
        <Empty icon="prompts" title="No exchange yet">
          Every prompt and every answer is kept here word for word.
        </Empty>
      ) : (
        <div class="divide-line divide-y">
          {props.calls.map((call) => (
            <Call call={call} pictureOf={props.pictureOf} />
          ))}
        </div>
      )}
    </Panel>
  );
}
