// What can be known about another process: alive, a zombie, or a stranger with a reused id. Effects: reads /proc.
import { readdir, readFile, readlink } from "node:fs/promises";
import { fileErrorCode } from "./files.ts";

type ProcEntry = { state: string; startTicks: string };

// Undefined where there is no /proc (macOS, Windows) or the process is gone.
async function procEntry(pid: number): Promise<ProcEntry | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  const fields = text?.slice(text.lastIndexOf(") ") + 2).split(" ");
  const [state, startTicks] = [fields?.[0], fields?.[19]];
  return state === undefined || startTicks === undefined ? undefined : { state, startTicks };
}

/** Text that names this very process, not just its id: "pid ticks". */
export async function processStamp(pid: number): Promise<string> {
  return `${pid} ${(await procEntry(pid))?.startTicks ?? "?"}`;
}

/** True when the process of this stamp still runs; a zombie does not. */
export async function isAlive(stamp: string): Promise<boolean> {
  const [pidText, ticks] = stamp.trim().split(" ");
  const pid = Number(pidText);
  if (!Number.isInteger(pid) || pid <= 0 || !exists(pid)) return false;
  const entry = await procEntry(pid);
  if (entry === undefined) return true;
  return entry.state !== "Z" && (ticks === undefined || ticks === "?" || ticks === entry.startTicks);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return fileErrorCode(error) === "EPERM";
  }
}

/**
 * `postmaster`: alive, and at home in `cluster` as far as can be seen. `gone`: not running. `zombie`: dead, but its
 * parent has not noticed. `stranger`: the id belongs to another program now.
 */
export async function postmasterState(
  pid: number,
  cluster: string,
): Promise<"postmaster" | "gone" | "zombie" | "stranger"> {
  if (!exists(pid)) return "gone";
  const entry = await procEntry(pid);
  if (entry === undefined) return "postmaster";
  if (entry.state === "Z") return "zombie";
  const home = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  return home === undefined || home === cluster ? "postmaster" : "stranger";
}

/** True when a process is still at home in `cluster`: a backend that outlived its postmaster. */
export async function hasProcesses(cluster: string): Promise<boolean> {
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    const home = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
    if (home === cluster && (await procEntry(Number(pid)))?.state !== "Z") return true;
  }
  return false;
}
