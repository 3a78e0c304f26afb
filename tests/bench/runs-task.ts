// What both bench processes of whole symbol runs agree on: the task, the desk it makes, the figures that come back. Effects: files.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Composition, compose } from "#server/compose/composition.ts";
import { loadConfig } from "#server/config/config.ts";
import { writeMarketFolder } from "./market-folder.ts";

export type RunsTask = {
  folder: string;
  symbols: number;
  environment: Record<string, string>;
};

export type RunsFigures = {
  wallMs: number;
  /** All threads of the node process. */
  cpuMs: number;
  postgresCpuMs: number;
  databaseBytes: number;
  /** Resident memory: highest; means over the second and the last tenth of the runs. */
  rssPeakMb: number;
  rssEarlyMb: number;
  rssLateMb: number;
  /** JavaScript heap after a forced collection at the end. */
  heapMb: number;
  statuses: Record<string, number>;
  load: number;
};

export type BenchMarket = { symbols: string[]; start: string; marketDir: string };

const marketFile = (task: RunsTask) => path.join(task.folder, "market.json");

/** Writes the market: not in the process that is measured, which would keep the memory. */
export function makeMarket(task: RunsTask): BenchMarket {
  const marketDir = path.join(task.folder, "market");
  const market = { ...writeMarketFolder(marketDir, task.symbols), marketDir };
  writeFileSync(marketFile(task), JSON.stringify(market));
  return market;
}

export function marketOf(task: RunsTask): BenchMarket {
  return JSON.parse(readFileSync(marketFile(task), "utf8")) as BenchMarket;
}

/** A desk over the task's folder, as `countersign start` composes it, without a port. */
export async function openBenchDesk(
  task: RunsTask,
  options: { workers: boolean; start: string; marketDir: string },
): Promise<Composition> {
  const configFile = path.join(task.folder, "countersign.yaml");
  writeFileSync(configFile, `market:\n  start: ${options.start}\n`);
  const config = loadConfig({
    variables: {
      DATA_DIR: path.join(task.folder, "desk"),
      MARKET_DATA_DIR: options.marketDir,
      ...task.environment,
    },
    directory: task.folder,
    flags: { live: false, configFile },
  });
  return compose(config, { workers: options.workers, tell: () => {} });
}
