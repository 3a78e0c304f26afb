// The deterministic risk engine: every rule on one snapshot, the size, and the plan. Pure; fails closed.
import type { OrderPlan, RiskVerdict, RuleOutcome } from "#store/model/risk.ts";
import { factsOf } from "./facts.ts";
import { abs, type Fixed, fixed, text, wideText, ZERO } from "./fixed.ts";
import type { RiskInput } from "./input.ts";
import { GATE_RULES } from "./registry.ts";
import { outcomeOf } from "./rule.ts";
import { type Sizable, sizable, sizeOrder } from "./sizing.ts";

/**
 * Judges one proposal. Every rule is listed with its input, limit and outcome; a plan exists exactly when none denied.
 * The same input gives the same verdict, to the byte.
 */
export function decideRisk(input: RiskInput): RiskVerdict {
  const facts = factsOf(input);
  const rules: RuleOutcome[] = [];
  for (const rule of GATE_RULES) {
    rules.push(
      rule.opening === true && facts.effect === "close"
        ? { rule: rule.id, outcome: "skip", code: null, input: "a closing order", limit: "", taken: null }
        : outcomeOf(rule.id, rule.check(facts)),
    );
  }
  const quantity = sizeOrder(facts, rules);
  rules.push(previewOutcome(input, quantity));
  const codes: string[] = [];
  let denied = false;
  let clamped = false;
  for (const { outcome, code } of rules) {
    if (code !== null) codes.push(code);
    denied ||= outcome === "deny";
    clamped ||= outcome === "clamp";
  }
  // The second half can only be false when a rule has denied already; it keeps that true by construction.
  if (denied || !sizable(facts) || facts.target === null || quantity === ZERO)
    return { verdict: "denied", codes, rules, plan: null };
  return {
    verdict: clamped ? "reduced" : "approved",
    codes,
    rules,
    plan: planOf(facts, facts.target, quantity),
  };
}

function planOf(facts: Sizable, target: Fixed, quantity: Fixed): OrderPlan {
  const { input, entry, stop, valuation, reference, sign } = facts;
  const market = facts.limits.entryOrder === "MARKET" && input.requested?.limitPrice == null;
  return {
    effect: facts.effect,
    side: sign === 1n ? "BUY" : "SELL",
    entryType: market ? "MARKET" : "LIMIT",
    quantity: text(quantity),
    limitPrice: market ? null : text(entry),
    stopPrice: text(stop),
    targetPrice: text(target),
    currency: input.instrument.currency,
    lossAtStop: facts.effect === "close" ? text(ZERO) : wideText(abs(entry - stop) * quantity),
    notional: wideText(valuation * quantity),
    referencePrice: text(reference?.price ?? entry),
    referenceKind: reference?.kind ?? "last_close",
  };
}

/** The broker is asked after the size is known, before the order leaves; until then this rule has nothing to judge. */
function previewOutcome({ preview }: RiskInput, quantity: Fixed): RuleOutcome {
  const rule = "broker_preview";
  if (preview === null)
    return outcomeOf(rule, { kind: "skip", input: "asked before the order leaves", limit: "" });
  if (preview.error !== null)
    return outcomeOf(rule, {
      kind: "deny",
      code: "preview_refused",
      input: preview.error,
      limit: "no refusal",
    });
  if (quantity > fixed(preview.quantity))
    return outcomeOf(rule, {
      kind: "deny",
      code: "preview_smaller",
      input: `${preview.quantity} previewed`,
      limit: text(quantity),
    });
  const given = `margin ${preview.initialMarginAfter} after the order`;
  const limit = `equity ${preview.equityAfter}`;
  return outcomeOf(
    rule,
    fixed(preview.initialMarginAfter) > fixed(preview.equityAfter)
      ? { kind: "deny", code: "preview_margin", input: given, limit }
      : { kind: "pass", input: given, limit },
  );
}
