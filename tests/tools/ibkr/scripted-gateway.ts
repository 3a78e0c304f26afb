// A gateway that says exactly what a test wants: answers by "METHOD path", each a list that is used up one by one.

import type { IbkrClient, IbkrClientOptions } from "#tools/ibkr/client.ts";
import { createIbkrClient } from "#tools/ibkr/create-client.ts";
import { memoryPacing } from "#tools/ibkr/pacing/memory.ts";
import type { GatewayAnswer, GatewayRequest, GatewayTransport } from "#tools/ibkr/transport/transport.ts";
import { autoTime } from "./auto-time.ts";

export type Reply = { status?: number; body?: unknown; text?: string; location?: string } | Error;
export type Script = Record<string, Reply[]>;

export const OPEN = {
  authenticated: true,
  established: true,
  competing: false,
  connected: true,
  message: "",
};
export const ACCOUNTS = { accounts: ["DU1234567"], selectedAccount: "DU1234567", isPaper: true };

/** Answers of an open paper session; the last answer of a list is repeated. */
export const READY: Script = {
  "POST /iserver/auth/status": [{ body: OPEN }],
  "GET /iserver/accounts": [{ body: ACCOUNTS }],
};

export type Scripted = { client: IbkrClient; calls: string[]; requests: GatewayRequest[] };

export function scriptedGateway(script: Script, options: Partial<IbkrClientOptions> = {}): Scripted {
  const time = autoTime();
  const requests: GatewayRequest[] = [];
  const calls: string[] = [];
  const left = new Map(Object.entries(script).map(([call, replies]) => [call, [...replies]]));
  const transport: GatewayTransport = {
    address: "https://localhost:5000",
    close: async () => {},
    send: async (request) => {
      requests.push(request);
      calls.push(`${request.method} ${request.path}`);
      const replies = left.get(`${request.method} ${request.path}`) ?? [];
      const reply = replies.length > 1 ? replies.shift() : replies[0];
      if (reply === undefined)
        throw new Error(`the script has nothing for ${request.method} ${request.path}`);
      if (reply instanceof Error) throw reply;
      return answerOf(reply);
    },
  };
  const client = createIbkrClient({
    transport: time.watched(transport),
    pacing: memoryPacing(time.clock, { timer: time.timer }),
    clock: time.clock,
    marketClock: { now: async () => time.clock.now() },
    requirePaper: true,
    gatewayKind: "ibkr",
    session: "main",
    timing: { sleep: time.sleep },
    ...options,
  });
  return { client, requests, calls };
}

function answerOf(reply: Exclude<Reply, Error>): GatewayAnswer {
  const text = reply.text ?? (reply.body === undefined ? "" : JSON.stringify(reply.body));
  return { status: reply.status ?? 200, text, location: reply.location ?? null };
}
