// What all pages share: the frame around them, notices after a form, failures shown in place.
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Frame } from "#server/views/layout/frame.ts";
import { FailurePage } from "#server/views/pages/failure.tsx";
import type { Notice } from "#server/views/parts/blocks.tsx";
import { toErrorRecord } from "#store/model/errors.ts";
import { deskGlance } from "#store/trading/glance.ts";
import type { Door } from "../auth/guard.ts";
import { themeOf } from "../auth/routes.tsx";
import type { WebDeps } from "../deps.ts";
import type { FormEnv } from "../guards/form-token.ts";
import { problemOf } from "../problems.ts";
import { page } from "./html.ts";

/** A question to the market clock may take so long, and up to twice that: one deadline serves all that are asked meanwhile. */
const CLOCK_DEADLINE_MS = 1_000;

/** What a form has done, told on the page that follows; only these texts can be shown, never text from the address. */
const DONE: Readonly<Record<string, Notice>> = {
  started: { tone: "good", text: "Execution started." },
  retried: { tone: "good", text: "The failed symbols are queued again; finished ones are left alone." },
  nothing: { tone: "warn", text: "There was nothing to do." },
  approve: {
    tone: "good",
    text: "Approved. Price and limits are checked once more before the order leaves.",
  },
  edit: { tone: "good", text: "Approved with your changes. Price and limits are checked once more." },
  reject: { tone: "good", text: "Rejected. No order will be sent." },
  cancel: { tone: "good", text: "Cancel requested. The broker has the last word; see the order's events." },
  halted: { tone: "bad", text: "Trading is halted. No order leaves the desk until you resume." },
  reducing: { tone: "warn", text: "Only orders that shrink exposure leave the desk now." },
  resumed: { tone: "good", text: "Trading is active again." },
  moved: { tone: "good", text: "The market clock has moved; orders were matched against the new bars." },
  added: { tone: "good", text: "Symbol added." },
  changed: { tone: "good", text: "Saved." },
  activated: { tone: "good", text: "The strategy is active." },
  deactivated: { tone: "good", text: "The strategy is off. What runs goes on; nothing new begins." },
  enabled: { tone: "good", text: "Symbol enabled." },
  disabled: { tone: "good", text: "Symbol turned off." },
  settled: { tone: "good", text: "Settled. New entries in this symbol may leave again." },
  lifted: { tone: "good", text: "The block is lifted. New entries in this symbol may leave again." },
  removed: { tone: "good", text: "Symbol removed. Its runs and orders stay." },
  saved: { tone: "good", text: "Saved as a new version. Running executions keep theirs." },
  promptStored: {
    tone: "good",
    text: "Stored as a version of its own. It is not in use yet: try it on a past run, or put it into use.",
  },
  promptInUse: { tone: "good", text: "In use for every run that asks this stage from now on." },
  acknowledged: { tone: "good", text: "Acknowledged." },
};

export type Site = {
  deps: WebDeps;
  assets: string;
  /** The frame of the page that is asked for; `notice` overrides the one that a form left. */
  frame(c: Context<FormEnv>, notice?: Notice): Promise<Frame>;
  /** Runs what a form asks for and goes on to `to`; a failure is told on a page of its own. */
  carryOut(c: Context<FormEnv>, back: string, act: () => Promise<string>): Promise<Response>;
};

/** Each page asks; a timer of its own for each would be most of the cost. */
function marketClock(deps: WebDeps): () => Promise<string | null> {
  let since = Number.NEGATIVE_INFINITY;
  let signal = deps.signal;
  return async () => {
    const at = deps.clock.monotonic();
    if (at - since >= CLOCK_DEADLINE_MS) {
      since = at;
      signal = AbortSignal.timeout(2 * CLOCK_DEADLINE_MS);
    }
    try {
      return (await deps.broker.now(signal)).toISOString();
    } catch (error) {
      deps.log.warn({ error: toErrorRecord(error) }, "the market clock did not answer");
      return null;
    }
  };
}

export function createSite(options: { deps: WebDeps; door: Door; assets: string }): Site {
  const { deps, door, assets } = options;
  const marketNow = marketClock(deps);

  const frame = async (c: Context<FormEnv>, notice?: Notice): Promise<Frame> => {
    const [glance, now] = await Promise.all([deskGlance(deps.database.db), marketNow()]);
    const caller = c.get("caller");
    const description = deps.describe();
    return {
      path: c.req.path,
      theme: themeOf(c),
      formToken: caller.kind === "browser" ? door.sessions.formToken(caller.session) : "",
      once: deps.newId(),
      assets,
      eventsAfter: String(glance.newestEventId),
      trading: glance.trading,
      broker: {
        kind: deps.broker.kind,
        paper: deps.broker.paper,
        accountId: deps.broker.accountId,
        state: deps.broker.health().state,
      },
      model: { text: description.model, offline: description.modelOffline },
      marketNow: now,
      pendingApprovals: glance.pendingApprovals,
      notice: notice ?? DONE[c.req.query("done") ?? ""] ?? null,
    };
  };

  return {
    deps,
    assets,
    frame,
    async carryOut(c, back, act) {
      try {
        return c.redirect(await act(), 303);
      } catch (error) {
        const found = problemOf(error);
        if (found.status === 500) throw error;
        const model = {
          status: found.status,
          title: "That could not be done",
          detail: found.detail,
          code: found.code,
          errors: (found.errors ?? []).filter((fault) => fault.message !== found.detail),
          back,
        };
        return page(
          c,
          <FailurePage frame={await frame(c)} model={model} />,
          found.status as ContentfulStatusCode,
        );
      }
    },
  };
}

/** An address with what a form has done. */
export function withDone(path: string, done: keyof typeof DONE): string {
  return `${path}${path.includes("?") ? "&" : "?"}done=${done}`;
}
