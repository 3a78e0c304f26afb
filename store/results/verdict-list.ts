// The list of risk verdicts, newest first, by symbol, outcome and reason code. Effects: database, reads only.
import { and, desc, eq, getTableColumns, type SQL, sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import type { ExecutionId, SymbolRunId, Ticker } from "../model/ids.ts";
import type { RiskVerdict } from "../model/risk.ts";
import { olderThan, type Page, type PageRequest, pageLimit, toPage } from "../page.ts";
import { decisions, riskVerdicts, symbolRuns } from "../schema/index.ts";

export type VerdictQuery = PageRequest & {
  symbol?: Ticker | undefined;
  executionId?: ExecutionId | undefined;
  symbolRunId?: SymbolRunId | undefined;
  verdict?: RiskVerdict["verdict"] | undefined;
  /** A reason code that the verdict names. */
  code?: string | undefined;
};

// What the rules looked at is large: it comes with one verdict, not with a list.
const { snapshot, ...columns } = getTableColumns(riskVerdicts);
const listed = { ...columns, symbolRunId: decisions.symbolRunId, symbol: symbolRuns.symbol };

export type ListedVerdict = Omit<typeof riskVerdicts.$inferSelect, "snapshot"> & {
  symbolRunId: SymbolRunId;
  symbol: Ticker;
};

export async function listVerdicts(db: Db, query: VerdictQuery = {}): Promise<Page<ListedVerdict>> {
  const limit = pageLimit(query);
  const rows: ListedVerdict[] = await db
    .select(listed)
    .from(riskVerdicts)
    .innerJoin(decisions, eq(decisions.id, riskVerdicts.decisionId))
    .innerJoin(symbolRuns, eq(symbolRuns.id, decisions.symbolRunId))
    .where(
      and(
        ...filters(query),
        olderThan(query, { at: riskVerdicts.createdAt, id: riskVerdicts.id, idType: "uuid" }),
      ),
    )
    .orderBy(desc(riskVerdicts.createdAt), desc(riskVerdicts.id))
    .limit(limit + 1);
  return toPage(rows, limit, (row) => [row.createdAt, row.id]);
}

function filters({ symbol, executionId, symbolRunId, verdict, code }: VerdictQuery): (SQL | undefined)[] {
  return [
    symbol === undefined ? undefined : eq(symbolRuns.symbol, symbol),
    executionId === undefined ? undefined : eq(symbolRuns.executionId, executionId),
    symbolRunId === undefined ? undefined : eq(decisions.symbolRunId, symbolRunId),
    verdict === undefined ? undefined : eq(riskVerdicts.verdict, verdict),
    code === undefined ? undefined : sql`${riskVerdicts.codes} @> array[${code}]`,
  ];
}
