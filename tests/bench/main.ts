// `npm run bench [suite …]`: measures, prints one table and writes bench.json. Suites: start charts risk orders gateway runs model.
import { mkdtempSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir, totalmem } from "node:os";
import path from "node:path";
import { systemClock } from "#server/compose/system-clock.ts";
import { prepareFonts } from "#tools/charts/fonts.ts";
import { type BenchRow, benchTable } from "./row.ts";

const SUITES: Readonly<Record<string, () => Promise<BenchRow[]>>> = {
  start: async () => (await import("./start.ts")).benchStart(),
  charts: async () => {
    prepareFonts(mkdtempSync(path.join(tmpdir(), "countersign-bench-")));
    const { benchCharts, benchIndicators } = await import("./charts.ts");
    return [...(await benchCharts()), ...(await benchIndicators())];
  },
  risk: async () => (await import("./risk.ts")).benchRisk(systemClock),
  orders: async () => (await import("./orders.ts")).benchOrders(),
  gateway: async () => (await import("./gateway.ts")).benchGateway(systemClock),
  runs: async () => (await import("./runs.ts")).benchRuns(),
  model: async () => (await import("./runs.ts")).benchCriticalPath(),
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in SUITES));
if (unknown.length > 0) {
  process.stderr.write(`no such suite: ${unknown.join(", ")}; there are ${Object.keys(SUITES).join(", ")}\n`);
  process.exit(2);
}
const rows: BenchRow[] = [];
for (const name of asked.length > 0 ? asked : Object.keys(SUITES)) {
  process.stderr.write(`measuring ${name} …\n`);
  rows.push(...((await SUITES[name]?.()) ?? []));
}
const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
const load = `load ${loadavg()[0]?.toFixed(1)}`;
const machine = `${cpus().length} cores, ${memory}, Node ${process.versions.node}, ${load} at the end`;
process.stdout.write(`\n${benchTable(rows)}\n\nmeasured on ${machine}; written to bench.json\n`);
writeFileSync("bench.json", `${JSON.stringify({ machine, rows }, null, 2)}\n`);
process.exit(0);
