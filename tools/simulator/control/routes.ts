// The control calls, apart from the API and outside its pacing: clock, reset, faults, login, journal.
import { z } from "zod";
import { DeskError } from "#store/model/errors.ts";
import { SessionDate } from "#store/model/ids.ts";
import { FAULT_KINDS, type FaultRule } from "../faults/faults.ts";
import type { Simulator } from "../simulator.ts";
import type { GatewayApp, World } from "../world.ts";

const Next = z.strictObject({ sessions: z.number().int().min(1).max(5_000).default(1) });
const Clock = z.strictObject({
  to: z.enum(["open", "close"]).optional(),
  /** Milliseconds per session; 0 stops. */
  paceMs: z.number().int().nonnegative().optional(),
});
const Reset = z.strictObject({ cash: z.number().positive().optional(), start: SessionDate.optional() });
const Fault = z.strictObject({
  kind: z.enum(FAULT_KINDS),
  method: z.string().optional(),
  path: z.string().optional(),
  times: z.number().int().positive().optional(),
  skip: z.number().int().nonnegative().optional(),
  probability: z.number().min(0).max(1).optional(),
  seed: z.number().int().optional(),
  delayMs: z.number().int().nonnegative().optional(),
});
const Session = z.strictObject({ lose: z.enum(["login", "bridge", "competing"]) });

/** Drops keys that are undefined: what optional fields parse to. */
function present<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

async function read<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
  const text = await request.text();
  return schema.parse(text === "" ? {} : JSON.parse(text));
}

export function addControlRoutes(app: GatewayApp, of: { simulator: Simulator; world: World }): void {
  const { simulator, world } = of;

  app.get("/_sim/clock", (c) => c.json(simulator.view()));
  app.post("/_sim/clock", async (c) => {
    const { to, paceMs } = await read(c.req.raw, Clock);
    if (paceMs === 0) simulator.stopPace();
    else if (paceMs !== undefined) simulator.startPace(paceMs);
    if (to === "open") return c.json(simulator.open());
    return c.json(to === "close" ? simulator.close() : simulator.view());
  });
  app.post("/_sim/next", async (c) => c.json(simulator.next((await read(c.req.raw, Next)).sessions)));
  app.post("/_sim/reset", async (c) => {
    simulator.reset(present(await read(c.req.raw, Reset)) as { cash?: number; start?: SessionDate });
    return c.json(simulator.view());
  });

  app.get("/_sim/faults", (c) => c.json(simulator.faults.rules()));
  app.post("/_sim/faults", async (c) => {
    simulator.faults.add(present(await read(c.req.raw, Fault)) as FaultRule);
    return c.json(simulator.faults.rules());
  });
  app.delete("/_sim/faults", (c) => {
    simulator.faults.clear();
    return c.json([]);
  });

  app.post("/_sim/login", (c) => {
    world.session.logIn();
    return c.text("Client login succeeds");
  });
  const sessionView = () => ({ login: world.session.login(), bridge: world.session.bridge() });
  app.get("/_sim/session", (c) => c.json(sessionView()));
  app.post("/_sim/session", async (c) => {
    world.session.lose((await read(c.req.raw, Session)).lose);
    return c.json(sessionView());
  });

  app.get("/_sim/journal", (c) =>
    c.json({
      received: world.journal.received(),
      breaches: world.pacing.breaches(),
      ordersSeen: simulator.orders().length,
      orders: simulator.orders().map(({ id, clientId, parentId, conid, side, quantity, filled, status }) => ({
        orderId: id,
        cOID: clientId,
        parentId,
        conid,
        side,
        quantity,
        filled,
        status,
      })),
      entries: c.req.query("entries") === "false" ? [] : world.journal.entries(),
    }),
  );
  app.delete("/_sim/journal", (c) => {
    world.journal.clear();
    return c.json({ received: 0 });
  });

  app.get("/_sim/instruments", (c) =>
    c.json(
      world.market.instruments.map(({ symbol, conid, name, source, bars }) => ({
        symbol,
        conid,
        name,
        source,
        bars: bars.length,
      })),
    ),
  );

  app.onError((error, c) => {
    if (error instanceof z.ZodError) return c.json({ error: z.prettifyError(error) }, 400);
    if (error instanceof SyntaxError) return c.json({ error: "the body is not JSON" }, 400);
    if (error instanceof DeskError)
      return c.json({ error: error.message, code: error.code, facts: error.facts }, 409);
    return c.json({ error: "simulator error", statusCode: 500 }, 500);
  });
}
