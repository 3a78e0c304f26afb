// The page of settings in force and of the health of every part.
import { Hono } from "hono";
import { SettingsPage } from "#server/views/pages/settings.tsx";
import type { FormEnv } from "../guards/form-token.ts";
import { checkHealth } from "../health.ts";
import { page } from "./html.ts";
import type { Site } from "./site.tsx";

export function settingsPages(site: Site): Hono<FormEnv> {
  return new Hono<FormEnv>().get("/settings", async (c) => {
    const [frame, checks] = await Promise.all([site.frame(c), checkHealth(site.deps)]);
    return page(c, <SettingsPage frame={frame} model={{ ...site.deps.describe(), checks }} />);
  });
}
