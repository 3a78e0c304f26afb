// Size: risk budget over stop distance, rounded down, then each limit in turn takes what lies above it. Pure.
import { Decimal } from "#store/model/money.ts";
import type { RuleOutcome } from "#store/model/risk.ts";
import type { ReasonCode } from "./codes.ts";
import type { Exposure } from "./exposure.ts";
import { type Facts, ZERO } from "./facts.ts";
import { largestQuantity } from "./rounding.ts";
import { figure, percent, text } from "./rule.ts";

/** Facts of an order that has everything a size needs. */
export type Sizable = Facts & {
  readonly entry: Decimal;
  readonly stop: Decimal;
  readonly valuation: Decimal;
  readonly equity: Decimal;
  readonly held: Decimal;
  readonly exposure: Exposure;
};

export function sizable(facts: Facts): facts is Sizable {
  const { entry, stop, valuation, equity, held, exposure, side } = facts;
  return (
    side !== null &&
    entry !== null &&
    stop !== null &&
    valuation?.greaterThan(0) === true &&
    equity?.greaterThan(0) === true &&
    held !== null &&
    exposure !== null
  );
}

/** One limit on the size: the money (or shares) still free under it. `effect`: which orders it bounds. */
type Clamp = {
  readonly id: string;
  readonly effect: "open" | "close" | "both";
  /** Shares that fit, not yet rounded, and words for people; null when the limit does not apply. */
  readonly room: (facts: Sizable) => Room | null;
};
type Room = {
  readonly code: ReasonCode;
  readonly used: string;
  readonly limit: string;
} & ({ readonly value: Decimal } | { readonly shares: Decimal });

export const CLAMPS: readonly Clamp[] = [
  {
    id: "held",
    effect: "close",
    room: ({ held, exposure }) => ({
      code: "held_quantity",
      used: `${figure(exposure.closing)} being closed`,
      limit: `${figure(held.abs())} held`,
      shares: held.abs().minus(exposure.closing),
    }),
  },
  {
    id: "order_value",
    effect: "open",
    room: ({ limits }) => money("order_value_limit", ZERO, limits.maxOrderValue),
  },
  {
    id: "position_value",
    effect: "open",
    room: ({ input, exposure, equity, limits }) =>
      money(
        "position_limit",
        exposure.bySymbol.get(input.instrument.conid) ?? ZERO,
        equity.times(limits.maxPositionValue),
      ),
  },
  {
    id: "gross_exposure",
    effect: "open",
    room: ({ exposure, equity, limits }) =>
      money("gross_exposure_limit", exposure.gross, equity.times(limits.maxGrossExposure)),
  },
  {
    id: "net_exposure",
    effect: "open",
    // Worst case on the order's own side: its pending entries fill, those of the other side do not.
    room: ({ exposure, equity, limits, sign }) =>
      money(
        "net_exposure_limit",
        exposure.net.times(sign).plus(sign === 1 ? exposure.pendingBuys : exposure.pendingSells),
        equity.times(limits.maxNetExposure),
      ),
  },
  { id: "concentration", effect: "open", room: concentrationRoom },
  {
    id: "buying_power",
    effect: "open",
    room: ({ input, exposure, equity, limits }) =>
      money(
        "buying_power_limit",
        // The broker may or may not have set working entries aside: counted here in any case.
        exposure.pendingBuys.plus(exposure.pendingSells).plus(equity.times(limits.cashReserve)),
        new Decimal(input.account?.value.buyingPower ?? 0),
      ),
  },
  {
    id: "requested",
    effect: "both",
    room: ({ input }) =>
      input.requested?.maxQuantity == null
        ? null
        : {
            code: input.requested.by === "person" ? "reduced_by_person" : "reduced_by_risk_manager",
            used: "",
            limit: `${input.requested.maxQuantity} asked for`,
            shares: new Decimal(input.requested.maxQuantity),
          },
  },
];

/** Appends one outcome per sizing rule to `outcomes`; the quantity is zero when any of them leaves nothing. */
export function sizeOrder(facts: Facts, outcomes: RuleOutcome[]): Decimal {
  if (!sizable(facts)) {
    outcomes.push(unsized("size_by_risk"));
    for (const clamp of CLAMPS) outcomes.push(unsized(clamp.id));
    return ZERO;
  }
  let quantity = startingSize(facts, outcomes);
  for (const clamp of CLAMPS) quantity = applyClamp(facts, clamp, { quantity, outcomes });
  return quantity;
}

/** Closing orders start at what is held; opening ones at what the risk budget pays for. */
function startingSize(facts: Sizable, outcomes: RuleOutcome[]): Decimal {
  const { entry, stop, equity, limits, sign, quantityIncrement } = facts;
  if (facts.effect === "close") {
    outcomes.push(outcome("size_by_risk", "skip", "a closing order has the size of the position", ""));
    return facts.held.abs();
  }
  const perShare = entry.minus(stop).times(sign);
  const budget = equity.times(limits.riskPerTrade);
  const quantity = largestQuantity(budget, perShare, quantityIncrement);
  const given = `${figure(quantity)} × ${figure(perShare)} at the stop`;
  const limit = `${figure(budget)} (${percent(limits.riskPerTrade)} of equity)`;
  const enough = quantity.greaterThan(0);
  outcomes.push({
    ...outcome("size_by_risk", enough ? "pass" : "deny", given, limit),
    code: enough ? null : "size_zero",
  });
  return quantity;
}

function applyClamp(
  facts: Sizable,
  clamp: Clamp,
  state: { quantity: Decimal; outcomes: RuleOutcome[] },
): Decimal {
  const { quantity, outcomes } = state;
  const room = clamp.effect === "both" || clamp.effect === facts.effect ? clamp.room(facts) : null;
  if (room === null) {
    outcomes.push(outcome(clamp.id, "skip", "does not apply", ""));
    return quantity;
  }
  if (quantity.isZero()) {
    outcomes.push(outcome(clamp.id, "skip", "nothing left to clamp", room.limit));
    return quantity;
  }
  const unit = facts.quantityIncrement;
  const fits =
    "shares" in room ? wholeUnits(room.shares, unit) : largestQuantity(room.value, facts.valuation, unit);
  const given = room.used === "" ? figure(quantity) : `${figure(quantity)}, ${room.used}`;
  if (fits.greaterThanOrEqualTo(quantity)) {
    outcomes.push(outcome(clamp.id, "pass", given, room.limit));
    return quantity;
  }
  outcomes.push({
    ...outcome(clamp.id, fits.isZero() ? "deny" : "clamp", given, room.limit),
    code: room.code,
    taken: text(quantity.minus(fits)),
  });
  return fits;
}

/** With the three largest others o1 ≥ o2 ≥ o3 and v held here: o1 + o2 + max(v + new, o3) stays within the limit. */
function concentrationRoom({ input, exposure, equity, limits }: Sizable): Room {
  let [first, second, third] = [ZERO, ZERO, ZERO];
  for (const [conid, value] of exposure.bySymbol) {
    if (conid === input.instrument.conid) continue;
    if (value.greaterThan(first)) [first, second, third] = [value, first, second];
    else if (value.greaterThan(second)) [second, third] = [value, second];
    else if (value.greaterThan(third)) third = value;
  }
  const limit = equity.times(limits.maxConcentration);
  const own = exposure.bySymbol.get(input.instrument.conid) ?? ZERO;
  const others = first.plus(second);
  const already = others.plus(Decimal.max(own, third));
  if (already.greaterThan(limit)) return { ...money("concentration_limit", already, limit), value: ZERO };
  return money("concentration_limit", others.plus(own), limit);
}

function money(code: ReasonCode, used: Decimal, limit: Decimal): Room & { value: Decimal } {
  return { code, used: `${figure(used)} used`, limit: figure(limit), value: limit.minus(used) };
}

function wholeUnits(shares: Decimal, unit: Decimal): Decimal {
  return shares.greaterThan(0) ? shares.divToInt(unit).times(unit) : ZERO;
}

function unsized(rule: string): RuleOutcome {
  return outcome(rule, "skip", "no size without prices, account and portfolio", "");
}

function outcome(rule: string, kind: RuleOutcome["outcome"], input: string, limit: string): RuleOutcome {
  return { rule, outcome: kind, code: null, input, limit, taken: null };
}
