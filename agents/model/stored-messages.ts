// Chat messages as they are stored and hashed: text whole, pictures by hash. Pure.
import { createHash } from "node:crypto";
import { AIMessage, type BaseMessage, ToolMessage } from "@langchain/core/messages";
import { InvariantError } from "#store/model/errors.ts";
import type { Sha256, StoredMessage, StoredMessagePart, StoredToolCall } from "#store/model/llm-call.ts";

const ROLES = { system: "system", human: "user", ai: "assistant", tool: "tool" } as const;
const DATA_URI = /^data:([a-z]+\/[a-z0-9.+-]+);base64,(.*)$/s;

export function sha256(content: string | Uint8Array): Sha256 {
  return createHash("sha256").update(content).digest("hex");
}

/** A picture as a message part, in the only form that every OpenAI-compatible server reads. */
export function imagePart(png: Uint8Array): { type: "image_url"; image_url: { url: string } } {
  return {
    type: "image_url",
    image_url: { url: `data:image/png;base64,${Buffer.from(png).toString("base64")}` },
  };
}

/** @throws InvariantError on a role or a part that our agents never send. */
export function toStoredMessage(message: BaseMessage): StoredMessage {
  const type = message.type;
  if (!(type in ROLES)) throw new InvariantError(`a message of type ${type} cannot be stored`);
  return {
    role: ROLES[type as keyof typeof ROLES],
    parts: partsOf(message.content),
    toolCalls: AIMessage.isInstance(message) ? storedToolCalls(message) : [],
    toolCallId: ToolMessage.isInstance(message) ? message.tool_call_id : null,
  };
}

/** Well-formed and malformed tool calls alike, as the model wrote them. */
export function storedToolCalls(message: AIMessage): StoredToolCall[] {
  const good = (message.tool_calls ?? []).map((call) => ({
    id: call.id ?? "",
    name: call.name,
    arguments: JSON.stringify(call.args),
  }));
  const bad = (message.invalid_tool_calls ?? []).map((call) => ({
    id: call.id ?? "",
    name: call.name ?? "",
    arguments: call.args ?? "",
  }));
  return [...good, ...bad];
}

/** The text of a message's content, picture parts left out. */
export function textOf(content: BaseMessage["content"]): string {
  if (typeof content === "string") return content;
  return content
    .map((part) => (part.type === "text" && typeof part.text === "string" ? part.text : ""))
    .join("");
}

/** JSON with sorted keys: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    entries.sort(([left], [right]) => (left < right ? -1 : 1));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(",")}}`;
  }
  return JSON.stringify(value) ?? "null";
}

function partsOf(content: BaseMessage["content"]): StoredMessagePart[] {
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", text: content }];
  return content.map((part): StoredMessagePart => {
    if (part.type === "text" && typeof part.text === "string") return { type: "text", text: part.text };
    if (part.type === "image_url") {
      const url = typeof part.image_url === "string" ? part.image_url : imageUrl(part.image_url);
      const match = DATA_URI.exec(url);
      if (match?.[1] !== undefined && match[2] !== undefined) {
        return { type: "image", sha256: sha256(Buffer.from(match[2], "base64")), mediaType: match[1] };
      }
    }
    throw new InvariantError(`a message part of type ${String(part.type)} cannot be stored`);
  });
}

function imageUrl(value: unknown): string {
  const url = value !== null && typeof value === "object" && "url" in value ? value.url : undefined;
  return typeof url === "string" ? url : "";
}
