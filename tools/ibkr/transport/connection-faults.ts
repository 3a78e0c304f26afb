// Turns Node's socket and TLS errors into coded errors with plain words on what to do. Pure.
import { DeskError, UnavailableError } from "#store/model/errors.ts";
import { type CallFacts, callFacts } from "./request-text.ts";

/** `spoken`: something there has answered HTTP before, so that a wrong protocol is not the cause. */
export type Peer = { protocol: "http:" | "https:"; spoken: boolean };

/** The error for a failed exchange; errors that are ours already pass through. */
export function connectionFault(call: CallFacts, peer: Peer, error: unknown): DeskError {
  if (error instanceof DeskError) return error;
  const nodeCode = errorCode(error);
  const { code, words } = describe(call, peer, { nodeCode, error });
  return new UnavailableError(code, words, { cause: error, facts: callFacts(call, { nodeCode }) });
}

function errorCode(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return errorCode(error.errors[0]);
  if (typeof error === "object" && error !== null && "code" in error) return String(error.code);
  return "";
}

function describe(
  call: CallFacts,
  { protocol, spoken }: Peer,
  { nodeCode, error }: { nodeCode: string; error: unknown },
): { code: string; words: string } {
  const at = call.address;
  if (nodeCode === "ECONNREFUSED") {
    return {
      code: "gateway_refused",
      words: `Nothing listens at ${at}. Start the Client Portal Gateway (bin/run.sh root/conf.yaml), or correct the address.`,
    };
  }
  if (nodeCode === "ENOTFOUND" || nodeCode === "EAI_AGAIN") {
    return { code: "gateway_unknown_host", words: `The host of ${at} is not known. Correct the address.` };
  }
  if (["EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT"].includes(nodeCode)) {
    return { code: "gateway_unreachable", words: `The host of ${at} cannot be reached from this machine.` };
  }
  if (protocol === "https:" && speaksPlainHttp(nodeCode, error)) {
    return {
      code: "gateway_plain_http",
      words: `${at} speaks plain HTTP, not TLS. Use http:// in the address, or set listenSsl: true in the gateway's conf.yaml.`,
    };
  }
  if (protocol === "http:" && !spoken && (nodeCode.startsWith("HPE_") || nodeCode === "ECONNRESET")) {
    return {
      code: "gateway_expects_tls",
      words: `${at} closed the plain HTTP connection without an answer. The gateway uses TLS by default: use https:// in the address.`,
    };
  }
  return {
    code: "gateway_dropped",
    words: `The connection to ${at} was lost during ${call.request.method} ${call.request.path}.`,
  };
}

function speaksPlainHttp(nodeCode: string, error: unknown): boolean {
  const text = error instanceof Error ? error.message : "";
  return (
    ["ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_PACKET_LENGTH_TOO_LONG", "ERR_SSL_HTTP_REQUEST"].includes(
      nodeCode,
    ) || /wrong version number|packet length too long|http request/i.test(text)
  );
}
