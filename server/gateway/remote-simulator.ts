// The market clock of a gateway simulator that another process serves (`countersign gateway`). Effects: network.
import http from "node:http";
import https from "node:https";
import { z } from "zod";
import { UnavailableError, VendorError } from "#store/model/errors.ts";
import type { GatewayTrust } from "#tools/ibkr/transport/trust.ts";
import { verifiedAgent } from "#tools/ibkr/transport/verified-agents.ts";

const ClockAnswer = z.looseObject({ now: z.iso.datetime() });

export type RemoteSimulator = {
  /** @throws UnavailableError, VendorError when nothing there is a simulator */
  now(signal?: AbortSignal): Promise<Date>;
  next(sessions: number, signal?: AbortSignal): Promise<Date>;
};

const DEADLINE_MS = 5_000;

/** The control calls of the simulator at this address. */
export function remoteSimulator(url: string, trust: GatewayTrust): RemoteSimulator {
  const { protocol, hostname, port } = new URL(url);
  const scheme = protocol === "https:" ? "https:" : "http:";
  const target = {
    host: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port || (scheme === "https:" ? 443 : 80)),
    trust,
  };
  const agent = verifiedAgent(scheme, target, false);
  const call = async (method: string, path: string, body: unknown, signal?: AbortSignal) => {
    const text = body === undefined ? "" : JSON.stringify(body);
    const answer = await exchange({ scheme, agent, target, method, path, text, signal });
    const parsed = ClockAnswer.safeParse(parseJson(answer));
    if (!parsed.success)
      throw new VendorError("not_a_simulator", `${url} does not answer as a gateway simulator`);
    return new Date(parsed.data.now);
  };
  return {
    now: (signal) => call("GET", "/_sim/clock", undefined, signal),
    next: (sessions, signal) => call("POST", "/_sim/next", { sessions }, signal),
  };
}

type Exchange = {
  scheme: "http:" | "https:";
  agent: http.Agent;
  target: { host: string; port: number };
  method: string;
  path: string;
  text: string;
  signal: AbortSignal | undefined;
};

function exchange({ scheme, agent, target, method, path, text, signal }: Exchange): Promise<string> {
  const timeout = AbortSignal.timeout(DEADLINE_MS);
  const deadline = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) =>
      reject(
        new UnavailableError(
          "simulator_unreachable",
          `the simulator at ${target.host}:${target.port} does not answer`,
          { cause },
        ),
      );
    const request = (scheme === "https:" ? https : http).request(
      {
        agent,
        host: target.host,
        port: target.port,
        method,
        path,
        headers: { "content-type": "application/json", "content-length": Buffer.byteLength(text) },
        signal: deadline,
      },
      (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          body += chunk;
        });
        response.once("end", () => resolve(body)).once("error", fail);
      },
    );
    request.once("error", fail).end(text);
    // Here too: a request that waits for its handshake reports its end only when that comes.
    deadline.addEventListener("abort", () => fail(deadline.reason), { once: true });
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
