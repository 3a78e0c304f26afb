// The real processes of one soak: a broker, a desk and a worker on one database, each of which may be killed and comes
// back. Effects: processes, files below one folder.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import {
  callDesk,
  type DeskProcess,
  type ProgramProcess,
  startDesk,
  startGateway,
  startWorker,
} from "#tests/support/desk-process.ts";
import { servedSimulator } from "../broker-books.ts";
import { BUY_DAY, writeBuySymbols } from "../market-folder.ts";

export type Machines = {
  broker: ReturnType<typeof servedSimulator>;
  desk(): DeskProcess;
  /** SIGKILL to one or both, then they are started again. */
  kill(which: "desk" | "worker" | "both"): Promise<void>;
  end(): Promise<void>;
};

export async function startMachines(of: {
  folder: string;
  databaseUrl: string;
  symbols: readonly string[];
}): Promise<Machines> {
  const { folder } = of;
  mkdirSync(folder, { recursive: true });
  const market = path.join(folder, "bars");
  writeBuySymbols(market, of.symbols);
  const config = path.join(folder, "countersign.yaml");
  // Many attempts that follow each other quickly: kills and faults are the rule here.
  const retry = "{ limit: 10, delaySeconds: 1, maxDelaySeconds: 4 }";
  writeFileSync(config, `worker: { parallelism: 8 }\nretry: ${retry}\nmarket: { start: "${BUY_DAY}" }\n`);
  const gateway = await startGateway({
    dataDir: path.join(folder, "broker"),
    arguments: ["--config", config],
    environment: { MARKET_DATA_DIR: market },
  });
  const options = {
    dataDir: path.join(folder, "desk"),
    arguments: ["--config", config],
    environment: {
      DATABASE_URL: of.databaseUrl,
      MARKET_DATA_DIR: market,
      IBKR_GATEWAY_URL: gateway.url,
    },
  };
  let desk = await startDesk(options);
  let worker: ProgramProcess = await startWorker(options);
  return {
    broker: servedSimulator(gateway.url),
    desk: () => desk,
    async kill(which) {
      await Promise.all([
        which === "worker" ? undefined : desk.kill(),
        which === "desk" ? undefined : worker.kill(),
      ]);
      await Promise.all([
        which === "worker" ? undefined : startDesk(options).then((started) => (desk = started)),
        which === "desk" ? undefined : startWorker(options).then((started) => (worker = started)),
      ]);
    },
    async end() {
      await Promise.all([desk.kill(), worker.kill(), gateway.kill()]);
    },
  };
}

/** The default strategy made to send many small orders without asking. */
export async function manySmallOrders(url: string): Promise<void> {
  const { rows } = await callDesk<{ rows: { id: string; parameters: { risk: object } & object }[] }>(
    url,
    "GET",
    "/api/strategies",
  );
  for (const { id, parameters } of rows) {
    const risk = {
      ...parameters.risk,
      maxOrderValue: "1500",
      maxOpenPositions: 1000,
      maxOrdersPerDay: 10_000,
    };
    await callDesk(url, "PATCH", `/api/strategies/${id}`, {
      parameters: { ...parameters, approval: "auto", risk },
    });
  }
}
