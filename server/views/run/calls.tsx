// One exchange with a model word for word: every message of the exact prompt, tool calls and the raw answer, each folded
// with its size said, each to be copied whole.
import { cost, decimal, duration, plural, words } from "../parts/format.ts";
import { Icon } from "../parts/icons.tsx";
import type { CallModel } from "./model.ts";

export const CALL_TONE = { ok: "good", invalid: "warn", failed: "bad" } as const;

type Pictures = Readonly<Record<string, string>>;

/** Text as it was, in a box that scrolls by itself. The button works with scripts; without them the text is selected. */
export function Verbatim(props: { id: string; text: string; label: string }) {
  return (
    <div class="relative mt-1.5">
      <button
        type="button"
        hidden
        data-copy={props.id}
        class="button bg-panel absolute top-2 right-3 min-h-7 px-2 text-xs"
      >
        Copy
      </button>
      <section
        tabindex={0}
        aria-label={props.label}
        class="bg-raised max-h-[28rem] overflow-auto rounded-md p-3"
      >
        <pre id={props.id} class="prose-text pr-14 font-mono text-xs">
          {props.text}
        </pre>
      </section>
    </div>
  );
}

function Picture(props: { sha256: string; pictureOf: Pictures }) {
  const artifact = props.pictureOf[props.sha256];
  const hash = `${props.sha256.slice(0, 16)}…`;
  return (
    <p class="mt-1.5 flex items-center gap-2 text-sm">
      <Icon name="symbols" size={14} class="text-muted" /> Picture{" "}
      {artifact === undefined ? (
        <span class="font-mono text-xs">{hash}</span>
      ) : (
        <a class="link font-mono text-xs" href={`/artifacts/${artifact}`}>
          {hash}
        </a>
      )}
    </p>
  );
}

function Message(props: {
  message: CallModel["messages"][number];
  id: string;
  pictureOf: Pictures;
  open: boolean;
}) {
  const { message, id } = props;
  const texts = message.parts.flatMap((part) => (part.type === "text" ? [part.text] : []));
  const length = texts.reduce((sum, text) => sum + text.length, 0);
  const pictures = message.parts.length - texts.length;
  return (
    <details class="border-line border-t py-2" open={props.open ? true : undefined}>
      <summary class="text-sm">
        <span class="font-medium">{message.role}</span>{" "}
        <span class="text-muted text-xs tabular-nums">
          {decimal(length, 0)} characters
          {pictures === 0 ? "" : `, ${plural(pictures, "picture")}`}
          {message.toolCalls.length === 0 ? "" : `, ${plural(message.toolCalls.length, "tool call")}`}
        </span>
      </summary>
      {message.parts.map((part, index) =>
        part.type === "text" ? (
          <Verbatim id={`${id}-${index}`} text={part.text} label={`${message.role} message`} />
        ) : (
          <Picture sha256={part.sha256} pictureOf={props.pictureOf} />
        ),
      )}
      {message.toolCalls.map((call, index) => (
        <Verbatim
          id={`${id}-tool-${index}`}
          text={`${call.name} ${call.arguments}`}
          label={`Tool call ${call.name}`}
        />
      ))}
    </details>
  );
}

/** How much was said; the words themselves come with the page only when asked for, as prompts are long. */
export function ExchangeLink(props: { call: CallModel; runId: string }) {
  const { call } = props;
  const characters = call.messages
    .flatMap((message) => message.parts)
    .reduce((sum, part) => sum + (part.type === "text" ? part.text.length : 0), 0);
  return (
    <a class="link mt-1 inline-block text-xs" href={`/runs/${props.runId}?call=${call.id}#call-${call.id}`}>
      exact prompt ({decimal(characters, 0)} characters) and raw answer (
      {call.rawAnswer === null ? "none" : `${decimal(call.rawAnswer.length, 0)} characters`})
    </a>
  );
}

export function Exchange(props: { call: CallModel; pictureOf: Pictures }) {
  const { call } = props;
  const id = `exchange-${call.id}`;
  return (
    <details id={id} class="mt-2" open>
      <summary class="text-muted text-sm">Exact prompt and raw answer</summary>
      <p class="text-muted mt-1.5 text-xs wrap-anywhere">
        {call.model} at {call.endpoint} · {words(call.method)} · prompt{" "}
        {call.promptVersionId === null ? (
          call.promptContentHash.slice(0, 12)
        ) : (
          <a class="link" href={`/prompts/${call.promptVersionId}`}>
            {call.promptContentHash.slice(0, 12)}
          </a>
        )}{" "}
        · request {call.requestHash.slice(0, 12)} · {decimal(call.inputTokens, 0)} +{" "}
        {decimal(call.outputTokens, 0)} tokens · {cost(call.costUsd)} · {duration(call.latencyMs)}
      </p>
      <div class="mt-2">
        {call.messages.map((message, index) => (
          <Message
            message={message}
            id={`${id}-${index}`}
            pictureOf={props.pictureOf}
            open={index === call.messages.length - 1}
          />
        ))}
        <details class="border-line border-t py-2" open>
          <summary class="text-sm font-medium">raw answer</summary>
          {call.rawAnswer === null ? (
            <p class="text-sm">None came.</p>
          ) : (
            <Verbatim id={`${id}-answer`} text={call.rawAnswer} label="Raw answer" />
          )}
        </details>
      </div>
    </details>
  );
}
