// `npm run bench:faults [intents] [seed] [lanes]`: soaks, each on a database and a broker of its own, so many at once,
// until that many order intents have been through; tells each as it ends, then one table, and ends with 1 when anything
// is wrong. A soak is its seed and its number of symbols: `npm run bench:faults 36 7 1` is the soak with seed 7 alone.
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { ensurePostgres } from "#store/postgres/ensure-postgres.ts";
import { type BenchRow, benchTable } from "#tests/bench/row.ts";
import { type SoakReport, soak } from "./soak.ts";

/** Symbols of one soak: its orders must fit the account and what the broker lists. */
const PER_SOAK = 40;
/** Fewest symbols of one soak. */
const FEWEST = 4;
/** Soaks that did not come to their end before the rest is given up. */
const BROKEN = 3;

const [wanted = "1000", firstSeed = "1", lanes = "2"] = process.argv.slice(2);
const began = performance.now();
const folder = mkdtempSync(path.join(tmpdir(), "countersign-soak-"));

async function admin(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(statement);
  await client.end();
}

const reports: SoakReport[] = [];
const faults: string[] = [];
let nextSeed = Number(firstSeed);
/** Symbols of the soaks that are under way. */
let underWay = 0;

const sum = (of: (report: SoakReport) => number) => reports.reduce((total, report) => total + of(report), 0);
const all = (counts: Record<string, number>) => Object.values(counts).reduce((total, one) => total + one, 0);
const intents = () => sum((report) => report.intents);

const unended = () => faults.filter((one) => /did not end/.test(one)).length;

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

/** One soak after the other until enough intents are through or under way. */
async function lane(number: number): Promise<void> {
  const given = process.env.TEST_DATABASE_URL;
  // A server of its own: what the killed processes of several lanes leave behind would use up its connections.
  const own = path.join(folder, `postgres-${number}`);
  const newSecret = () => randomBytes(16).toString("hex");
  const embedded = given === undefined ? await ensurePostgres({ dataDir: own, newSecret }) : null;
  await soaks(embedded?.url ?? given ?? "");
  await embedded?.stop();
}

async function soaks(server: string): Promise<void> {
  for (;;) {
    const left = Number(wanted) - intents() - underWay;
    if (left <= 0 || unended() >= BROKEN) return;
    const seed = nextSeed++;
    const symbols = Math.max(FEWEST, Math.min(PER_SOAK, left));
    underWay += symbols;
    const found = await one(server, { seed, symbols }).finally(() => {
      underWay -= symbols;
    });
    faults.push(...found.map((fault) => `seed ${seed} of ${symbols}: ${fault}`));
  }
}

async function one(server: string, of: { seed: number; symbols: number }): Promise<string[]> {
  const { seed, symbols } = of;
  const name = `soak_${process.pid}_${seed}`;
  await admin(server, `CREATE DATABASE "${name}" TEMPLATE template0`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const own = path.join(folder, String(seed));
  try {
    const report = await soak({ databaseUrl: url.href, folder: own, intents: symbols, seed });
    reports.push(report);
    tell(report, symbols);
    return wrong(report);
  } catch (error) {
    // One that does not come to its end is a finding, and no reason to stop the others.
    const message = error instanceof Error ? error.message : String(error);
    process.stdout.write(`seed ${seed} of ${symbols}: did not end: ${message}\n`);
    return [`did not end: ${message}`];
  } finally {
    await admin(server, `DROP DATABASE "${name}" WITH (FORCE)`);
    rmSync(own, { recursive: true, force: true, maxRetries: 3 });
  }
}

function tell(report: SoakReport, symbols: number): void {
  const { seed, taken, kills, placed, seconds, restarting, calming, endings } = report;
  const minutes = ((performance.now() - began) / 60_000).toFixed(1);
  process.stdout.write(
    `${minutes} min, ${intents()} of ${wanted} intents, ${wrong(report).length + faults.length} wrong · seed ${seed} of ${symbols}: ${report.intents} intents, ${taken} taken, ${kills} kills (${placed} placed), ${all(report.faults)} faults, ${seconds} s (${restarting} restarting, ${calming} calming) ${JSON.stringify(endings)}\n`,
  );
  for (const fault of wrong(report)) process.stdout.write(`  WRONG ${fault}\n`);
}

function table(): string {
  const row = (name: string, value: number): BenchRow => ({ suite: "soak", name, value, unit: "" });
  const none = (name: string, of: (report: SoakReport) => readonly string[]): BenchRow => ({
    ...row(
      name,
      sum((report) => of(report).length),
    ),
    target: { atMost: 0 },
  });
  const ended = (as: RegExp) =>
    sum((report) => all(Object.fromEntries(Object.entries(report.endings).filter(([how]) => as.test(how)))));
  return benchTable([
    row("soaks", reports.length),
    row("order intents", intents()),
    row(
      "entries that the broker took",
      sum((report) => report.taken),
    ),
    row(
      "processes killed",
      sum((report) => report.kills),
    ),
    row(
      "runs killed at a named place",
      sum((report) => report.placed),
    ),
    row(
      "broker faults",
      sum((report) => all(report.faults)),
    ),
    row(
      "halts",
      sum((report) => report.halts),
    ),
    row("runs that ended done or denied", ended(/^(done|denied|abstained)$/)),
    row("runs that failed with a stated cause", ended(/^failed/)),
    none("orders sent twice", (report) => report.duplicates),
    none("orders without a countersign", (report) => report.uncountersigned),
    none("orders lost", (report) => report.lost),
    none("orders on which the two books differ", (report) => report.different),
    none("threads that did not end", (report) => report.unfinished),
    {
      ...row("soaks that did not end", unended()),
      target: { atMost: 0 },
    },
  ]);
}

await Promise.all(Array.from({ length: Math.max(1, Number(lanes)) }, (_, number) => lane(number)));
rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
const minutes = Number(((performance.now() - began) / 60_000).toFixed(1));
writeFileSync(
  "bench-faults.json",
  `${JSON.stringify({ intents: intents(), minutes, wrong: faults, reports }, null, 2)}\n`,
);
process.stdout.write(
  `\n${table()}\n\n${minutes} minutes, seeds ${firstSeed} to ${nextSeed - 1}; written to bench-faults.json\n`,
);
for (const fault of faults) process.stdout.write(`WRONG ${fault}\n`);
process.exit(faults.length === 0 ? 0 : 1);
