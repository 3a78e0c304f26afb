// Size: risk budget over stop distance, rounded down, then each limit in turn takes what lies above it. Pure.
import type { RuleOutcome } from "#store/model/risk.ts";
import type { ReasonCode } from "./codes.ts";
import type { Exposure } from "./exposure.ts";
import type { Facts } from "./facts.ts";
import {
  abs,
  type Fixed,
  figure,
  fixed,
  largestQuantity,
  max,
  ONE,
  percent,
  text,
  type Wide,
  widen,
  ZERO,
} from "./fixed.ts";

/** Facts of an order that has everything a size needs. */
export type Sizable = Facts & {
  readonly entry: Fixed;
  readonly stop: Fixed;
  readonly valuation: Fixed;
  readonly equity: Fixed;
  readonly held: Fixed;
  readonly exposure: Exposure;
};

export function sizable(facts: Facts): facts is Sizable {
  const { entry, stop, valuation, equity, held, exposure, side } = facts;
  return (
    side !== null &&
    entry !== null &&
    stop !== null &&
    valuation !== null &&
    valuation > ZERO &&
    equity !== null &&
    equity > ZERO &&
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
} & ({ readonly value: Wide } | { readonly shares: Fixed });

const REQUESTED = {
  person: "reduced_by_person",
  risk_manager: "reduced_by_risk_manager",
  question: "limited_to_question",
} as const satisfies Record<string, ReasonCode>;

export const CLAMPS: readonly Clamp[] = [
  {
    id: "held",
    effect: "close",
    room: ({ held, exposure }) => ({
      code: "held_quantity",
      used: `${figure(exposure.closing)} being closed`,
      limit: `${figure(abs(held))} held`,
      shares: abs(held) - exposure.closing,
    }),
  },
  {
    id: "order_value",
    effect: "open",
    room: ({ limits }) => money("order_value_limit", ZERO, widen(limits.maxOrderValue)),
  },
  {
    id: "position_value",
    effect: "open",
    room: ({ input, exposure, equity, limits }) =>
      money(
        "position_limit",
        exposure.bySymbol.get(input.instrument.conid) ?? ZERO,
        equity * limits.maxPositionValue,
      ),
  },
  {
    id: "gross_exposure",
    effect: "open",
    room: ({ exposure, equity, limits }) =>
      money("gross_exposure_limit", exposure.gross, equity * limits.maxGrossExposure),
  },
  {
    id: "net_exposure",
    effect: "open",
    // Worst case on the order's own side: its pending entries fill, those of the other side do not.
    room: ({ exposure, equity, limits, sign }) =>
      money(
        "net_exposure_limit",
        exposure.net * sign + (sign === 1n ? exposure.pendingBuys : exposure.pendingSells),
        equity * limits.maxNetExposure,
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
        exposure.pendingBuys + exposure.pendingSells + equity * limits.cashReserve,
        widen(fixed(input.account?.value.buyingPower ?? "0")),
      ),
  },
  {
    id: "requested",
    effect: "both",
    room: ({ input }) =>
      input.requested?.maxQuantity == null
        ? null
        : {
            code: REQUESTED[input.requested.by],
            used: "",
            limit: `${input.requested.maxQuantity} asked for`,
            shares: fixed(input.requested.maxQuantity),
          },
  },
];

/** Appends one outcome per sizing rule to `outcomes`; the quantity is zero when any of them leaves nothing. */
export function sizeOrder(facts: Facts, outcomes: RuleOutcome[]): Fixed {
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
function startingSize(facts: Sizable, outcomes: RuleOutcome[]): Fixed {
  const { entry, stop, equity, limits, sign, quantityIncrement } = facts;
  if (facts.effect === "close") {
    outcomes.push(outcome("size_by_risk", "skip", "a closing order has the size of the position", ""));
    return abs(facts.held);
  }
  const perShare = (entry - stop) * sign;
  const budget = equity * limits.riskPerTrade;
  const quantity = largestQuantity(budget, perShare, quantityIncrement);
  const given = `${figure(quantity)} × ${figure(perShare)} at the stop`;
  const limit = `${figure(budget / ONE)} (${percent(limits.riskPerTrade)} of equity)`;
  const enough = quantity > ZERO;
  outcomes.push({
    ...outcome("size_by_risk", enough ? "pass" : "deny", given, limit),
    code: enough ? null : "size_zero",
  });
  return quantity;
}

function applyClamp(
  facts: Sizable,
  clamp: Clamp,
  state: { quantity: Fixed; outcomes: RuleOutcome[] },
): Fixed {
  const { quantity, outcomes } = state;
  const room = clamp.effect === "both" || clamp.effect === facts.effect ? clamp.room(facts) : null;
  if (room === null) {
    outcomes.push(outcome(clamp.id, "skip", "does not apply", ""));
    return quantity;
  }
  if (quantity === ZERO) {
    outcomes.push(outcome(clamp.id, "skip", "nothing left to clamp", room.limit));
    return quantity;
  }
  const unit = facts.quantityIncrement;
  const fits =
    "shares" in room ? wholeUnits(room.shares, unit) : largestQuantity(room.value, facts.valuation, unit);
  const given = room.used === "" ? figure(quantity) : `${figure(quantity)}, ${room.used}`;
  if (fits >= quantity) {
    outcomes.push(outcome(clamp.id, "pass", given, room.limit));
    return quantity;
  }
  outcomes.push({
    ...outcome(clamp.id, fits === ZERO ? "deny" : "clamp", given, room.limit),
    code: room.code,
    taken: text(quantity - fits),
  });
  return fits;
}

/** With the three largest others o1 ≥ o2 ≥ o3 and v held here: o1 + o2 + max(v + new, o3) stays within the limit. */
function concentrationRoom({ input, exposure, equity, limits }: Sizable): Room {
  let [first, second, third] = [ZERO, ZERO, ZERO];
  for (const [conid, value] of exposure.bySymbol) {
    if (conid === input.instrument.conid) continue;
    if (value > first) [first, second, third] = [value, first, second];
    else if (value > second) [second, third] = [value, second];
    else if (value > third) third = value;
  }
  const limit = equity * limits.maxConcentration;
  const own = exposure.bySymbol.get(input.instrument.conid) ?? ZERO;
  const others = first + second;
  const already = others + max(own, third);
  if (already > limit) return { ...money("concentration_limit", already, limit), value: ZERO };
  return money("concentration_limit", others + own, limit);
}

function money(code: ReasonCode, used: Wide, limit: Wide): Room & { value: Wide } {
  return { code, used: `${figure(used / ONE)} used`, limit: figure(limit / ONE), value: limit - used };
}

function wholeUnits(shares: Fixed, unit: Fixed): Fixed {
  return shares > ZERO ? shares - (shares % unit) : ZERO;
}

function unsized(rule: string): RuleOutcome {
  return outcome(rule, "skip", "no size without prices, account and portfolio", "");
}

function outcome(rule: string, kind: RuleOutcome["outcome"], input: string, limit: string): RuleOutcome {
  return { rule, outcome: kind, code: null, input, limit, taken: null };
}
