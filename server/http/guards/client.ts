// Who is calling, for limits and lockouts: the socket's address. Forwarding headers are never believed.
import { getConnInfo } from "@hono/node-server/conninfo";
import type { Context } from "hono";

export function clientOf(c: Context): string {
  const bindings: unknown = c.env;
  const hasSocket = typeof bindings === "object" && bindings !== null && "incoming" in bindings;
  return hasSocket ? (getConnInfo(c).remote.address ?? "unknown") : "in-process";
}
