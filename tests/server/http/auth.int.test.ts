// Who may come in: token, session, lockout, foreign origins, forms; and what every answer carries.
import { describe, expect, test } from "vitest";
import { testDatabase } from "#tests/support/database.ts";
import { ORIGIN, TOKEN, type Web, webFixture } from "./fixture/web.ts";

const database = await testDatabase();
const web = await webFixture(database);

const form = (fields: Readonly<Record<string, string>>, headers: Record<string, string> = {}) => ({
  method: "POST",
  headers: { "content-type": "application/x-www-form-urlencoded", origin: ORIGIN, ...headers },
  body: new URLSearchParams(fields).toString(),
});

describe("the API", () => {
  test("turns a stranger away with a problem document and the way in", async () => {
    const answer = await web.app.request(`${ORIGIN}/api/executions`);
    expect(answer.status).toBe(401);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(answer.headers.get("www-authenticate")).toContain("Bearer");
    expect(await answer.json()).toMatchObject({ status: 401, code: "not_signed_in" });
  });

  test("takes the admin token as a bearer", async () => {
    expect((await web.api("/api/executions")).status).toBe(200);
  });

  test("tells a stranger that it lives, and nothing else", async () => {
    const answer = await web.app.request(`${ORIGIN}/api/health`);
    expect(await answer.json()).toEqual({ status: "ok" });
    expect((await web.app.request(`${ORIGIN}/api/health/detail`)).status).toBe(401);
  });

  test("locks a client out after five wrong tokens, even with the right one, until the time is over", async () => {
    const bearer = (token: string) =>
      web.app.request(`${ORIGIN}/api/executions`, { headers: { authorization: `Bearer ${token}` } });
    for (let count = 0; count < 5; count += 1) expect((await bearer("wrong")).status).toBe(401);
    const locked = await bearer(TOKEN);
    expect(locked.status).toBe(429);
    expect(Number(locked.headers.get("retry-after"))).toBeGreaterThan(0);
    web.fixture.clock.skip(31_000);
    expect((await bearer(TOKEN)).status).toBe(200);
  });
});

describe("a browser", () => {
  test("is led to the sign-in page and back", async () => {
    const answer = await web.app.request(`${ORIGIN}/orders?symbol=AAPL`);
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toBe("/login?next=%2Forders%3Fsymbol%3DAAPL");
  });

  test("signs in with the printed link and gets a strict, script-proof cookie", async () => {
    const answer = await web.app.request(`${ORIGIN}/login?token=${TOKEN}`);
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toBe("/");
    const cookie = answer.headers.get("set-cookie") ?? "";
    expect(cookie).toContain("HttpOnly");
    expect(cookie).toContain("SameSite=Strict");
    expect(cookie).not.toContain(TOKEN);
  });

  test("signs in by the form, and a wrong token is told on the page", async () => {
    const wrong = await web.app.request(`${ORIGIN}/login`, form({ token: "no", next: "/" }));
    expect(wrong.status).toBe(401);
    expect(await wrong.text()).toContain("not the desk&#39;s admin token");
    const right = await web.app.request(`${ORIGIN}/login`, form({ token: TOKEN, next: "/orders" }));
    expect(right.status).toBe(303);
    expect(right.headers.get("location")).toBe("/orders");
  });

  test.each(["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])(
    "is never led away to %s after signing in",
    async (next) => {
      const answer = await web.app.request(`${ORIGIN}/login`, form({ token: TOKEN, next }));
      expect(answer.headers.get("location")).toBe("/");
    },
  );

  test("with a changed or made-up cookie is a stranger", async () => {
    const ask = (cookie: string) => web.app.request(`${ORIGIN}/orders`, { headers: { cookie } });
    expect((await ask(web.cookie)).status).toBe(200);
    expect((await ask(`${web.cookie}x`)).status).toBe(303);
    expect((await ask("countersign_session=e30.AAAA")).status).toBe(303);
  });

  test("comes in over a link from another site: the page asks again from here, with the cookie", async () => {
    const answer = await web.app.request(`${ORIGIN}/approvals`, {
      headers: { "sec-fetch-site": "cross-site" },
    });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('http-equiv="refresh"');
  });

  test("has its cookie renewed after half an hour and is signed out after twelve idle hours", async () => {
    const own = await webFixture(database);
    own.fixture.clock.skip(31 * 60_000);
    const renewed = await own.page("/orders");
    expect(renewed.headers.get("set-cookie")).toContain("countersign_session=");
    own.fixture.clock.skip(12 * 3_600_000);
    expect((await own.page("/orders")).status).toBe(303);
  });

  test("is a stranger again once it has signed out", async () => {
    const own = await webFixture(database);
    const out = await own.post("/logout", {});
    expect(out.headers.get("location")).toBe("/login");
    expect((await own.page("/orders")).status).toBe(303);
    // A copied cookie does not come to life again with the next start of the desk.
    const restarted = await webFixture(database);
    const copied = await restarted.app.request(`${ORIGIN}/orders`, { headers: { cookie: own.cookie } });
    expect(copied.status).toBe(303);
  });

  test("behind TLS gets a cookie that is bound to this host and never travels without", async () => {
    const own = await webFixture(database, { auth: { token: TOKEN, secureCookie: true } });
    const answer = await own.app.request(`${ORIGIN}/login?token=${TOKEN}`);
    const cookie = answer.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/^__Host-countersign_session=/);
    expect(cookie).toContain("; Secure");
    expect(cookie).toContain("; Path=/");
    expect(cookie).not.toContain("Domain");
    expect((await own.page("/orders")).status).toBe(200);
    const unbound = own.cookie.replace("__Host-", "");
    const plain = await own.app.request(`${ORIGIN}/orders`, { headers: { cookie: unbound } });
    expect(plain.status).toBe(303);
    const out = await own.post("/logout", {});
    expect(out.headers.get("set-cookie")).toMatch(/^__Host-countersign_session=;/);
  });

  test("that is locked out is told on the page when it may try again", async () => {
    const own = await webFixture(database);
    const wrong = () => own.app.request(`${ORIGIN}/login`, form({ token: "no", next: "/" }));
    for (let count = 0; count < 5; count += 1) await wrong();
    const locked = await wrong();
    expect(locked.status).toBe(429);
    expect(Number(locked.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await locked.text()).toContain("try again in 30 s");
  });

  test("cannot be made to post by another site", async () => {
    const answer = await web.app.request(
      `${ORIGIN}/trading-state`,
      form(
        { form_token: web.formToken, state: "HALTED", reason: "x" },
        { cookie: web.cookie, origin: "https://evil.example" },
      ),
    );
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ code: "foreign_origin" });
  });

  test("cannot post a form without the session's form token", async () => {
    const answer = await web.app.request(
      `${ORIGIN}/trading-state`,
      form({ state: "HALTED", reason: "x" }, { cookie: web.cookie }),
    );
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ code: "form_expired" });
  });

  test("may use the API with its cookie, but not send to it from another site", async () => {
    expect((await web.page("/api/executions")).status).toBe(200);
    const foreign = await web.page("/api/trading-state/halt", {
      method: "POST",
      headers: { "content-type": "application/json", origin: "https://evil.example" },
      body: '{"reason":"x"}',
    });
    expect(foreign.status).toBe(403);
  });
});

describe("behind a proxy", () => {
  const incoming = (remoteAddress: string) => ({
    incoming: { socket: { remoteAddress, remotePort: 1, remoteFamily: "IPv4" } },
  });
  const wrong = (own: Web, socket: string, forwardedFor: string) =>
    own.app.fetch(
      new Request(`${ORIGIN}/api/executions`, {
        headers: { authorization: "Bearer wrong", "x-forwarded-for": forwardedFor },
      }),
      incoming(socket),
    );

  test("that the owner has named, each client has a lockout of its own", async () => {
    const own = await webFixture(database, {
      auth: { token: TOKEN, secureCookie: true, trustedProxies: ["10.0.0.0/8"] },
    });
    // What the client itself wrote before the proxy's word changes nothing.
    for (let count = 0; count < 5; count += 1)
      expect((await wrong(own, "10.0.0.1", `1.2.3.${count}, 203.0.113.7`)).status).toBe(401);
    expect((await wrong(own, "10.0.0.1", "9.9.9.9, 203.0.113.7")).status).toBe(429);
    expect((await wrong(own, "10.0.0.1", "203.0.113.8")).status).toBe(401);
    expect((await wrong(own, "::ffff:10.0.0.1", "203.0.113.7, 10.2.2.2")).status).toBe(429);
  });

  test("that nobody has named, the header is not believed", async () => {
    const own = await webFixture(database);
    for (let count = 0; count < 5; count += 1)
      expect((await wrong(own, "198.51.100.9", `203.0.113.${count}`)).status).toBe(401);
    expect((await wrong(own, "198.51.100.9", "203.0.113.99")).status).toBe(429);
    // One IPv6 customer has a whole /64.
    for (let count = 0; count < 5; count += 1)
      expect((await wrong(own, `2001:db8:1:2::${count}`, "")).status).toBe(401);
    expect((await wrong(own, "2001:db8:1:2:ffff::1", "")).status).toBe(429);
    expect((await wrong(own, "2001:db8:1:3::1", "")).status).toBe(401);
  });
});

describe("every answer", () => {
  test("forbids inline scripts, eval, framing and other origins", async () => {
    for (const path of ["/", "/login", "/api/health", "/api/openapi.json", "/nowhere"]) {
      const answer = await web.page(path);
      const policy = answer.headers.get("content-security-policy") ?? "";
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self'");
      expect(policy).not.toContain("unsafe");
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    }
  });

  test("of a page has no inline script, style or handler", async () => {
    for (const path of [
      "/",
      "/login",
      "/executions",
      "/executions/new",
      "/symbols",
      "/settings",
      "/api/docs",
    ]) {
      const html = await (await web.page(path)).text();
      expect(html).not.toMatch(/<script(?![^>]*\bsrc=)/);
      expect(html).not.toMatch(/<style|\sstyle=|\son[a-z]+=/);
    }
  });

  test("to more requests than the bucket holds is 429 with the time to wait", async () => {
    const own = await webFixture(database, { limits: { burst: 5, perSecond: 1 } });
    const statuses: number[] = [];
    for (let count = 0; count < 8; count += 1) statuses.push((await own.api("/api/health")).status);
    expect(statuses).toContain(429);
    own.fixture.clock.skip(3_000);
    expect((await own.api("/api/health")).status).toBe(200);
  });
});
