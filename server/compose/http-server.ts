// The listening socket: opened first, so that a taken port is told at once; answers 503 until the desk is ready.
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { InputError, UnavailableError } from "#store/model/errors.ts";

export type DeskFetch = (request: Request, environment?: unknown) => Response | Promise<Response>;

export type DeskServer = {
  /** With the real port when 0 was asked for. */
  url: string;
  serve(fetch: DeskFetch): void;
  /** Ends open connections, event streams included. */
  close(): Promise<void>;
};

/** @throws InputError port_taken, address_unavailable */
export async function openServer(at: { host: string; port: number }): Promise<DeskServer> {
  let current: DeskFetch = () =>
    new Response("Countersign is starting.", { status: 503, headers: { "retry-after": "1" } });
  const server = createAdaptorServer({
    fetch: (request: Request, environment: unknown) => current(request, environment),
  }) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(asFault(error, at)));
    server.listen(at.port, at.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const host = at.host === "0.0.0.0" || at.host === "::" ? "127.0.0.1" : at.host;
  let closed: Promise<void> | null = null;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    serve: (fetch) => {
      current = fetch;
    },
    close: () => {
      closed ??= new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return closed;
    },
  };
}

function asFault(error: NodeJS.ErrnoException, at: { host: string; port: number }): Error {
  if (error.code === "EADDRINUSE") {
    return new InputError(
      "port_taken",
      `PORT: ${at.port} on ${at.host} is taken by another program; set PORT to a free one`,
    );
  }
  if (error.code === "EADDRNOTAVAIL" || error.code === "EACCES" || error.code === "ENOTFOUND") {
    return new InputError(
      "address_unavailable",
      `HOST, PORT: cannot listen on ${at.host}:${at.port} (${error.code})`,
    );
  }
  return new UnavailableError("server_failed", `cannot listen on ${at.host}:${at.port}: ${error.message}`, {
    cause: error,
  });
}
