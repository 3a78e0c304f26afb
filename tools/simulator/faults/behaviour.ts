// What a caller meets when a fault strikes. Effects: the penalty box, the session, or a call that never ends.
import type { World } from "../world.ts";
import { FAULTS_SESSION, type FaultCall, type FaultRule } from "./faults.ts";

/** On a response: the front end closes the connection instead of answering. */
export const DROPPED = "x-simulator-dropped";

const UNAVAILABLE = { error: "Service Unavailable", statusCode: 503 };
const TOO_MANY = { error: "Too Many Requests", statusCode: 429 };
const HTML = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>";

const dropped = () => new Response(null, { status: 503, headers: { [DROPPED]: "1" } });
const json = (body: { statusCode: number }) =>
  new Response(JSON.stringify(body), {
    status: body.statusCode,
    headers: { "content-type": "application/json" },
  });

/** Never answers: ends only when the caller gives up. */
function hang(signal: AbortSignal): Promise<Response> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(dropped());
    else signal.addEventListener("abort", () => resolve(dropped()), { once: true });
  });
}

/** The answer, or its absence, that a fault makes of a call, before or after it was handled. */
export function faultyAnswer(
  world: World,
  of: { rule: FaultRule; address: string; signal: AbortSignal },
): Promise<Response> | Response {
  switch (of.rule.kind) {
    case "hang":
    case "hang_after":
      return hang(of.signal);
    case "drop":
    case "drop_after":
      return dropped();
    case "html":
      return new Response(HTML, { status: 502, headers: { "content-type": "text/html" } });
    case "too_many":
      world.pacing.box(of.address, world.clock.now().getTime());
      return json(TOO_MANY);
    default:
      return json(UNAVAILABLE);
  }
}

/** Loses the session in the way that a rule for this call says, if there is one. */
export function loseSession({ faults, session }: World, call: FaultCall): void {
  const rule = faults.strike(FAULTS_SESSION, call);
  if (rule?.kind === "competing") session.lose("competing");
  else if (rule !== undefined) session.lose(rule.kind === "session_loss" ? "login" : "bridge");
}
