// The websocket as the gateway program passes it on. Effects: sockets.
// Frames are binary although they hold text; one above 64 KiB breaks the connection; the close code is always 1000.
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { Simulator } from "../simulator.ts";

const LARGEST_FRAME = 64 * 1024;
const CLOSING_MS = 250;
const PATH = /^\/v1\/(api|portal)\/ws(\?|$)/;

/** Accepts an upgrade at once, whoever asks; returns the end of all connections. */
export function attachWebsocket(server: Server, simulator: Simulator): () => void {
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const { allowedAddresses } = simulator.settings;
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const address = request.socket.remoteAddress ?? "";
    const stranger = allowedAddresses.length > 0 && !allowedAddresses.includes(address);
    if (stranger || !PATH.test(request.url ?? "")) {
      socket.destroy();
      return;
    }
    sockets.handleUpgrade(request, socket, head, (connection) => {
      const stream = simulator.connect((text) => {
        if (Buffer.byteLength(text) > LARGEST_FRAME) connection.terminate();
        else connection.send(Buffer.from(text), { binary: true });
      });
      connection.on("message", (data) => stream.receive(String(data)));
      connection.on("close", () => stream.close());
      connection.on("error", () => stream.close());
    });
  });
  return () => {
    for (const connection of sockets.clients) {
      connection.close(1000);
      // A client that does not take part in closing must not hold the server.
      setTimeout(() => connection.terminate(), CLOSING_MS).unref();
    }
    sockets.close();
  };
}
