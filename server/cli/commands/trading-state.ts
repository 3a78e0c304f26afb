// `countersign halt` and `resume`: the kill switch, in force for all workers at once.
import { z } from "zod";
import type { TradingState } from "#store/model/risk.ts";
import { CurrentTradingState } from "../../http/api/trading/schemas.ts";
import { ExitCode } from "../exit-codes.ts";
import type { Invocation } from "../program.ts";
import { type CommonOptions, withDesk } from "../session.ts";

const PATH: Readonly<Record<TradingState, string>> = {
  HALTED: "/api/trading-state/halt",
  REDUCING: "/api/trading-state/reduce",
  ACTIVE: "/api/trading-state/resume",
};

const StateAnswer = CurrentTradingState.extend({
  cancelRequested: z.number().optional(),
  exitsSent: z.number().optional(),
  failed: z.array(z.string()).optional(),
});

export async function tradingStateCommand(
  invocation: Invocation,
  options: CommonOptions & { state: TradingState; reason: string; cancelOpen?: boolean; flatten?: boolean },
): Promise<void> {
  await withDesk(invocation, options, async ({ api, terminal }) => {
    const { state, reason, cancelOpen, flatten } = options;
    const body =
      state === "HALTED"
        ? { reason, cancelOpen: cancelOpen === true, flatten: flatten === true }
        : { reason };
    const now = await api.send("POST", PATH[state], body, StateAnswer);
    if (terminal.json) {
      terminal.object(now);
      return;
    }
    terminal.line(`trading is ${now.state} (${now.reason ?? ""})`);
    if (cancelOpen || flatten) {
      terminal.line(
        `${now.cancelRequested ?? 0} entries are being cancelled, ${now.exitsSent ?? 0} exits were sent`,
      );
    }
    for (const failure of now.failed ?? []) terminal.line(`not done: ${failure}`);
    if ((now.failed ?? []).length > 0) invocation.exitCode = ExitCode.failed;
  });
}
