// Loopback gateways for transport tests: HTTP or HTTPS with a certificate made for the test.
import http from "node:http";
import https from "node:https";
import net, { type AddressInfo } from "node:net";
import { generate } from "selfsigned";

export type Loopback = { url: string; port: number; seen: string[]; close(): Promise<void> };
export type Answering = (request: http.IncomingMessage, response: http.ServerResponse, body: string) => void;

export const sayHello: Answering = (_request, response) => {
  response.setHeader("content-type", "application/json");
  response.end('{"hello":true}');
};

export type TestCertificate = { key: string; cert: string; fingerprint: string };

/** A self-signed certificate for localhost; `days` below zero makes it an expired one. */
export async function certificate(of: { expired?: boolean; name?: string } = {}): Promise<TestCertificate> {
  const day = 86_400_000;
  const now = Date.now();
  const made = await generate([{ name: "commonName", value: of.name ?? "localhost" }], {
    keySize: 2048,
    notBeforeDate: new Date(now - 10 * day),
    notAfterDate: new Date(of.expired === true ? now - day : now + day),
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames: [{ type: 2, value: of.name ?? "localhost" }] },
    ],
  });
  const { X509Certificate } = await import("node:crypto");
  return { key: made.private, cert: made.cert, fingerprint: new X509Certificate(made.cert).fingerprint256 };
}

/** Serves `answer` on a port of its own and notes each request as "METHOD target body". */
export async function loopback(answer: Answering, tls?: TestCertificate): Promise<Loopback> {
  const seen: string[] = [];
  const handle = (request: http.IncomingMessage, response: http.ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString("utf8");
      seen.push(`${request.method} ${request.url} ${body}`);
      answer(request, response, body);
    });
  };
  const server =
    tls === undefined
      ? http.createServer(handle)
      : https.createServer({ key: tls.key, cert: tls.cert }, handle);
  return listening(server, { protocol: tls === undefined ? "http" : "https", seen });
}

/** A port that accepts connections and never says anything. */
export function silence(): Promise<Loopback> {
  return listening(net.createServer(), { protocol: "https", seen: [] });
}

/** A port that nobody listens on. */
export async function nobody(): Promise<string> {
  const server = await listening(net.createServer(), { protocol: "https", seen: [] });
  await server.close();
  return server.url;
}

async function listening(
  server: net.Server,
  of: { protocol: "http" | "https"; seen: string[] },
): Promise<Loopback> {
  const sockets = new Set<net.Socket>();
  server.on("connection", (socket: net.Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => sockets.delete(socket));
  });
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${of.protocol}://localhost:${port}`,
    port,
    seen: of.seen,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}
