// Part of an export's page: every exact prompt and raw answer, and the prompt templates they were made from. Pure.
import { SPEAKERS } from "#server/views/run/thread.tsx";
import type { ExportContent } from "./bundle.ts";

type Call = ExportContent["calls"][number];

function Message(props: { message: Call["messages"][number] }) {
  const { message } = props;
  return (
    <>
      <h4>{message.role}</h4>
      {message.parts.map((part) =>
        part.type === "text" ? <pre>{part.text}</pre> : <p class="mono">picture, sha256 {part.sha256}</p>,
      )}
      {message.toolCalls.map((call) => (
        <pre>
          {call.name} {call.arguments}
        </pre>
      ))}
    </>
  );
}

export function Conversation(props: { calls: readonly Call[]; prompts: ExportContent["prompts"] }) {
  return (
    <>
      <h2>The whole conversation</h2>
      {props.calls.length === 0 ? <p>No model was asked.</p> : null}
      {props.calls.map((call) => (
        <>
          <h3>
            {SPEAKERS[call.stage]}
            {call.visit > 0 ? `, revision ${call.visit}` : ""}
            {call.attempt > 1 ? `, exchange ${call.attempt}` : ""}: {call.status}
          </h3>
          <p class="quiet">
            {call.model} at {call.endpoint}, {call.inputTokens} + {call.outputTokens} tokens,{" "}
            {call.costUsd === null ? "no price known" : `$${call.costUsd}`}, {Math.round(call.latencyMs)} ms;
            prompt {call.promptContentHash.slice(0, 12)}, request {call.requestHash.slice(0, 12)}
          </p>
          {call.error === null ? null : (
            <p class="bad text">
              {call.error.message} ({call.error.code})
            </p>
          )}
          <details>
            <summary>Exact prompt</summary>
            {call.messages.map((message) => (
              <Message message={message} />
            ))}
          </details>
          <details open>
            <summary>Raw answer</summary>
            <pre>{call.rawAnswer ?? "None came."}</pre>
          </details>
        </>
      ))}
      <h2>Prompt templates</h2>
      {props.prompts.map((prompt) => (
        <details>
          <summary>
            {prompt.stage.replaceAll("_", " ")}, version {prompt.version}
          </summary>
          <p class="mono quiet">sha256 {prompt.contentHash}</p>
          <pre>{prompt.template}</pre>
        </details>
      ))}
    </>
  );
}
