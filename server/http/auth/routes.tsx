// Sign in, sign out, appearance. The only routes that a stranger may post to; failures count towards the lockout.
import { type Context, Hono } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { LoginPage } from "#server/views/pages/login.tsx";
import { clientOf } from "../guards/client.ts";
import { page } from "../pages/html.ts";
import { problem, problemResponse } from "../problems.ts";
import { type Door, putSessionCookie, sessionCookie, sessionOf } from "./guard.ts";
import { Theme } from "./theme.ts";

const THEME_COOKIE = "countersign_theme";

export function themeOf(c: Context): Theme {
  return Theme.catch("system").parse(getCookie(c, THEME_COOKIE));
}

/** Only a path of our own, never an address of another site. */
export function ownPath(text: string | null | undefined): string {
  return text !== null && text !== undefined && /^\/(?![/\\])[\x21-\x7e]*$/.test(text) ? text : "/";
}

export function authRoutes(options: { door: Door; assets: string; newId(): string }): Hono {
  const { door, assets, newId } = options;
  const app = new Hono();

  const login = (c: Context, next: string, fault: string | null, status: 200 | 401 | 429 = 200) =>
    page(c, <LoginPage model={{ theme: themeOf(c), assets, next, fault }} />, status);

  const signIn = (c: Context, token: string, next: string) => {
    const client = `login ${clientOf(c)}`;
    const locked = door.lockout.remaining(client);
    if (locked > 0) {
      const seconds = Math.ceil(locked / 1000);
      c.header("retry-after", String(seconds));
      return login(c, next, `Too many failed sign-ins from this address; try again in ${seconds} s.`, 429);
    }
    if (!door.sessions.isAdminToken(token)) {
      door.lockout.failed(client);
      return login(c, next, "This is not the desk's admin token.", 401);
    }
    door.lockout.succeeded(client);
    putSessionCookie(c, door, door.sessions.begin(newId()));
    c.header("cache-control", "no-store");
    return c.redirect(next, 303);
  };

  app.get("/login", (c) => {
    const next = ownPath(c.req.query("next"));
    const token = c.req.query("token");
    if (token !== undefined) return signIn(c, token, next);
    return sessionOf(c, door) === null ? login(c, next, null) : c.redirect(next, 303);
  });

  app.post("/login", async (c) => {
    const form = new URLSearchParams(await c.req.text());
    return signIn(c, form.get("token") ?? "", ownPath(form.get("next")));
  });

  app.post("/logout", async (c) => {
    const session = sessionOf(c, door);
    const form = new URLSearchParams(await c.req.text());
    if (session !== null && !door.sessions.isFormToken(session, form.get("form_token") ?? "")) {
      return problemResponse(problem(403, "form_expired", "Reload the page and sign out again."));
    }
    if (session !== null) await door.sessions.end(session);
    deleteCookie(c, sessionCookie(door), { path: "/", secure: door.secureCookie });
    return c.redirect("/login", 303);
  });

  app.post("/theme", async (c) => {
    const form = new URLSearchParams(await c.req.text());
    setCookie(c, THEME_COOKIE, Theme.catch("system").parse(form.get("theme")), {
      sameSite: "Lax",
      httpOnly: true,
      secure: door.secureCookie,
      path: "/",
      maxAge: 31_536_000,
    });
    return c.redirect(ownPath(form.get("back")), 303);
  });

  return app;
}
