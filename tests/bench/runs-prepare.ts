// Fills the cache of a bench folder with bars and instruments, in a process of its own so that no trace of it is measured.
import "@hono/zod-openapi"; // first, as in server/cli/main.ts
import pLimit from "p-limit";
import { MAIN_SESSION } from "#graph/gateway.ts";
import { systemClock } from "#server/compose/system-clock.ts";
import { saveBars } from "#store/market/bars.ts";
import { saveInstrument } from "#store/market/instruments.ts";
import { Conid, SessionDate } from "#store/model/ids.ts";
import { createIbkrClient } from "#tools/ibkr/create-client.ts";
import { inProcessTransport } from "#tools/ibkr/transport/in-process.ts";
import { loadMarketData } from "#tools/simulator/market/load.ts";
import { createSimulator } from "#tools/simulator/simulator.ts";
import { makeMarket, openBenchDesk, type RunsTask } from "./runs-task.ts";

const task = JSON.parse(process.argv[2] ?? "{}") as RunsTask;
const { symbols, start, marketDir } = makeMarket(task);
const composition = await openBenchDesk(task, { workers: false, start, marketDir });
const { barSource } = await composition.gateways.open(MAIN_SESSION);
const { market } = await loadMarketData({ directory: marketDir });
const simulator = createSimulator({
  market,
  start: SessionDate.parse(start),
  accountId: "DU9000001",
  clock: systemClock,
  settings: { pacing: { enforced: false } },
});
// Without the gateway's pacing, which has a bench of its own.
const client = createIbkrClient({
  transport: inProcessTransport({ fetch: simulator.fetch, address: "bench" }),
  pacing: {
    acquire: async () => ({ release: async () => {} }),
    penalty: async () => {},
    status: () => ({ penaltyUntil: null, waiting: 0 }),
  },
  clock: systemClock,
  marketClock: simulator.clock,
  requirePaper: true,
  gatewayKind: "simulator",
  session: "bench",
});
const { db, pool } = composition.database;
const warm = async (symbol: string) => {
  const instrument = await client.confirmConid(Conid.parse(market.bySymbol(symbol)?.conid));
  await saveInstrument(db, { gateway: "simulator", instrument });
  for (const [timeframe, count] of [
    ["daily", 504],
    ["weekly", 520],
  ] as const) {
    const series = await client.history({ instrument, timeframe, count });
    await saveBars(db, { source: barSource, series });
  }
};
const limit = pLimit(4);
await Promise.all(symbols.map((symbol) => limit(() => warm(symbol))));
await client.close();
await pool.query("VACUUM ANALYZE");
await composition.close();
process.exit(0);
