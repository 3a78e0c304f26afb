// The account as the broker states it now, into the tables that pages and agents read. Effects: gateway, database.
import type { Instant } from "#store/model/ids.ts";
import type { AccountSummary, Position } from "#store/model/order.ts";
import { saveSnapshot } from "#store/trading/portfolio.ts";
import { replacePositions } from "#store/trading/positions.ts";
import { businessNow } from "./sending/steps.ts";
import type { OrderDeps } from "./types.ts";

export async function refreshPortfolio(deps: OrderDeps, signal?: AbortSignal): Promise<void> {
  const { client } = deps.gateway;
  const at = await businessNow(deps);
  const [positions, summary] = await Promise.all([client.positions(signal), client.summary(signal)]);
  await storePortfolio(deps, { positions, summary, at });
}

export async function storePortfolio(
  deps: OrderDeps,
  of: { positions: readonly Position[]; summary: AccountSummary; at: Instant },
): Promise<void> {
  const { db } = deps.database;
  await replacePositions(db, { accountId: deps.gateway.accountId, positions: of.positions, at: of.at });
  await saveSnapshot(db, of.summary);
}
