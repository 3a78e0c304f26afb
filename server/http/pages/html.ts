// A page as an answer: with its doctype, which JSX cannot say and without which browsers fall back to quirks.
import type { Context } from "hono";
import type { Child } from "hono/jsx";
import type { ContentfulStatusCode } from "hono/utils/http-status";

export function page(c: Context, content: Child, status: ContentfulStatusCode = 200): Response {
  c.header("cache-control", "no-store");
  const bytes = encoded(`<!doctype html>${String(content)}`);
  return c.body(bytes, status, { "content-type": "text/html; charset=utf-8" });
}

/** Encoded once, into room that suffices for nearly all: to measure first would go through all of it twice. */
function encoded(text: string): Uint8Array<ArrayBuffer> {
  const room = Buffer.allocUnsafeSlow(Math.ceil(text.length * 1.1) + 64);
  const length = room.write(text);
  // Cut off where the room ended, when it did not suffice.
  return length <= room.length - 4 ? room.subarray(0, length) : Buffer.from(text);
}
