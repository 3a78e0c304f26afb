// `npm run bench:faults [intents] [seed]`: soaks one after the other, each on a database and a broker of its own, until
// that many order intents have been through; prints one line per soak and the sum, and ends with 1 when anything is wrong.
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { ensurePostgres } from "#store/postgres/ensure-postgres.ts";
import { type SoakReport, soak } from "./soak.ts";

/** Runs of one soak: its orders must fit the account and what the broker lists. */
const PER_SOAK = 40;

const [wanted = "1000", firstSeed = "1"] = process.argv.slice(2);
const folder = mkdtempSync(path.join(tmpdir(), "countersign-soak-"));
const embedded =
  process.env.TEST_DATABASE_URL === undefined
    ? await ensurePostgres({ dataDir: folder, newSecret: () => randomBytes(16).toString("hex") })
    : null;
const server = embedded?.url ?? process.env.TEST_DATABASE_URL ?? "";

async function admin(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(statement);
  await client.end();
}

function wrong(report: SoakReport): string[] {
  const { duplicates, uncountersigned, lost, different, unfinished } = report;
  return [
    ...duplicates.map((one) => `sent twice: ${one}`),
    ...uncountersigned.map((one) => `without a countersign: ${one}`),
    ...lost.map((one) => `lost: ${one}`),
    ...different.map((one) => `different: ${one}`),
    ...unfinished.map((one) => `not at an end: ${one}`),
  ];
}

const reports: SoakReport[] = [];
const faults: string[] = [];
const sum = (of: (report: SoakReport) => number) => reports.reduce((total, report) => total + of(report), 0);
for (let seed = Number(firstSeed); sum((report) => report.intents) < Number(wanted); seed += 1) {
  const name = `soak_${process.pid}_${seed}`;
  await admin(`CREATE DATABASE "${name}" TEMPLATE template0`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const intents = Math.min(PER_SOAK, Number(wanted) - sum((report) => report.intents));
  const report = await soak({
    databaseUrl: url.href,
    folder: path.join(folder, String(seed)),
    intents: Math.max(4, intents),
    seed,
  });
  reports.push(report);
  faults.push(...wrong(report).map((one) => `seed ${seed}: ${one}`));
  process.stdout.write(`${JSON.stringify(report)}\n`);
  await admin(`DROP DATABASE "${name}" WITH (FORCE)`);
  rmSync(path.join(folder, String(seed)), { recursive: true, force: true });
}
await embedded?.stop();
rmSync(folder, { recursive: true, force: true });
const total = {
  intents: sum((report) => report.intents),
  takenByTheBroker: sum((report) => report.taken),
  kills: sum((report) => report.kills),
  killsAtNamedPlaces: sum((report) => report.placed),
  brokerFaults: sum((report) => Object.values(report.faults).reduce((all, one) => all + one, 0)),
  halts: sum((report) => report.halts),
  seconds: sum((report) => report.seconds),
  wrong: faults,
};
writeFileSync("bench-faults.json", `${JSON.stringify({ total, reports }, null, 2)}\n`);
process.stdout.write(`${JSON.stringify(total, null, 2)}\n`);
process.exit(faults.length === 0 ? 0 : 1);
