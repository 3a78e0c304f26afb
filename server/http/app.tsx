// The whole web side in one Hono application: guards first, then assets, sign-in, API and pages.
// Effects: compiles styles once, opens one LISTEN connection; everything ends with `close`.
import { setMaxListeners } from "node:events";
import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { HTTPException } from "hono/http-exception";
import { methodNotAllowed } from "hono/method-not-allowed";
import { ZodError } from "zod";
import { ApiDocsPage } from "#server/views/pages/api-docs.tsx";
import { PlainFailurePage } from "#server/views/pages/failure.tsx";
import { BouncePage } from "#server/views/pages/login.tsx";
import { toErrorRecord } from "#store/model/errors.ts";
import { apiDocument, apiRoutes } from "./api/routes.ts";
import { loadAssets } from "./assets/catalog.ts";
import { assetRoutes } from "./assets/routes.ts";
import { endedSessions } from "./auth/ended.ts";
import { type Door, requireCaller, requireSignIn } from "./auth/guard.ts";
import { createLockout } from "./auth/lockout.ts";
import { authRoutes, themeOf } from "./auth/routes.tsx";
import { createSessions } from "./auth/sessions.ts";
import type { WebDeps } from "./deps.ts";
import { openFeed } from "./events/feed.ts";
import { knowClient } from "./guards/client.ts";
import { rateLimit } from "./guards/rate-limit.ts";
import { sameOriginOnly } from "./guards/same-origin.ts";
import { securityHeaders } from "./guards/security-headers.ts";
import { page } from "./pages/html.ts";
import { pageRoutes } from "./pages/routes.tsx";
import { problem, problemOf, problemResponse } from "./problems.ts";
import { referenceModel } from "./reference.ts";

export type WebApp = {
  /** What a server (or a test) calls with each request. */
  fetch: (request: Request, bindings?: object) => Response | Promise<Response>;
  request: OpenAPIHono["request"];
  close(): Promise<void>;
};

const DEFAULTS = {
  burst: 400,
  perSecond: 100,
  bodyBytes: 1024 * 1024,
  maxFailures: 5,
  lockoutMs: 30_000,
};

async function doorOf(deps: WebDeps): Promise<Door> {
  return {
    sessions: createSessions({
      token: deps.auth.token,
      clock: deps.clock,
      ended: await endedSessions(deps.database.db),
    }),
    lockout: createLockout({
      clock: deps.clock,
      maxFailures: deps.auth.maxFailures ?? DEFAULTS.maxFailures,
      lockoutMs: deps.auth.lockoutMs ?? DEFAULTS.lockoutMs,
    }),
    secureCookie: deps.auth.secureCookie,
  };
}

/**
 * Builds the application.
 * @throws UnavailableError when the styles cannot be compiled or the database's event channel cannot be reached.
 */
export async function createApp(deps: WebDeps): Promise<WebApp> {
  const [assets, feed] = await Promise.all([
    loadAssets(deps.cacheDir),
    openFeed({ database: deps.database, log: deps.log }),
  ]);
  // Every event stream listens to it; they are counted and ended, so this is no leak.
  setMaxListeners(0, deps.signal);
  const door = await doorOf(deps);
  const { burst, perSecond, bodyBytes } = { ...DEFAULTS, ...deps.limits };

  const app = new OpenAPIHono();
  const fail = (c: Context, error: unknown): Response | Promise<Response> => {
    const found = problemOf(pageFault(c, error));
    if (found.status >= 500) {
      deps.log.error(
        { error: toErrorRecord(error), stack: stackOf(error), path: c.req.path },
        "a request failed",
      );
    }
    if (c.req.path.startsWith("/api/")) return problemResponse(found);
    const model = {
      status: found.status,
      title: found.title,
      detail: found.detail,
      code: found.code,
      errors: found.errors ?? [],
      back: "/",
    };
    return page(
      c,
      <PlainFailurePage theme={themeOf(c)} assets={assets.base} model={model} />,
      found.status as 500,
    );
  };
  app.onError((error, c) => fail(c, error));
  app.notFound((c) => fail(c, new HTTPException(404, { message: "There is no such page." })));

  app.use("*", securityHeaders());
  app.use(
    "*",
    methodNotAllowed({
      app,
      onMethodNotAllowed: (_, methods) =>
        problemResponse(problem(405, "method_not_allowed", `This address takes ${methods.join(", ")}.`), {
          allow: methods.join(", "),
        }),
    }),
  );
  app.route("/assets", assetRoutes(assets));
  app.use("*", knowClient(deps.auth.trustedProxies ?? []));
  app.use("*", rateLimit({ clock: deps.clock, burst, perSecond }));
  const limitBody = bodyLimit({
    maxSize: bodyBytes,
    onError: () =>
      problemResponse(problem(413, "body_too_large", `A body may have ${bodyBytes} bytes at most.`)),
  });
  // A GET has no body, and to look for one costs as much as all other guards together.
  app.use("*", (c, next) => (c.req.method === "GET" ? next() : limitBody(c, next)));
  app.use("*", sameOriginOnly);
  app.get("/favicon.ico", (c) => c.redirect(`${assets.base}/mark.svg`, 302));
  app.route("/", authRoutes({ door, assets: assets.base, newId: deps.newId }));
  const api = apiRoutes(deps, { feed, sessions: door.sessions }, requireCaller(door));
  let reference: ReturnType<typeof referenceModel> | undefined;
  app.get("/api/docs", (c) => {
    reference ??= referenceModel(apiDocument(api, deps.describe().version));
    return page(c, <ApiDocsPage model={{ ...reference, theme: themeOf(c), assets: assets.base }} />);
  });
  app.route("/", api);
  const bounce = (c: Context) =>
    page(c, <BouncePage theme={themeOf(c)} assets={assets.base} href={c.req.path} />);
  app.route("/", pageRoutes({ deps, door, assets: assets.base, guard: requireSignIn(door, bounce) }));

  return {
    fetch: (request, bindings) => app.fetch(request, bindings),
    request: app.request,
    close: () => feed.close(),
  };
}

/** A malformed id in the address of a page is a page that is not there. */
function pageFault(c: Context, error: unknown): unknown {
  const isPage = c.req.method === "GET" && !c.req.path.startsWith("/api/");
  return isPage && error instanceof ZodError
    ? new HTTPException(404, { message: "There is no such page." })
    : error;
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : undefined;
}
