// An OpenAI-compatible model server on loopback: answers by the offline rules on the prompt it received, can do as much
// of the protocol as told, and fails as told. Effects: listens on a free port; remembers every request.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { offlineAnswer } from "#agents/offline/answer.ts";
import { readBlocks } from "#prompts/render.ts";
import { type Fault, type Spoken, spoil } from "./model-faults.ts";

export type { Fault } from "./model-faults.ts";

/**
 * How much of the protocol the server knows. json_schema: everything; tools: 400 on response_format; json_object: 400 on
 * schemas and tools; plain: 400 on all of them; careless: takes everything, obeys nothing, wraps JSON in prose.
 */
export type Capability = "json_schema" | "tools" | "json_object" | "plain" | "careless";

export type AskedTool = { name: string; arguments: object };

export type ModelServerOptions = {
  capability?: Capability;
  /** What goes wrong, for the first `times` requests (default: all). */
  fault?: Fault;
  times?: number;
  /** Seconds in the Retry-After header of a 429. */
  retryAfter?: number;
  /** Answers 400 to a temperature, as reasoning models do. */
  refusesTemperature?: boolean;
  /** What to ask for in successive tool turns; then "ready". */
  toolTurns?: readonly (readonly AskedTool[])[];
  /** Milliseconds before each answer: a stub of a slow model, for benchmarks. */
  delayMs?: number;
};

export type AskedBy = "json_schema" | "tool_call" | "json_object" | "plain" | "tools";

export type ReceivedRequest = {
  path: string;
  authorization: string | null;
  model: string;
  askedBy: AskedBy;
  temperature: number | null;
  /** All text of all messages. */
  text: string;
  /** Data blocks of the prompt by name. */
  blocks: Record<string, unknown>;
  images: { mediaType: string; sha256: string; bytes: number }[];
  messageCount: number;
};

export type ModelServer = {
  /** Base URL as OPENAI_API_BASE takes it. */
  baseUrl: string;
  requests: readonly ReceivedRequest[];
  /** Changes behaviour from the next request on; the count of faulty requests starts over. */
  behave(options: ModelServerOptions): void;
  close(): Promise<void>;
};

type Part = { type: string; text?: string; image_url?: { url: string } };
type Body = {
  model: string;
  messages: { role: string; content: string | Part[] | null }[];
  response_format?: { type: "json_schema" | "json_object" };
  tools?: { function: { name: string } }[];
  tool_choice?: unknown;
  temperature?: number;
};

export async function startModelServer(options: ModelServerOptions = {}): Promise<ModelServer> {
  const requests: ReceivedRequest[] = [];
  let behaviour = options;
  let faulty = 0;
  let toolTurn = 0;
  const server = createServer((request, response) => {
    void (async () => {
      const body = JSON.parse(await bodyOf(request)) as Body;
      const received = receive(request, body);
      requests.push(received);
      const fault = faulty++ < (behaviour.times ?? Number.POSITIVE_INFINITY) ? behaviour.fault : undefined;
      const turn = received.askedBy === "tools" ? (behaviour.toolTurns?.[toolTurn++] ?? []) : [];
      const answer = () => reply(response, { behaviour, body, received, fault, turn });
      if (behaviour.delayMs === undefined) answer();
      else setTimeout(answer, behaviour.delayMs);
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests,
    behave(next) {
      behaviour = next;
      faulty = 0;
      toolTurn = 0;
    },
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A base URL at which nobody listens. */
export async function deadModelUrl(): Promise<string> {
  const server = await startModelServer();
  await server.close();
  return server.baseUrl;
}

type Situation = {
  behaviour: ModelServerOptions;
  body: Body;
  received: ReceivedRequest;
  fault: Fault | undefined;
  turn: readonly AskedTool[];
};

function reply(response: ServerResponse, situation: Situation): void {
  const { behaviour, received, fault } = situation;
  if (fault === "hang") return;
  const unknown = unknownParameter(behaviour, received);
  if (typeof fault === "number") {
    const wait = fault === 429 && behaviour.retryAfter !== undefined ? String(behaviour.retryAfter) : null;
    send(
      response,
      fault,
      { error: { message: `scripted ${fault} for ${received.authorization}`, type: "test" } },
      wait,
    );
  } else if (received.path !== "/v1/chat/completions") {
    send(response, 404, { error: { message: "no such path" } });
  } else if (unknown !== null) {
    send(response, 400, { error: { message: `Unsupported parameter: '${unknown}'`, param: unknown } });
  } else {
    send(response, 200, completionOf(situation));
  }
}

function completionOf(situation: Situation): object {
  const { body, received, fault, turn } = situation;
  if (fault === "empty_choices") return completion(body.model, received, []);
  if (received.askedBy === "tools") {
    const message =
      turn.length === 0 ? { content: "ready" } : { content: null, tool_calls: turn.map(toolCall) };
    return completion(body.model, received, [message]);
  }
  const correct = () => offlineAnswer(received.text);
  const answer: Spoken =
    fault === undefined || typeof fault === "number"
      ? { content: JSON.stringify(correct()) }
      : spoil(fault, correct);
  return completion(body.model, received, [inForm(answer, situation)], answer.finishReason);
}

/** Puts the content where the way of asking wants it: text, prose around text, or the arguments of the tool. */
function inForm(answer: Spoken, { behaviour, body, received }: Situation): object {
  if (answer.refusal !== undefined) return { content: null, refusal: answer.refusal };
  if (behaviour.capability === "careless") {
    return { content: `Let me think.\n\n\`\`\`json\n${answer.content}\n\`\`\`\nThat is my view.` };
  }
  const tool = body.tools?.[0]?.function.name;
  if (received.askedBy !== "tool_call" || tool === undefined || !answer.content?.startsWith("{")) {
    return { content: answer.content };
  }
  return {
    content: null,
    tool_calls: [{ id: "call_1", type: "function", function: { name: tool, arguments: answer.content } }],
  };
}

function unknownParameter(behaviour: ModelServerOptions, received: ReceivedRequest): string | null {
  if (behaviour.refusesTemperature && received.temperature !== null) return "temperature";
  const refused: Readonly<Record<Capability, readonly AskedBy[]>> = {
    json_schema: [],
    careless: [],
    tools: ["json_schema", "json_object"],
    json_object: ["json_schema", "tool_call", "tools"],
    plain: ["json_schema", "json_object", "tool_call", "tools"],
  };
  if (!refused[behaviour.capability ?? "json_schema"].includes(received.askedBy)) return null;
  return received.askedBy === "tool_call" || received.askedBy === "tools" ? "tools" : "response_format";
}

function receive(request: IncomingMessage, body: Body): ReceivedRequest {
  const parts = body.messages.flatMap(({ content }): Part[] =>
    typeof content === "string" ? [{ type: "text", text: content }] : (content ?? []),
  );
  const text = parts.flatMap((part) => (part.type === "text" ? [part.text ?? ""] : [])).join("\n\n");
  return {
    path: request.url ?? "",
    authorization: request.headers.authorization ?? null,
    model: body.model,
    askedBy: askedBy(body),
    temperature: body.temperature ?? null,
    text,
    blocks: readBlocks(text),
    images: parts.flatMap((part) => (part.type === "image_url" ? [imageOf(part.image_url?.url ?? "")] : [])),
    messageCount: body.messages.length,
  };
}

function askedBy(body: Body): AskedBy {
  if (body.response_format !== undefined) return body.response_format.type;
  if (body.tools === undefined) return "plain";
  return body.tool_choice === undefined ? "tools" : "tool_call";
}

function imageOf(url: string): ReceivedRequest["images"][number] {
  const [head = "", base64 = ""] = url.split(",");
  const bytes = Buffer.from(base64, "base64");
  const mediaType = head.replace(/^data:/, "").replace(/;base64$/, "");
  return { mediaType, sha256: createHash("sha256").update(bytes).digest("hex"), bytes: bytes.length };
}

function toolCall({ name, arguments: args }: AskedTool, index: number) {
  return { id: `call_${index}`, type: "function", function: { name, arguments: JSON.stringify(args) } };
}

function completion(model: string, received: ReceivedRequest, messages: object[], finishReason = "stop") {
  const choices = messages.map((message, index) => ({
    index,
    message: { role: "assistant", ...message },
    finish_reason: finishReason,
  }));
  // Made-up token counts, fixed so that tests can compute with them.
  const usage = {
    prompt_tokens: 1000 + 765 * received.images.length,
    completion_tokens: 200,
    total_tokens: 1200,
  };
  return { id: "chatcmpl-test", object: "chat.completion", created: 0, model, choices, usage };
}

function send(
  response: ServerResponse,
  status: number,
  body: object,
  retryAfter: string | null = null,
): void {
  response.writeHead(status, {
    "content-type": "application/json",
    ...(retryAfter === null ? {} : { "retry-after": retryAfter }),
  });
  response.end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
