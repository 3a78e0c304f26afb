// Who is calling: a browser with a session cookie or a program with the admin token; everyone else is turned away.
import type { Context, MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { createMiddleware } from "hono/factory";
import { clientOf } from "../guards/client.ts";
import { problem, problemResponse } from "../problems.ts";
import type { Lockout } from "./lockout.ts";
import { SESSION_SECONDS, type Session, type Sessions } from "./sessions.ts";

export type Caller = { kind: "browser"; session: Session } | { kind: "program" };
export type CallerEnv = { Variables: { caller: Caller } };

/** Behind TLS the name itself binds the cookie: browsers take `__Host-` only with Secure, for "/" and no other host. */
export function sessionCookie({ secureCookie }: { secureCookie: boolean }): string {
  return secureCookie ? "__Host-countersign_session" : "countersign_session";
}

export type Door = { sessions: Sessions; lockout: Lockout; secureCookie: boolean };

/** How the caller is named in approvals, trading states and orders. */
export function nameOf(caller: Caller): string {
  if (caller.kind === "program") return "admin, by API token";
  return `admin, web session of ${new Date(caller.session.began).toISOString().slice(0, 16)}Z`;
}

export function putSessionCookie(c: Context, door: Door, value: string): void {
  setCookie(c, sessionCookie(door), value, {
    httpOnly: true,
    sameSite: "Strict",
    secure: door.secureCookie,
    path: "/",
    maxAge: SESSION_SECONDS,
  });
}

export function sessionOf(c: Context, door: Door): Session | null {
  const value = getCookie(c, sessionCookie(door));
  return value === undefined ? null : door.sessions.verify(value);
}

export function lockedOut(remainingMs: number): Response {
  const seconds = Math.ceil(remainingMs / 1000);
  return problemResponse(
    problem(429, "locked_out", `Too many failed sign-ins from this address; try again in ${seconds} s.`),
    { "retry-after": String(seconds) },
  );
}

type Verdict = Caller | Response | null;

function bearerCaller(c: Context, door: Door, header: string): Verdict {
  const client = `bearer ${clientOf(c)}`;
  const locked = door.lockout.remaining(client);
  if (locked > 0) return lockedOut(locked);
  const token = /^Bearer +(\S+)$/i.exec(header)?.[1];
  if (token !== undefined && door.sessions.isAdminToken(token)) {
    door.lockout.succeeded(client);
    return { kind: "program" };
  }
  door.lockout.failed(client);
  return null;
}

function callerOf(c: Context, door: Door): Verdict {
  const header = c.req.header("authorization");
  if (header !== undefined) return bearerCaller(c, door, header);
  const session = sessionOf(c, door);
  return session === null ? null : { kind: "browser", session };
}

function identify(door: Door, refuse: (c: Context) => Response): MiddlewareHandler<CallerEnv> {
  return createMiddleware<CallerEnv>(async (c, next) => {
    const caller = callerOf(c, door);
    if (caller instanceof Response) return caller;
    if (caller === null) return refuse(c);
    c.set("caller", caller);
    await next();
    const renewed = caller.kind === "browser" ? door.sessions.renew(caller.session) : null;
    // A signing-out answer removes the cookie: it must not be renewed after that.
    if (renewed !== null && caller.kind === "browser" && !c.res.headers.has("set-cookie")) {
      putSessionCookie(c, door, renewed);
    }
    return undefined;
  });
}

/** For programs and for our own scripts: 401 with a problem document. */
export function requireCaller(door: Door): MiddlewareHandler<CallerEnv> {
  return identify(door, () =>
    problemResponse(problem(401, "not_signed_in", "Sign in, or send the admin token as a bearer token."), {
      "www-authenticate": 'Bearer realm="countersign"',
    }),
  );
}

/** For pages: leads to the sign-in page and back. `bounce` answers what came over a link from another site. */
export function requireSignIn(door: Door, bounce: (c: Context) => Response): MiddlewareHandler<CallerEnv> {
  return identify(door, (c) => {
    // The cookie is SameSite=Strict, so a click in a mail arrives without it: asking again from here brings it along.
    if (c.req.method === "GET" && c.req.header("sec-fetch-site") === "cross-site") return bounce(c);
    const url = new URL(c.req.url);
    const back = c.req.method === "GET" ? `${url.pathname}${url.search}` : "/";
    return c.redirect(back === "/" ? "/login" : `/login?next=${encodeURIComponent(back)}`, 303);
  });
}
