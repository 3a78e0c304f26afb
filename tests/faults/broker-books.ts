// What the broker itself knows of orders: asked of a served simulator, or read from the books of a replay that has ended.
import { readdirSync } from "node:fs";
import path from "node:path";
import { systemClock } from "#server/compose/system-clock.ts";
import { loadMarketData } from "#tools/simulator/market/load.ts";
import { createSimulator } from "#tools/simulator/simulator.ts";

export type BookedOrder = {
  orderId: string;
  cOID: string | null;
  parentId: string | null;
  filled: number;
  status: string;
};

/** All orders that each replay's broker ever took, by gateway session. The desk that owned the folder must have ended. */
export async function replayBooks(of: {
  dataDir: string;
  /** Gateway session → account, of each replay that is asked about. */
  accounts: ReadonlyMap<string, string>;
  marketDataDir: string;
}): Promise<Map<string, BookedOrder[]>> {
  const folder = path.join(of.dataDir, "gateway");
  const { market } = await loadMarketData({ directory: of.marketDataDir });
  const books = new Map<string, BookedOrder[]>();
  for (const file of readdirSync(folder)) {
    const session = path.basename(file, ".jsonl");
    const accountId = of.accounts.get(session);
    if (accountId === undefined) continue;
    const stateFile = path.join(folder, file);
    const simulator = createSimulator({ market, accountId, clock: systemClock, stateFile });
    books.set(
      session,
      simulator.orders().map(({ id, clientId, parentId, filled, status }) => ({
        orderId: String(id),
        cOID: clientId,
        parentId: parentId === null ? null : String(parentId),
        filled,
        status,
      })),
    );
  }
  return books;
}

/** The control calls of a served simulator. */
export function servedSimulator(url: string) {
  const call = async <T>(method: string, route: string, body?: unknown): Promise<T> => {
    const response = await fetch(new URL(`/_sim/${route}`, url), {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(120_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${route}: ${response.status} ${text}`);
    return JSON.parse(text) as T;
  };
  return {
    orders: async () =>
      (await call<{ orders: BookedOrder[] }>("GET", "journal?entries=false")).orders.map((order) => ({
        ...order,
        orderId: String(order.orderId),
        parentId: order.parentId === null ? null : String(order.parentId),
      })),
    addFault: (rule: Readonly<Record<string, unknown>>) => call<unknown[]>("POST", "faults", rule),
    /** Rules that have not struck as often as they may. */
    faultsLeft: async () => (await call<unknown[]>("GET", "faults")).length,
    clearFaults: () => call<unknown[]>("DELETE", "faults"),
    next: (sessions = 1) => call<{ session: string; more: boolean }>("POST", "next", { sessions }),
    /** As a person does it: only when nobody is logged in, for each login begins a new brokerage session. */
    logInAgain: async () => {
      if ((await call<{ login: string }>("GET", "session")).login === "in") return;
      await fetch(new URL("/_sim/login", url), { method: "POST", signal: AbortSignal.timeout(120_000) });
    },
  };
}
