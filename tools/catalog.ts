// The read-only tools that agents may be offered. Pure over the bars and values given: nothing later than their end is
// reachable, nothing is written, no order can be placed from here.
import { z } from "zod";
import type { Bar, Timeframe } from "#store/model/bar.ts";
import { InputError } from "#store/model/errors.ts";
import { SessionDate } from "#store/model/ids.ts";
import { dec, toDecimalString } from "#store/model/money.ts";
import { INDICATORS, type Indicator } from "#store/model/workflow/definition.ts";
import { COLUMN_INDICATOR, INDICATOR_NAMES, type IndicatorTable } from "#tools/indicators/index.ts";

/** A tool an agent may call: read-only, its input checked by zod before `run` sees it. The result is data. */
export type AgentTool = {
  name: string;
  description: string;
  input: z.ZodObject;
  /** Gets checked input, answers with any JSON value. @throws InputError for what cannot be answered. */
  run(input: unknown, signal: AbortSignal): Promise<unknown>;
};

/** Finished bars up to the run's as-of date, and the indicators computed from exactly these. */
export type ToolMaterial = {
  bars: readonly Bar[];
  table: IndicatorTable;
  /** Daily when absent. */
  timeframe?: Timeframe;
  /** Whose values may be looked up besides ATR; all when absent. */
  indicators?: readonly Indicator[];
};

const MAX_BARS = 60;
/** A week is known by the date of its first session. */
const PERIOD = { daily: "session", weekly: "week, known by its first session" } as const;

/** Tools over one series. */
export function readOnlyTools(material: ToolMaterial): AgentTool[] {
  return [indicatorAt(material), barsBetween(material), rewardToRisk];
}

function indicatorAt({ table, timeframe = "daily", indicators = INDICATORS }: ToolMaterial): AgentTool {
  const names = INDICATOR_NAMES.filter((name) => {
    const indicator = COLUMN_INDICATOR[name];
    return indicator === null || indicators.includes(indicator);
  });
  const input = z.object({ indicator: z.enum(names), date: SessionDate });
  return tool({
    name: "indicator_at",
    description: `Value of one ${timeframe} indicator at the close of one past ${PERIOD[timeframe]}; null while it is not ready.`,
    input,
    answer: ({ indicator, date }) => {
      const index = table.dates.indexOf(date);
      if (index === -1) throw noSession(date);
      return { indicator, date, value: table[indicator][index] ?? null };
    },
  });
}

function barsBetween({ bars, timeframe = "daily" }: ToolMaterial): AgentTool {
  const input = z.object({ from: SessionDate, to: SessionDate });
  return tool({
    name: "bars_between",
    description: `${timeframe === "daily" ? "Daily" : "Weekly"} bars from one date to another, both included, ${MAX_BARS} at most.`,
    input,
    answer: ({ from, to }) => {
      const found = bars.filter((bar) => bar.date >= from && bar.date <= to);
      if (found.length === 0) throw noSession(`${from} to ${to}`);
      if (found.length > MAX_BARS) {
        throw new InputError("too_many_bars", `${found.length} bars lie between, ${MAX_BARS} at most`);
      }
      return found;
    },
  });
}

const prices = z.object({
  price: z.number().positive(),
  target: z.number().positive(),
  stop: z.number().positive(),
});
const rewardToRisk: AgentTool = tool({
  name: "reward_to_risk",
  description:
    "R = (target - price) / (price - stop) and profit margin |target - price| / price; long or short by the side of the target.",
  input: prices,
  answer: ({ price, target, stop }) => {
    const side = dec(target).gt(price) ? 1 : -1;
    const risk = dec(price).minus(stop).times(side);
    const reward = dec(target).minus(price).times(side);
    if (risk.lte(0))
      throw new InputError("stop_side", "the stop is on the same side of the price as the target");
    return {
      rCoefficient: toDecimalString(reward.dividedBy(risk).toDecimalPlaces(4)),
      profitMargin: toDecimalString(reward.dividedBy(price).toDecimalPlaces(6)),
    };
  },
});

function tool<Input extends z.ZodObject>(of: {
  name: string;
  description: string;
  input: Input;
  answer(input: z.infer<Input>): unknown;
}): AgentTool {
  const { name, description, input } = of;
  return { name, description, input, run: async (given) => of.answer(input.parse(given)) };
}

function noSession(date: string): InputError {
  return new InputError("no_such_session", `there is no finished session on ${date} within the loaded bars`);
}
