// Empties what the order path writes, between tests of one file.
import type { Database } from "#store/database.ts";

export async function emptyBook(database: Database): Promise<void> {
  await database.pool.query(
    `truncate strategies, workflow_versions, executions, orders, fills, positions, portfolio_snapshots, trading_states,
      symbol_blocks, alerts, settings cascade`,
  );
}
