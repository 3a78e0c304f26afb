// Who is calling, for limits and lockouts: the socket's address, or what a proxy says that the owner has named.
// Invariant: a forwarding header is believed only as far as it was written by trusted proxies.
import { BlockList, isIP } from "node:net";
import { getConnInfo } from "@hono/node-server/conninfo";
import type { Context, MiddlewareHandler } from "hono";

const KEY = "clientAddress";

/** Set by `knowClient`. */
export function clientOf(c: Context): string {
  const known: unknown = c.get(KEY);
  return typeof known === "string" ? known : "unknown";
}

/** `proxies`: addresses and networks whose X-Forwarded-For counts. */
export function knowClient(proxies: readonly string[]): MiddlewareHandler {
  const trusted = listOf(proxies);
  return async (c, next) => {
    const socket = socketAddress(c);
    const header = proxies.length === 0 ? undefined : c.req.header("x-forwarded-for");
    c.set(KEY, bucketOf(header === undefined ? socket : forwarded(socket, header, trusted)));
    return next();
  };
}

function socketAddress(c: Context): string {
  const bindings: unknown = c.env;
  const hasSocket = typeof bindings === "object" && bindings !== null && "incoming" in bindings;
  return hasSocket ? plain(getConnInfo(c).remote.address ?? "unknown") : "in-process";
}

/** An IPv4 address that came over an IPv6 socket, as itself. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
}

/** From the nearest to the farthest: the first address that no trusted proxy has. */
function forwarded(socket: string, header: string, trusted: BlockList): string {
  let client = socket;
  for (const claimed of header
    .split(",")
    .map((part) => plain(part.trim()))
    .reverse()) {
    if (!contains(trusted, client)) return client;
    if (isIP(claimed) === 0) return client;
    client = claimed;
  }
  return client;
}

function listOf(proxies: readonly string[]): BlockList {
  const list = new BlockList();
  for (const proxy of proxies) {
    const [address = "", prefix] = proxy.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}

function contains(list: BlockList, address: string): boolean {
  const version = isIP(address);
  return version !== 0 && list.check(address, version === 6 ? "ipv6" : "ipv4");
}

/** Whoever has one IPv6 address has its whole /64: they count as one client. */
function bucketOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = "", tail] = address.split("%")[0]?.split("::") ?? [];
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const middle = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => "0");
  return `${[...left, ...middle, ...right].slice(0, 4).join(":")}::/64`;
}
