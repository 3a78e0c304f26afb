// Rules about what happened lately: entries of the session, losses of session and week, cool-down. Pure.
import type { Facts } from "../facts.ts";
import { type Fixed, figure, fixed, ONE, percent, widen, ZERO } from "../fixed.ts";
import { type Answer, deny, type GateRule, pass, skip } from "../rule.ts";

export const ordersPerDay: GateRule = {
  id: "orders_per_day",
  opening: true,
  check({ input, limits }) {
    if (input.activity === null) return skip("activity not known");
    const sent = input.activity.value.entriesToday;
    const given = `${sent} sent`;
    const limit = String(limits.maxOrdersPerDay);
    return sent >= limits.maxOrdersPerDay ? deny("orders_per_day_reached", given, limit) : pass(given, limit);
  },
};

export const dailyLoss: GateRule = {
  id: "daily_loss",
  opening: true,
  check(facts) {
    const session = facts.input.market?.session;
    return lossStop(facts, "daily_loss_stop", facts.limits.maxDailyLoss, (date) => date === session);
  },
};

export const weeklyLoss: GateRule = {
  id: "weekly_loss",
  opening: true,
  check(facts) {
    const start = facts.input.market?.weekStart;
    return lossStop(
      facts,
      "weekly_loss_stop",
      facts.limits.maxWeeklyLoss,
      (date) => start !== undefined && date >= start,
    );
  },
};

export const coolDown: GateRule = {
  id: "cool_down",
  opening: true,
  check({ input, limits, equity }) {
    const { activity, market } = input;
    if (activity === null || market === null || equity === null)
      return skip("activity, market or equity not known");
    const limit = `${limits.cooldownSessions} sessions after a daily loss of ${percent(limits.maxDailyLoss)}`;
    const watched = new Set<string>(market.earlier.slice(0, limits.cooldownSessions));
    const most = -equity * limits.maxDailyLoss;
    for (const { session, result } of activity.value.results)
      if (watched.has(session) && widen(fixed(result)) <= most)
        return deny("cooling_down", `${result} on ${session}`, limit);
    return pass("no such loss", limit);
  },
};

function lossStop(
  { input, equity }: Facts,
  code: "daily_loss_stop" | "weekly_loss_stop",
  fraction: Fixed,
  counts: (session: string) => boolean,
): Answer {
  if (input.activity === null || input.market === null || equity === null)
    return skip("activity, market or equity not known");
  let sum = ZERO;
  for (const { session, result } of input.activity.value.results) if (counts(session)) sum += fixed(result);
  const most = equity * fraction;
  const given = `result ${figure(sum)}`;
  const limit = `a loss of ${figure(most / ONE)} (${percent(fraction)})`;
  return widen(-sum) >= most ? deny(code, given, limit) : pass(given, limit);
}
