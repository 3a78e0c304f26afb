// Rules about the proposal itself: signal, prices, R, margin, stop and entry. A SELL is judged as a BUY mirrored. Pure.
import { Decimal } from "#store/model/money.ts";
import { deny, figure, type GateRule, pass, percent, skip } from "../rule.ts";

const NO_PRICES = "no target or stop";
/** How far a stated R or margin may lie from the one its own prices give: rounding to 4 places, no more. */
const STATED_TOLERANCE = new Decimal("0.0001");

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
    const price = new Decimal(proposed.currentPrice);
    if (!price.greaterThan(0))
      return deny("decision_incomplete", `price ${proposed.currentPrice}`, "above 0");
    const reward = new Decimal(proposed.targetPrice).minus(price);
    const margin = reward.abs().div(price);
    const risk = price.minus(proposed.stopPrice);
    const r = risk.isZero() ? null : reward.div(risk);
    const consistent =
      near(proposed.profitMargin, margin) &&
      // With the stop on the wrong side there is no R to state; stop_side denies that.
      (proposed.rCoefficient === null || (r !== null && near(proposed.rCoefficient, r)));
    const stated = `R ${proposed.rCoefficient ?? "none"}, margin ${proposed.profitMargin ?? "none"}`;
    const computed = `R ${r === null ? "none" : figure(r)}, margin ${figure(margin)}`;
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
      return exposure.closing.lessThan(held.abs())
        ? pass(`${holding}: closes`, "at most what is held")
        : deny("exit_pending", `${figure(exposure.closing)} being closed`, figure(held.abs()));
    }
    if (wanted === "SELL" && !limits.allowShort)
      return deny("short_not_allowed", holding, "a position to close");
    if (!limits.allowAdd && !held.isZero()) return deny("position_exists", holding, "no position");
    if (!limits.allowAdd && exposure.entryPending) return deny("entry_pending", "an entry is open", "none");
    return pass(`${holding}: opens`, limits.allowAdd ? "adding allowed" : "no position, no entry open");
  },
};

export const stopSide: GateRule = {
  id: "stop_side",
  check({ entry, price, stop, sign }) {
    if (entry === null || stop === null) return skip(NO_PRICES);
    const given = `stop ${stop.toFixed()}, entry ${entry.toFixed()}`;
    const limit = sign === 1 ? "stop below price" : "stop above price";
    const right =
      entry.minus(stop).times(sign).greaterThan(0) &&
      price.minus(stop).times(sign).greaterThan(0) &&
      stop.greaterThan(0);
    return right ? pass(given, limit) : deny("stop_wrong_side", given, limit);
  },
};

export const targetSide: GateRule = {
  id: "target_side",
  check({ entry, price, target, sign }) {
    if (entry === null || target === null) return skip(NO_PRICES);
    const given = `target ${target.toFixed()}, entry ${entry.toFixed()}`;
    const limit = sign === 1 ? "target above entry" : "target below entry";
    const right =
      target.minus(entry).times(sign).greaterThan(0) &&
      target.minus(price).times(sign).greaterThan(0) &&
      target.greaterThan(0);
    return right ? pass(given, limit) : deny("target_wrong_side", given, limit);
  },
};

/** K1, at the decision's price; what remains at the worst fill is shown beside it. */
export const rCoefficient: GateRule = {
  id: "r_coefficient",
  check({ price, entry, stop, target, sign, limits }) {
    if (stop === null || target === null || entry === null) return skip(NO_PRICES);
    const risk = price.minus(stop).times(sign);
    const reward = target.minus(price).times(sign);
    const limit = figure(limits.minRCoefficient);
    if (!risk.greaterThan(0)) return deny("r_below_minimum", "no risk to divide by", limit);
    // Compared as a product: a quotient would be rounded.
    const enough = reward.greaterThanOrEqualTo(risk.times(limits.minRCoefficient));
    const worstRisk = entry.minus(stop).times(sign);
    const worst = worstRisk.greaterThan(0) ? figure(target.minus(entry).times(sign).div(worstRisk)) : "none";
    const given = `R ${figure(reward.div(risk))} at ${price.toFixed()}, ${worst} at ${entry.toFixed()}`;
    return enough ? pass(given, limit) : deny("r_below_minimum", given, limit);
  },
};

export const profitMargin: GateRule = {
  id: "profit_margin",
  check({ price, target, limits }) {
    if (target === null) return skip(NO_PRICES);
    const limit = percent(limits.minProfitMargin);
    if (!price.greaterThan(0)) return deny("margin_below_minimum", "no price", limit);
    const reward = target.minus(price).abs();
    const enough = reward.greaterThanOrEqualTo(price.times(limits.minProfitMargin));
    const given = percent(reward.div(price));
    return enough ? pass(given, limit) : deny("margin_below_minimum", given, limit);
  },
};

/** The price band: both the entry and the price that the agents argued with lie near the reference. */
export const entryDistance: GateRule = {
  id: "entry_distance",
  check({ entry, price, reference, limits }) {
    const limit = percent(limits.maxEntryDistance);
    if (reference === null || entry === null || !reference.price.greaterThan(0))
      return deny("reference_missing", "no reference price", limit);
    const distance = Decimal.max(entry.minus(reference.price).abs(), price.minus(reference.price).abs());
    const given = `${entry.toFixed()} against ${reference.kind} ${reference.price.toFixed()}`;
    return distance.greaterThan(reference.price.times(limits.maxEntryDistance))
      ? deny("entry_too_far", given, limit)
      : pass(given, limit);
  },
};

export const stopNoise: GateRule = {
  id: "stop_noise",
  opening: true,
  check({ input, entry, stop, sign, limits }) {
    if (entry === null || stop === null) return skip(NO_PRICES);
    const atr = input.lastBar?.atr ?? null;
    const limit = `${figure(limits.minStopAtr)} ATR`;
    if (atr === null || !new Decimal(atr).greaterThan(0)) return deny("atr_missing", "no ATR(14)", limit);
    const distance = entry.minus(stop).times(sign);
    const given = `${figure(distance.div(atr))} ATR`;
    return distance.lessThan(limits.minStopAtr.times(atr))
      ? deny("stop_inside_noise", given, limit)
      : pass(given, limit);
  },
};

export const stopDistance: GateRule = {
  id: "stop_distance",
  opening: true,
  check({ entry, stop, limits }) {
    if (entry === null || stop === null || !entry.greaterThan(0)) return skip(NO_PRICES);
    const distance = entry.minus(stop).abs();
    const limit = percent(limits.maxStopDistance);
    const given = percent(distance.div(entry));
    return distance.greaterThan(entry.times(limits.maxStopDistance))
      ? deny("stop_too_far", given, limit)
      : pass(given, limit);
  },
};

function near(stated: string | null, computed: Decimal): boolean {
  return stated !== null && new Decimal(stated).minus(computed).abs().lessThanOrEqualTo(STATED_TOLERANCE);
}
