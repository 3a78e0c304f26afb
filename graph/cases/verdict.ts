// A stored verdict as the domain speaks of it. Effects: database reads.
import type { VerdictId } from "#store/model/ids.ts";
import type { RiskVerdict } from "#store/model/risk.ts";
import { getVerdict } from "#store/trading/verdicts.ts";
import type { DeskDeps } from "../desk.ts";

export async function verdictOf(deps: DeskDeps, id: VerdictId): Promise<RiskVerdict> {
  const { verdict, codes, rules, plan } = await getVerdict(deps.database.db, id);
  return { verdict, codes, rules, plan };
}
