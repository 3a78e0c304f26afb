// `countersign halt` and `resume`: the kill switch, in force for all workers at once.
import type { TradingState } from "#store/model/risk.ts";
import { CurrentTradingState } from "../../http/api/trading-schemas.ts";
import type { Invocation } from "../program.ts";
import { type CommonOptions, withDesk } from "../session.ts";

const PATH: Readonly<Record<TradingState, string>> = {
  HALTED: "/api/trading-state/halt",
  REDUCING: "/api/trading-state/reduce",
  ACTIVE: "/api/trading-state/resume",
};

export async function tradingStateCommand(
  invocation: Invocation,
  options: CommonOptions & { state: TradingState; reason: string },
): Promise<void> {
  await withDesk(invocation, options, async ({ api, terminal }) => {
    const now = await api.send("POST", PATH[options.state], { reason: options.reason }, CurrentTradingState);
    if (terminal.json) terminal.object(now);
    else terminal.line(`trading is ${now.state} (${now.reason ?? ""})`);
  });
}
