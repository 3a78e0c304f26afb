// `countersign doctor`: every part proven by a round trip, with what to do about what is wrong.
import { z } from "zod";
import { ExitCode } from "../exit-codes.ts";
import type { Invocation } from "../program.ts";
import { type CommonOptions, withDesk } from "../session.ts";
import { table } from "../terminal.ts";

const Health = z.looseObject({
  status: z.string(),
  version: z.string(),
  checks: z.array(
    z.object({ name: z.string(), state: z.string(), detail: z.string(), provenAt: z.string().nullable() }),
  ),
});

const WORD: Readonly<Record<string, string>> = { ok: "ok", degraded: "not checked yet", down: "DOWN" };

export async function doctorCommand(invocation: Invocation, options: CommonOptions): Promise<void> {
  await withDesk(invocation, options, async ({ api, terminal, config }) => {
    const health = await api.get("/api/health/detail", Health);
    if (terminal.json) terminal.object(health);
    else {
      terminal.line(
        table(
          ["part", "state", "detail"],
          health.checks.map((check) => [check.name, WORD[check.state] ?? check.state, check.detail]),
        ),
      );
      for (const notice of config.notices) terminal.line(`notice: ${notice}`);
    }
    if (health.checks.some((check) => check.state === "down")) invocation.exitCode = ExitCode.failed;
  });
}
