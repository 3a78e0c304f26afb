// The kill switch by forms: halt at once, or look at what would be cancelled and closed and then confirm it.
import { Hono } from "hono";
import { z } from "zod";
import { HaltPage } from "#server/views/desk/halt.tsx";
import { InputError } from "#store/model/errors.ts";
import { dec } from "#store/model/money.ts";
import { TradingState } from "#store/model/risk.ts";
import { keptHoldings } from "#store/results/kept-holdings.ts";
import { workingOrders } from "#store/trading/orders.ts";
import { listPositions } from "#store/trading/positions.ts";
import { setTradingState } from "#store/trading/trading-state.ts";
import { haltDesk, Reason } from "../api/trading/desk-state.ts";
import { nameOf } from "../auth/guard.ts";
import type { FormEnv } from "../guards/form-token.ts";
import { page } from "./html.ts";
import { type Site, withDone } from "./site.tsx";

const Act = z.enum(["halt", "cancel", "flatten"]);
const DONE_OF = { ACTIVE: "resumed", REDUCING: "reducing", HALTED: "halted" } as const;

/** What works at the broker and what the desk holds, as the confirmation names it. */
async function atStake(site: Site) {
  const { db } = site.deps.database;
  const { accountId } = site.deps.broker;
  if (accountId === null) return { entries: [], holdings: [] };
  const [working, holdings, positions] = await Promise.all([
    workingOrders(db, { accountId }),
    keptHoldings(db, accountId),
    listPositions(db, accountId),
  ]);
  return {
    entries: working.filter((order) => order.leg === "entry" && !order.external),
    holdings: holdings.map((one) => ({
      ...one,
      side: dec(one.quantity).isNegative() ? ("BUY" as const) : ("SELL" as const),
      marketValue: positions.find((position) => position.conid === one.conid)?.marketValue ?? null,
    })),
  };
}

export function haltPages(site: Site): Hono<FormEnv> {
  const app = new Hono<FormEnv>();
  const { db } = site.deps.database;

  app.get("/halt", async (c) => {
    const act = Act.catch("halt").parse(c.req.query("act"));
    const [frame, stake] = await Promise.all([site.frame(c), atStake(site)]);
    return page(c, <HaltPage frame={frame} model={{ act, ...stake }} />);
  });

  app.post("/halt", (c) =>
    site.carryOut(c, "/halt", async () => {
      const form = c.get("form");
      const act = Act.safeParse(form.get("act"));
      if (!act.success) throw new InputError("act_unknown", "This is not a way to halt.");
      const { reason } = Reason.parse({ reason: form.get("reason") ?? "" });
      const done = await haltDesk(site.deps, {
        reason,
        who: nameOf(c.get("caller")),
        cancelOpen: act.data !== "halt",
        flatten: act.data === "flatten",
      });
      const { cancelRequested: cancelled, exitsSent: exits, failed } = done;
      return act.data === "halt"
        ? withDone("/", "halted")
        : `/?cancelled=${cancelled}&exits=${exits}&failed=${failed.length}`;
    }),
  );

  app.post("/trading-state", (c) =>
    site.carryOut(c, "/", async () => {
      const form = c.get("form");
      const state = TradingState.safeParse(form.get("state"));
      if (!state.success) throw new InputError("state_unknown", "This is not a trading state.");
      const { reason } = Reason.parse({ reason: form.get("reason") ?? "" });
      await setTradingState(db, { state: state.data, reason, who: nameOf(c.get("caller")) });
      return withDone("/", DONE_OF[state.data]);
    }),
  );
  return app;
}
