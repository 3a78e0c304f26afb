// Verdicts as the graph needs them: read back as the domain speaks of them, and told in codes. Effects: database reads.
import type { VerdictId } from "#store/model/ids.ts";
import type { RiskVerdict } from "#store/model/risk.ts";
import { getVerdict } from "#store/trading/verdicts.ts";
import type { DeskDeps } from "../desk.ts";

/** The codes that explain a verdict: of a denial only what denied, not what would merely have clamped. */
export function decisiveCodes({ verdict, codes, rules }: RiskVerdict): string[] {
  if (verdict !== "denied") return codes;
  return rules.flatMap((rule) => (rule.outcome === "deny" && rule.code !== null ? [rule.code] : []));
}

export async function verdictOf(deps: DeskDeps, id: VerdictId): Promise<RiskVerdict> {
  const { verdict, codes, rules, plan } = await getVerdict(deps.database.db, id);
  return { verdict, codes, rules, plan };
}
