// docs/risk.md as the code says it: rules in order, reason codes, settings with their defaults. Pure.
import { RiskLimits } from "#store/model/strategy.ts";
import { REASONS, reasonTable } from "./codes.ts";
import { GATE_RULES } from "./registry.ts";
import { CLAMPS } from "./sizing.ts";

const ORDER = [
  ...GATE_RULES.map((rule) => rule.id),
  "size_by_risk",
  ...CLAMPS.map((clamp) => clamp.id),
  "broker_preview",
];

/** The whole page, Markdown; written by `npx vitest run tests/tools/risk/docs.test.ts -u`. */
export function riskDocument(): string {
  const openingOnly = new Set(GATE_RULES.filter((rule) => rule.opening === true).map((rule) => rule.id));
  const rules = ORDER.map((rule, index) => {
    const codes = Object.entries(REASONS).flatMap(([code, reason]) =>
      reason.rule === rule ? [`\`${code}\``] : [],
    );
    return `| ${index + 1} | ${rule} | ${openingOnly.has(rule) ? "opening" : "all"} | ${codes.join(", ")} |`;
  });
  const settings = Object.entries(RiskLimits.parse({})).map(
    ([name, value]) => `| \`${name}\` | ${String(value)} |`,
  );
  return `# The risk engine

Generated from \`tools/risk\`; do not edit. \`decideRisk(input)\` is pure: the same snapshot gives the same verdict. Every
rule is listed in the verdict with its input, its limit and its outcome (pass, clamp, deny, skip); an order plan exists
only when none denied. A missing or stale input denies.

## Size

Shares = equity × \`riskPerTrade\` / |entry − stop|, rounded down to the instrument's quantity step; then each clamp in
turn takes what lies above its limit. A clamp that leaves nothing denies. A closing order (a SELL of what is held, a BUY
to cover) has the size of the position instead. Prices are rounded to the instrument's grid on the safe side: a BUY pays
no more, stops no later and aims no higher than decided; a SELL mirrors it.

## The reference price

In session it is the quote's side that the order would trade against, and it must be fresh and of sufficient quality.
Between sessions nothing quotes: it is the close of the last finished daily bar of the run's own series, and the verdict
says so (\`referenceKind\`). An order sent then rests for the next session, if \`allowOutsideSession\` lets it.

## Rules in order

| | rule | judges | codes |
|---|---|---|---|
${rules.join("\n")}

## Reason codes

${reasonTable()}

## Settings and their defaults

Fractions are of account equity unless the name says otherwise; their comments stand in \`store/model/strategy.ts\`.

| setting | default |
|---|---|
${settings.join("\n")}
`;
}
