// `countersign market` and `market next`: the simulator's clock. With a real broker the market moves by itself.
import { z } from "zod";
import { InputError } from "#store/model/errors.ts";
import { exchangeDate } from "#tools/calendar.ts";
import type { Invocation } from "../program.ts";
import { type CommonOptions, wholeNumber, withDesk } from "../session.ts";

const Clock = z.object({ kind: z.string(), now: z.string(), end: z.string().nullable() });

export async function marketCommand(
  invocation: Invocation,
  action: string | undefined,
  options: CommonOptions & { sessions: string },
): Promise<void> {
  if (action !== undefined && action !== "next" && action !== "show") {
    throw new InputError("unknown_action", `market ${action}: there are "market show" and "market next"`);
  }
  const sessions = wholeNumber("--sessions", options.sessions);
  await withDesk(invocation, options, async ({ api, terminal }) => {
    const clock =
      action === "next"
        ? await api.send("POST", "/api/market/next", { sessions }, Clock)
        : await api.get("/api/market", Clock);
    if (terminal.json) terminal.object(clock);
    else
      terminal.line(`${clock.kind}: session of ${exchangeDate(new Date(clock.now))} is over (${clock.now})`);
  });
}
