// Holds every number that an agent states against the stored values. Pure. Prices, evidence, values of indicators and
// dates decide whether an answer is grounded; other unmatched numbers are stored and shown with it.
import type {
  AnalystReport,
  Consolidation,
  Grounding,
  GroundingCheck,
  ProposedDecision,
  RiskReview,
} from "#store/model/decision.ts";
import { decisionFigures } from "./decision-figures.ts";
import type { ConsolidationInput, DecisionInput, RiskReviewInput, StoredNumbers } from "./inputs.ts";
import { figuresOf, knownOf, multiplesOfAtr, ratiosOfStated } from "./numbers/case-numbers.ts";
import { checkProse, type Finding } from "./numbers/check-prose.ts";
import { checkDecisionPrices } from "./numbers/decision-prices.ts";
import { type KnownNumber, type KnownNumbers, knownNumbers } from "./numbers/known.ts";
import { findRepeated, LEVEL_TOLERANCE, nearest, repeats, stated } from "./numbers/match.ts";
import { leadingOf } from "./timeframes.ts";

/** A report against the chart it was made from. */
export function groundReport(report: AnalystReport, stored: StoredNumbers): Grounding {
  const known = knownNumbers([stored]);
  const levels = (["support", "resistance"] as const).flatMap((side) =>
    report[side].map((level, index) => checkLevel(`${side}[${index}]`, level, known)),
  );
  return toGrounding([
    ...report.evidence.flatMap((item, index) => [
      ...checkEvidence(`evidence[${index}]`, item, known),
      ...checkProse(`evidence[${index}].statement`, item.statement, known),
    ]),
    ...levels,
    ...checkProse("summary", report.summary, known),
    ...checkProse("invalidation", report.invalidation, known),
  ]);
}

/** A consolidation against both timeframes and the account. */
export function groundConsolidation(answer: Consolidation, input: ConsolidationInput): Grounding {
  const known = knownOf(input);
  const list = (where: string, reasons: readonly string[]) =>
    reasons.flatMap((reason, index) => checkProse(`${where}[${index}]`, reason, known));
  return toGrounding([
    ...checkProse("summary", answer.summary, known),
    ...list("reasonsFor", answer.reasonsFor),
    ...list("reasonsAgainst", answer.reasonsAgainst),
  ]);
}

/** A proposal: its prices against close and volatility, its text against both timeframes, limits and its own figures. */
export function groundDecision(answer: ProposedDecision, input: DecisionInput): Grounding {
  const { limits, revision } = input;
  const own = figuresOf(decisionFigures(answer), "");
  const earlier = revision === null ? [] : figuresOf(revision.decision, "earlier ");
  const margin = Number(limits.minProfitMargin);
  const known = knownOf(input, [
    ...own,
    ...earlier,
    { name: "minRCoefficient", value: Number(limits.minRCoefficient), unit: "ratio" },
    { name: "minProfitMargin", value: margin, unit: "ratio" },
    { name: "minProfitMargin, %", value: 100 * margin, unit: "percent" },
    { name: "minStopAtr", value: Number(limits.minStopAtr), unit: "ratio" },
    ...multiplesOfAtr(input),
    ...ratiosOfStated(answer.analysis, answer.currentPrice),
  ]);
  return toGrounding([
    ...checkDecisionPrices(answer, leadingOf(input).values),
    ...checkProse("analysis", answer.analysis, known),
  ]);
}

/** A review's reason against everything the reviewer was shown. */
export function groundReview(review: RiskReview, input: RiskReviewInput): Grounding {
  const { decision, verdict } = input;
  const plan = verdict.plan;
  const further: KnownNumber[] = [...figuresOf(decision, "")];
  if (plan !== null) {
    further.push({ name: "quantity", value: Number(plan.quantity), unit: "shares" });
    for (const name of ["limitPrice", "stopPrice", "targetPrice", "lossAtStop", "notional"] as const) {
      const value = plan[name];
      if (value !== null) further.push({ name, value: Number(value), unit: "price" });
    }
  }
  if (review.keepFraction !== null) {
    further.push({ name: "keepFraction", value: review.keepFraction, unit: "ratio" });
    further.push({ name: "keepFraction, %", value: 100 * review.keepFraction, unit: "percent" });
  }
  return toGrounding(checkProse("reason", review.reason, knownOf(input, further)));
}

/** Evidence names the value it repeats: sign and size must agree with that very value. */
function checkEvidence(
  where: string,
  item: AnalystReport["evidence"][number],
  known: KnownNumbers,
): Finding[] {
  if (item.stated === null) return [];
  const number = stated(item.stated);
  const candidates = known.named.filter(({ name }) => name === item.value);
  const found =
    candidates.length > 0
      ? candidates.find((value) => repeats(number, value) && sameSign(number.value, value.value))
      : findRepeated(number, known.named);
  const near = found ?? candidates[0] ?? nearest(number.value, known.named);
  return [
    {
      decisive: true,
      check: {
        where,
        stated: item.stated,
        stored: near?.value ?? null,
        valueName: near?.name ?? null,
        grounded: found !== undefined,
      },
    },
  ];
}

function sameSign(a: number, b: number): boolean {
  return a === 0 || b === 0 || Math.sign(a) === Math.sign(b);
}

/** A level is a zone around something on the chart: a stored price within 0.5 %. */
function checkLevel(where: string, level: number, known: KnownNumbers): Finding {
  const near = nearest(
    level,
    known.named.filter(({ unit }) => unit === "price"),
  );
  const grounded = near !== undefined && Math.abs(near.value - level) <= LEVEL_TOLERANCE * near.value;
  const check: GroundingCheck = {
    where,
    stated: level,
    stored: near?.value ?? null,
    valueName: near?.name ?? null,
    grounded,
  };
  return { decisive: true, check };
}

function toGrounding(findings: readonly Finding[]): Grounding {
  return {
    grounded: findings.every(({ decisive, check }) => check.grounded || !decisive),
    checks: findings.map(({ check }) => check),
  };
}
