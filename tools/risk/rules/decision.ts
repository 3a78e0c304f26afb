// Rules about the proposal itself: signal, prices, R, margin, stop and entry. A SELL is judged as a BUY mirrored. Pure.
import { abs, type Fixed, figure, fixed, max, ONE, percent, ratio, text, ZERO } from "../fixed.ts";
import { deny, type GateRule, pass, skip } from "../rule.ts";

const NO_PRICES = "no target or stop";
/** How far a stated R or margin may lie from the one its own prices give: rounding to 4 places, no more. */
const STATED_TOLERANCE = ONE / 10_000n;

export const signal: GateRule = {
  id: "signal",
  check({ input, side }) {
    const stated = input.decision.signal;
    return side === null ? deny("signal_hold", stated, "BUY or SELL") : pass(stated, "BUY or SELL");
  },
};

export const decision: GateRule = {
  id: "decision",
  check({ input, side }) {
    const { decision: proposed } = input;
    if (side === null) return skip("HOLD");
    if (proposed.targetPrice === null || proposed.stopPrice === null)
      return deny("decision_incomplete", NO_PRICES, "target and stop");
    const price = fixed(proposed.currentPrice);
    if (price <= ZERO) return deny("decision_incomplete", `price ${proposed.currentPrice}`, "above 0");
    const reward = fixed(proposed.targetPrice) - price;
    const risk = price - fixed(proposed.stopPrice);
    const consistent =
      near(proposed.profitMargin, abs(reward), price) &&
      // With the stop on the wrong side there is no R to state; stop_side denies that.
      (proposed.rCoefficient === null || near(proposed.rCoefficient, reward, risk));
    const stated = `R ${proposed.rCoefficient ?? "none"}, margin ${proposed.profitMargin ?? "none"}`;
    const computed = `R ${ratio(reward, risk)}, margin ${ratio(abs(reward), price)}`;
    return consistent ? pass(stated, computed) : deny("decision_inconsistent", stated, computed);
  },
};

export const side: GateRule = {
  id: "side",
  check({ side: wanted, effect, held, exposure, limits }) {
    if (wanted === null) return skip("HOLD");
    if (held === null || exposure === null) return skip("portfolio not known");
    const holding = `${wanted}, ${figure(held)} held`;
    if (effect === "close") {
      return exposure.closing < abs(held)
        ? pass(`${holding}: closes`, "at most what is held")
        : deny("exit_pending", `${figure(exposure.closing)} being closed`, figure(abs(held)));
    }
    if (wanted === "SELL" && !limits.allowShort)
      return deny("short_not_allowed", holding, "a position to close");
    if (!limits.allowAdd && held !== ZERO) return deny("position_exists", holding, "no position");
    if (!limits.allowAdd && exposure.entryPending) return deny("entry_pending", "an entry is open", "none");
    return pass(`${holding}: opens`, limits.allowAdd ? "adding allowed" : "no position, no entry open");
  },
};

export const stopSide: GateRule = {
  id: "stop_side",
  check({ entry, price, stop, sign }) {
    if (entry === null || stop === null) return skip(NO_PRICES);
    const given = `stop ${text(stop)}, entry ${text(entry)}`;
    const limit = sign === 1n ? "stop below price" : "stop above price";
    const right = (entry - stop) * sign > ZERO && (price - stop) * sign > ZERO && stop > ZERO;
    return right ? pass(given, limit) : deny("stop_wrong_side", given, limit);
  },
};

export const targetSide: GateRule = {
  id: "target_side",
  check({ entry, price, target, sign }) {
    if (entry === null || target === null) return skip(NO_PRICES);
    const given = `target ${text(target)}, entry ${text(entry)}`;
    const limit = sign === 1n ? "target above entry" : "target below entry";
    const right = (target - entry) * sign > ZERO && (target - price) * sign > ZERO && target > ZERO;
    return right ? pass(given, limit) : deny("target_wrong_side", given, limit);
  },
};

/** K1, at the decision's price; what remains at the worst fill is shown beside it. */
export const rCoefficient: GateRule = {
  id: "r_coefficient",
  check({ price, entry, stop, target, sign, limits }) {
    if (stop === null || target === null || entry === null) return skip(NO_PRICES);
    const risk = (price - stop) * sign;
    const reward = (target - price) * sign;
    const limit = figure(limits.minRCoefficient);
    if (risk <= ZERO) return deny("r_below_minimum", "no risk to divide by", limit);
    // Compared as a product: a quotient would be rounded.
    const enough = reward * ONE >= risk * limits.minRCoefficient;
    const worstRisk = (entry - stop) * sign;
    const worst = worstRisk > ZERO ? ratio((target - entry) * sign, worstRisk) : "none";
    const given = `R ${ratio(reward, risk)} at ${text(price)}, ${worst} at ${text(entry)}`;
    return enough ? pass(given, limit) : deny("r_below_minimum", given, limit);
  },
};

export const profitMargin: GateRule = {
  id: "profit_margin",
  check({ price, target, limits }) {
    if (target === null) return skip(NO_PRICES);
    const limit = percent(limits.minProfitMargin);
    if (price <= ZERO) return deny("margin_below_minimum", "no price", limit);
    const reward = abs(target - price);
    const enough = reward * ONE >= price * limits.minProfitMargin;
    const given = percent(reward, price);
    return enough ? pass(given, limit) : deny("margin_below_minimum", given, limit);
  },
};

/** The price band: both the entry and the price that the agents argued with lie near the reference. */
export const entryDistance: GateRule = {
  id: "entry_distance",
  check({ entry, price, reference, limits }) {
    const limit = percent(limits.maxEntryDistance);
    if (reference === null || entry === null || reference.price <= ZERO)
      return deny("reference_missing", "no reference price", limit);
    const distance = max(abs(entry - reference.price), abs(price - reference.price));
    const given = `${text(entry)} against ${reference.kind} ${text(reference.price)}`;
    return distance * ONE > reference.price * limits.maxEntryDistance
      ? deny("entry_too_far", given, limit)
      : pass(given, limit);
  },
};

export const stopNoise: GateRule = {
  id: "stop_noise",
  opening: true,
  check({ input, entry, stop, sign, limits }) {
    if (entry === null || stop === null) return skip(NO_PRICES);
    const atr = fixed(input.lastBar?.atr ?? "0");
    const limit = `${figure(limits.minStopAtr)} ATR`;
    if (atr <= ZERO) return deny("atr_missing", "no ATR(14)", limit);
    const distance = (entry - stop) * sign;
    const given = `${ratio(distance, atr)} ATR`;
    return distance * ONE < limits.minStopAtr * atr
      ? deny("stop_inside_noise", given, limit)
      : pass(given, limit);
  },
};

export const stopDistance: GateRule = {
  id: "stop_distance",
  opening: true,
  check({ entry, stop, limits }) {
    if (entry === null || stop === null || entry <= ZERO) return skip(NO_PRICES);
    const distance = abs(entry - stop);
    const limit = percent(limits.maxStopDistance);
    const given = percent(distance, entry);
    return distance * ONE > entry * limits.maxStopDistance
      ? deny("stop_too_far", given, limit)
      : pass(given, limit);
  },
};

/** Whether the stated figure is a / b, up to rounding; compared as products. */
function near(stated: string | null, a: Fixed, b: Fixed): boolean {
  return stated !== null && b !== ZERO && abs(fixed(stated) * b - a * ONE) <= STATED_TOLERANCE * abs(b);
}
