// What the gateway program itself does before and around the API (facts section 1). Pure decisions about a request.
// It answers some calls alone: strangers, preflights, unknown paths, the login page.

export type FrontRequest = {
  method: string;
  /** Path and query as received. */
  target: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  address: string;
};

export type FrontAnswer = { status: number; headers: Record<string, string>; body: string };

const REMOTE = "https://api.ibkr.com";
const SERVED = /^\/(v1\/(api|portal)|_sim)(\/|$|\?)/;
const LOGIN = /^\/sso\/Login(\?|$)/;
const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "POST,GET,OPTIONS,DELETE,PUT",
  "access-control-allow-headers": "Content-Type,portal,Cookie",
};

const LOGIN_PAGE = `<!doctype html><html lang="en"><title>Login</title>
<h1>Gateway simulator</h1>
<p>This is not Interactive Brokers. No name or password is asked for or kept.</p>
<form method="post" action="/_sim/login"><button>Log in to the simulated account</button></form></html>`;

const redirect = (location: string): FrontAnswer => ({ status: 302, headers: { location }, body: "" });

/** The answer that the front end gives itself, or undefined when the call goes on to the API. */
export function frontAnswer(request: FrontRequest, allowed: readonly string[]): FrontAnswer | undefined {
  // Plain text without a content type, as measured.
  if (allowed.length > 0 && !allowed.includes(request.address)) {
    return { status: 404, headers: {}, body: "Access Denied" };
  }
  if (request.method === "OPTIONS") return { status: 200, headers: CORS, body: "" };
  if (request.target === "/") return redirect("/sso/Login?forwardTo=22&RL=1&ip2loc=US");
  if (LOGIN.test(request.target)) {
    return { status: 200, headers: { "content-type": "text/html; charset=utf-8" }, body: LOGIN_PAGE };
  }
  if (!SERVED.test(request.target)) return redirect(`${REMOTE}${request.target}`);
  const hasLength = request.headers["content-length"] !== undefined;
  const chunked = request.headers["transfer-encoding"] !== undefined;
  if (isApi(request) && request.method === "POST" && !hasLength && !chunked) {
    return { status: 411, headers: {}, body: "" };
  }
  return undefined;
}

/** The control calls are ours: they know none of the gateway's quirks. */
const isApi = (request: FrontRequest): boolean => request.target.startsWith("/v1/");

/** A body sent in chunks is thrown away without a word. */
export function bodyIsLost(request: FrontRequest): boolean {
  return isApi(request) && request.headers["transfer-encoding"] !== undefined;
}
