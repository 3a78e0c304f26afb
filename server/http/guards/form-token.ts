// Forms of pages must carry the session's token: the second lock beside the origin check.
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import type { ExecutionId } from "#store/model/ids.ts";
import type { CallerEnv } from "../auth/guard.ts";
import type { Sessions } from "../auth/sessions.ts";
import { problem, problemResponse } from "../problems.ts";

export type FormEnv = CallerEnv & { Variables: { form: URLSearchParams; startId?: string } };

/** The id that what this form starts must carry, so that sending it again finds it. */
export function startIdOf(c: Context<FormEnv>): ExecutionId | undefined {
  return c.get("startId") as ExecutionId | undefined;
}

/** Reads the posted form once and keeps it for the handler. Only browser sessions post forms. */
export function readForm(sessions: Sessions) {
  return createMiddleware<FormEnv>(async (c, next) => {
    if (c.req.method !== "POST") return next();
    const caller = c.get("caller");
    const form = new URLSearchParams(await c.req.text());
    const token = form.get("form_token") ?? "";
    if (caller.kind !== "browser" || !sessions.isFormToken(caller.session, token)) {
      return problemResponse(
        problem(403, "form_expired", "This form is no longer valid. Go back, reload the page and try again."),
      );
    }
    c.set("form", form);
    return next();
  });
}
