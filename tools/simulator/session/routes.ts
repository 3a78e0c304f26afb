// Session calls: status, tickle, init, validate, logout. Shapes as facts section 2.
import type { GatewayApp, World } from "../world.ts";

const MAC = "00:00:5E:00:53:01";
const SERVER = {
  serverName: "CountersignSimulator",
  serverVersion: "Build 10.50.1a, Sep 23, 2026 4:12:07 PM",
};
export const USER_ID = 100_000_001;

/** The authentication block of status, tickle and init; a logged-out one lacks most keys. */
export function authStatus({ session }: World): Record<string, unknown> {
  if (session.login() !== "in") return { authenticated: false, competing: false, connected: false, MAC };
  const bridge = session.bridge();
  return {
    authenticated: bridge === "open" || bridge === "opening",
    established: bridge === "open",
    competing: bridge === "competing",
    connected: true,
    message: "",
    MAC,
    serverInfo: SERVER,
    hardware_info: `c0de51a7|${MAC}`,
  };
}

export function serverInfo(): typeof SERVER {
  return SERVER;
}

export function addSessionRoutes(app: GatewayApp, world: World): void {
  const { session } = world;

  app.on(["GET", "POST"], "/iserver/auth/status", (c) => {
    const status = authStatus(world);
    return c.json(session.login() === "in" ? { ...status, fail: "" } : status);
  });

  app.on(["GET", "POST"], "/tickle", (c) =>
    c.json({
      session: session.token(),
      ssoExpires: session.expiresIn(),
      collission: false,
      userId: USER_ID,
      hmds: { error: "no bridge" },
      iserver: { authStatus: authStatus(world) },
    }),
  );

  app.post("/iserver/auth/ssodh/init", async (c) => {
    const body = await c.req.json<{ publish?: unknown; compete?: unknown }>().catch(() => undefined);
    if (body?.publish !== true) return c.json({ error: "failed to process request" }, 500);
    session.init(body.compete === true);
    const status = authStatus(world);
    return c.json(session.bridge() === "opening" ? { passed: true, ...status } : status);
  });

  app.post("/iserver/reauthenticate", (c) => {
    session.init(false);
    return c.json({ message: "triggered" });
  });

  app.get("/sso/validate", (c) => {
    const name = `sim${world.accountId.toLowerCase()}`;
    return c.json({
      USER_ID,
      USER_NAME: name,
      RESULT: true,
      AUTH_TIME: session.loggedInAt(),
      SF_ENABLED: false,
      IS_FREE_TRIAL: false,
      CREDENTIAL: name,
      IP: "127.0.0.1",
      EXPIRES: session.expiresIn(),
      QUALIFIED_FOR_MOBILE_AUTH: null,
      LANDING_APP: "UNIVERSAL",
      IS_MASTER: false,
      lastAccessed: session.lastAccessed(),
      LOGIN_TYPE: world.settings.session.paper ? 2 : 1,
      PAPER_USER_NAME: name,
      features: {
        env: "PROD",
        wlms: true,
        realtime: true,
        bond: true,
        optionChains: true,
        calendar: true,
        newMf: true,
      },
      region: "NJ",
    });
  });

  app.post("/logout", (c) => {
    session.logOut();
    return c.json({ status: true });
  });
}
