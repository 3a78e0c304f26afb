// Symbols of the desk's list as lines of its page: listed, held, ordered, blocked, run, traded. Effects: database.
import type { LookUp, SymbolLine } from "#server/views/symbols/model.ts";
import { DeskError } from "#store/model/errors.ts";
import { Ticker } from "#store/model/ids.ts";
import { listStrategies } from "#store/strategies/strategies.ts";
import { symbolStatuses } from "#store/strategies/symbol-status.ts";
import { listWorkflowSymbols, type WorkflowSymbolRow } from "#store/strategies/workflow-symbols.ts";
import { workingOrders } from "#store/trading/orders.ts";
import { listPositions } from "#store/trading/positions.ts";
import { openBlocks } from "#store/trading/symbol-blocks.ts";
import { SymbolSettings } from "../../api/strategies/workflow-symbols.ts";
import { blockOf } from "../../api/trading/blocks.ts";
import type { WebDeps } from "../../deps.ts";

const LOOKUP_DEADLINE_MS = 15_000;

/** The note of a row; settings that an older version took in are not shown. */
function noteOf(row: WorkflowSymbolRow): string | null {
  const { note } = SymbolSettings.catch({}).parse(row.settings);
  return note === undefined || note === "" ? null : note;
}

export async function symbolLines(deps: WebDeps, rows: readonly WorkflowSymbolRow[]): Promise<SymbolLine[]> {
  const { db } = deps.database;
  const { accountId, kind } = deps.broker;
  const [statuses, strategies, positions, orders, blocks] = await Promise.all([
    symbolStatuses(db, { gateway: kind, symbols: rows.map((row) => row.symbol) }),
    listStrategies(db),
    accountId === null ? [] : listPositions(db, accountId),
    accountId === null ? [] : workingOrders(db, { accountId }),
    accountId === null ? [] : openBlocks(db, { accountId }),
  ]);
  return rows.map((row, index): SymbolLine => {
    const { symbol } = row;
    const status = statuses[index];
    const own = orders.filter((order) => order.symbol === symbol);
    return {
      id: row.id,
      symbol,
      enabled: row.enabled,
      priority: row.priority,
      note: noteOf(row),
      instrument: status?.instrument ?? null,
      newestBar: status?.newestBar ?? null,
      lastRun: status?.lastRun ?? null,
      position: positions.find((position) => position.symbol === symbol) ?? null,
      orders: { working: own.length, unknown: own.filter((order) => order.status === "UNKNOWN").length },
      blocks: blocks.filter((block) => block.symbol === symbol).map(blockOf),
      strategies: strategies.filter((strategy) => strategy.parameters.symbols.includes(symbol)),
    };
  });
}

const WORDS: Readonly<Record<string, (symbol: string) => string>> = {
  instrument_ambiguous: (symbol) =>
    `${symbol} names several US listings at the broker. The desk does not guess which one is meant.`,
  instrument_foreign: (symbol) =>
    `${symbol} is listed only outside the US. The desk trades US listings, whose calendar it knows.`,
};

type Candidate = { name: string; exchange: string; conid: number };

function candidatesOf(error: DeskError): Candidate[] {
  const found = error.facts.candidates;
  return Array.isArray(found) ? (found as Candidate[]).slice(0, 8) : [];
}

/** What the broker makes of a ticker, in words; nothing is stored. Bugs pass through. */
export async function lookUp(deps: WebDeps, text: string): Promise<LookUp | null> {
  const parsed = Ticker.safeParse(text);
  if (!parsed.success) return null;
  const symbol = parsed.data;
  try {
    const instrument = await deps.broker.resolve(symbol, AbortSignal.timeout(LOOKUP_DEADLINE_MS));
    const listed = (await listWorkflowSymbols(deps.database.db)).some((row) => row.symbol === symbol);
    return { kind: "found", symbol, instrument, listed };
  } catch (error) {
    if (!(error instanceof DeskError) || error.code === "invariant_broken") throw error;
    const text = WORDS[error.code]?.(symbol) ?? error.message;
    return { kind: "refused", symbol, text, fault: !error.retryable, candidates: candidatesOf(error) };
  }
}
