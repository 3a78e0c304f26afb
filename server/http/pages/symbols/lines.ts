// Symbols of the desk's list as lines of its page: listed, held, ordered, blocked, run, traded. Effects: database.
import type { SymbolLine } from "#server/views/symbols/model.ts";
import { tradedSymbols } from "#store/strategies/strategies.ts";
import { symbolStatuses } from "#store/strategies/symbol-status.ts";
import type { WorkflowSymbolRow } from "#store/strategies/workflow-symbols.ts";
import { workingOrders } from "#store/trading/orders.ts";
import { listPositions, type PositionRow } from "#store/trading/positions.ts";
import { openBlocks } from "#store/trading/symbol-blocks.ts";
import { SymbolSettings } from "../../api/strategies/workflow-symbols.ts";
import { blockOf } from "../../api/trading/blocks.ts";
import type { WebDeps } from "../../deps.ts";

/** The note of a row; settings that an older version took in are not shown. */
function noteOf(row: WorkflowSymbolRow): string | null {
  const { note } = SymbolSettings.catch({}).parse(row.settings);
  return note === undefined || note === "" ? null : note;
}

function bySymbol<Of extends { symbol: string }>(rows: readonly Of[]): ReadonlyMap<string, Of[]> {
  const groups = new Map<string, Of[]>();
  for (const row of rows) {
    const known = groups.get(row.symbol);
    if (known === undefined) groups.set(row.symbol, [row]);
    else known.push(row);
  }
  return groups;
}

/** When it was read and what it is worth now is not shown. */
function holdingOf(row: PositionRow | undefined): SymbolLine["position"] {
  if (row === undefined) return null;
  const { quantity, averageCost, unrealizedPnl, currency } = row;
  return { quantity, averageCost, unrealizedPnl, currency };
}

export async function symbolLines(deps: WebDeps, rows: readonly WorkflowSymbolRow[]): Promise<SymbolLine[]> {
  const { db } = deps.database;
  const { accountId, kind } = deps.broker;
  const [statuses, strategies, positions, orders, blocks] = await Promise.all([
    symbolStatuses(db, { gateway: kind, symbols: rows.map((row) => row.symbol) }),
    tradedSymbols(db),
    accountId === null ? [] : listPositions(db, accountId),
    accountId === null ? [] : workingOrders(db, { accountId }),
    accountId === null ? [] : openBlocks(db, { accountId }),
  ]);
  const ordersOf = bySymbol(orders);
  const positionsOf = bySymbol(positions);
  const blocksOf = bySymbol(blocks);
  const shown = new Set<string>(rows.map((row) => row.symbol));
  const tradedBy = bySymbol(
    strategies.flatMap(({ symbols, ...strategy }) =>
      symbols.filter((symbol) => shown.has(symbol)).map((symbol) => ({ symbol, strategy })),
    ),
  );
  return rows.map((row, index): SymbolLine => {
    const { symbol } = row;
    const status = statuses[index];
    const own = ordersOf.get(symbol) ?? [];
    return {
      id: row.id,
      symbol,
      enabled: row.enabled,
      priority: row.priority,
      note: noteOf(row),
      instrument: status?.instrument ?? null,
      newestBar: status?.newestBar ?? null,
      lastRun: status?.lastRun ?? null,
      position: holdingOf(positionsOf.get(symbol)?.[0]),
      orders: { working: own.length, unknown: own.filter((order) => order.status === "UNKNOWN").length },
      blocks: (blocksOf.get(symbol) ?? []).map(blockOf),
      strategies: (tradedBy.get(symbol) ?? []).map(({ strategy }) => strategy),
    };
  });
}
