// A page as an answer: with its doctype, which JSX cannot say and without which browsers fall back to quirks.
import type { Context } from "hono";
import type { Child } from "hono/jsx";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { encodedPage } from "#server/views/parts/kept.tsx";

export function page(c: Context, content: Child, status: ContentfulStatusCode = 200): Response {
  c.header("cache-control", "no-store");
  const bytes = encodedPage("<!doctype html>", content);
  return c.body(bytes, status, { "content-type": "text/html; charset=utf-8" });
}
