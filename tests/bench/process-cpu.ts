// CPU time of other processes, read from /proc. Effects: reads files. NaN where there is no /proc or the process is elsewhere.
import { readdirSync, readFileSync } from "node:fs";
import pg from "pg";
import type { Database } from "#store/database.ts";

const MS_PER_TICK = 10;

/** Process id of the server that the pool talks to. */
export async function postmasterOf(pool: Database["pool"]): Promise<number> {
  const { rows } = await pool.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  return Number(statOf(rows[0]?.pid ?? 0)?.[1] ?? 0);
}

/** One process and its ended children, in ms. */
export function processCpuMs(pid: number): number {
  const stat = statOf(pid);
  return stat === null
    ? Number.NaN
    : [11, 12, 13, 14].reduce((sum, at) => sum + Number(stat[at]), 0) * MS_PER_TICK;
}

/** The server with all its processes, the ended ones included, in ms. */
export function postgresCpuMs(postmaster: number): number {
  if (postmaster === 0) return Number.NaN;
  let ticks = 0;
  for (const name of readdirSync("/proc")) {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : null;
    if (stat === null || (Number(name) !== postmaster && Number(stat[1]) !== postmaster)) continue;
    ticks += Number(stat[11]) + Number(stat[12]);
    if (Number(name) === postmaster) ticks += Number(stat[13]) + Number(stat[14]);
  }
  return ticks * MS_PER_TICK;
}

/** Tells what the server processes of this database have run so far, in ms, its own connection left out. */
export async function openPostgresMeter(
  url: string,
): Promise<{ ms(): Promise<number>; close(): Promise<void> }> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return {
    async ms() {
      const { rows } = await client.query<{ pid: number }>(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
      );
      return rows.reduce((sum, { pid }) => sum + runMs(pid), 0);
    },
    close: () => client.end(),
  };
}

function runMs(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[0]) / 1e6;
  } catch {
    return 0; // ended meanwhile
  }
}

/** Fields of /proc/PID/stat from the state on: parent at 1, user and system ticks at 11 and 12, of ended children at 13 and 14. */
function statOf(pid: number): string[] | null {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^\d+ \(.*\) /, "")
      .split(" ");
  } catch {
    return null; // ended meanwhile
  }
}
