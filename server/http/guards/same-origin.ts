// Refuses state-changing requests that another site made a browser send. Programs with a bearer token are exempt.
import type { MiddlewareHandler } from "hono";
import { problem, problemResponse } from "../problems.ts";

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

/**
 * Compares hosts, not schemes: behind a TLS proxy the desk itself speaks plain HTTP. Browsers always send Origin with
 * such a request, so a cookie without Origin or Sec-Fetch-Site is refused as well.
 */
export const sameOriginOnly: MiddlewareHandler = async (c, next) => {
  if (SAFE_METHODS.has(c.req.method) || c.req.header("authorization") !== undefined) return next();
  const site = c.req.header("sec-fetch-site");
  const origin = c.req.header("origin");
  const host = c.req.header("host") ?? new URL(c.req.url).host;
  const fromHere = site === "same-origin" || (origin !== undefined && hostOf(origin) === host);
  const foreign = site !== undefined && site !== "same-origin" && site !== "none";
  if (fromHere && !foreign) return next();
  return problemResponse(
    problem(403, "foreign_origin", "This request did not come from the desk's own pages."),
  );
};
