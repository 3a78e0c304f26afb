// What a person may change in an order, and the decision as it stands with the change. Pure.
// Invariant: an edit makes nothing larger; whether limit, stop and target hold is judged by the rules before it is sent.
import { decisionFigures } from "#agents/decision-figures.ts";
import type { TradeDecision } from "#store/model/decision.ts";
import { InputError } from "#store/model/errors.ts";
import type { Instrument } from "#store/model/instrument.ts";
import { dec } from "#store/model/money.ts";
import type { OrderPlan } from "#store/model/risk.ts";
import type { ApprovalEdit } from "#store/model/run.ts";
import { incrementAt, isOnGrid } from "#tools/risk/rounding.ts";

type Price = "limitPrice" | "stopPrice" | "targetPrice";
const NAMES: Readonly<Record<Price, string>> = {
  limitPrice: "limit",
  stopPrice: "stop",
  targetPrice: "target",
};

/** What differs from the plan that was shown. A value that is only repeated is no change: a limit counts as typed otherwise. */
export function changesOf(edit: ApprovalEdit, plan: OrderPlan): ApprovalEdit {
  const changed = (name: keyof ApprovalEdit) => {
    const [given, shown] = [edit[name] ?? null, plan[name]];
    return given !== null && shown !== null && dec(given).eq(shown) ? null : given;
  };
  return {
    quantity: changed("quantity"),
    limitPrice: changed("limitPrice"),
    stopPrice: changed("stopPrice"),
    targetPrice: changed("targetPrice"),
  };
}

/** @throws InputError with the field at fault, for an edit that cannot be whatever the market does */
export function requireEdit(edit: ApprovalEdit, of: { plan: OrderPlan; instrument: Instrument }): void {
  const { plan, instrument } = of;
  const { quantity } = edit;
  const prices = Object.keys(NAMES).filter((name): name is Price => edit[name as Price] != null);
  if (quantity === null && prices.length === 0)
    throw fault("edit_empty", "an edit changes the quantity, the limit, the stop or the target", "edit");
  if (quantity !== null && (dec(quantity).lte(0) || dec(quantity).gt(plan.quantity)))
    throw fault("edit_quantity", `the quantity must be above 0 and at most ${plan.quantity}`, "quantity");
  for (const name of prices) requirePrice(edit[name] ?? "0", { name, plan, instrument });
  if (plan.effect === "open") requireSides(edit, plan);
}

function requirePrice(price: string, of: { name: Price; plan: OrderPlan; instrument: Instrument }): void {
  const { name, plan, instrument } = of;
  const word = NAMES[name];
  const code = `edit_${word}`;
  if (dec(price).lte(0)) throw fault(code, `the ${word} must be above 0`, name);
  // A typed limit is rounded to the safe side; stop and target go out exactly as countersigned.
  if (name === "limitPrice") return;
  if (plan.effect === "close") throw fault(code, `an order that closes a position carries no ${word}`, name);
  const { priceIncrements, symbol } = instrument;
  if (!isOnGrid(priceIncrements, price))
    throw fault(
      code,
      `${symbol} moves in steps of ${incrementAt(priceIncrements, price)} at that price`,
      name,
    );
}

function requireSides(edit: ApprovalEdit, plan: OrderPlan): void {
  const entry = dec(edit.limitPrice ?? plan.limitPrice ?? plan.referencePrice);
  const sign = plan.side === "BUY" ? 1 : -1;
  const words = plan.side === "BUY" ? ["below", "above"] : ["above", "below"];
  if (edit.stopPrice != null && entry.minus(edit.stopPrice).times(sign).lte(0))
    throw fault("edit_stop", `the stop must lie ${words[0]} the entry at ${entry.toFixed()}`, "stopPrice");
  if (edit.targetPrice != null && dec(edit.targetPrice).minus(entry).times(sign).lte(0))
    throw fault(
      "edit_target",
      `the target must lie ${words[1]} the entry at ${entry.toFixed()}`,
      "targetPrice",
    );
}

/** The changes of every answer so far as one: what a person typed once stands until it is typed anew. */
export function joinEdits(edits: readonly (ApprovalEdit | null)[]): ApprovalEdit | null {
  const given = edits.filter((edit) => edit !== null);
  if (given.length === 0) return null;
  const newest = (name: Price) => given.findLast((edit) => edit[name] != null)?.[name] ?? null;
  return {
    // The question shows the quantity as it has become, and nothing is ever larger than shown.
    quantity: edits.at(-1)?.quantity ?? null,
    limitPrice: newest("limitPrice"),
    stopPrice: newest("stopPrice"),
    targetPrice: newest("targetPrice"),
  };
}

/** The decision with the person's stop and target, and the figures that follow from them. */
export function withEdit(decision: TradeDecision, edit: ApprovalEdit | null): TradeDecision {
  const stopPrice = edit?.stopPrice ?? decision.stopPrice;
  const targetPrice = edit?.targetPrice ?? decision.targetPrice;
  if (stopPrice === decision.stopPrice && targetPrice === decision.targetPrice) return decision;
  const number = (price: string | null) => (price === null ? null : Number(price));
  const { symbol, signal, strategyUsed, analysis } = decision;
  const prices = { currentPrice: Number(decision.currentPrice), targetPrice: number(targetPrice) };
  const proposal = { symbol, signal, ...prices, stopPrice: number(stopPrice), strategyUsed, analysis };
  return { ...decision, ...decisionFigures(proposal) };
}

function fault(code: string, message: string, field: string): InputError {
  return new InputError(code, message, {
    facts: { field: field === "edit" ? "edit" : `edit.${field}` },
  });
}
