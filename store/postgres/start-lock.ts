// One starter at a time per database folder, over processes; a lock of a dead process is taken over. Effects: files.
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { UnavailableError } from "../model/errors.ts";
import { fileErrorCode, isMissing } from "./files.ts";
import { isAlive, processStamp } from "./processes.ts";

const POLL_MS = 50;
const POLLS = 2_400;

/** `own` tells this starter's claim from all others, also from other machines' on a shared folder. */
export type StartLock = { file: string; own: string };

/** Runs `work` alone. @throws UnavailableError `postgres_start_busy` after two minutes of waiting. */
export async function withStartLock<Result>(of: StartLock, work: () => Promise<Result>): Promise<Result> {
  const lock = of.file;
  const own = `${lock}.${process.pid}-${of.own}`;
  await writeFile(own, await processStamp(process.pid), { mode: 0o600 });
  try {
    for (let poll = 0; !(await take(own, lock)); poll += 1) {
      if (poll === POLLS) {
        throw new UnavailableError("postgres_start_busy", `another process has held ${lock} for too long`);
      }
      await pause(POLL_MS);
    }
    try {
      return await work();
    } finally {
      await rm(lock, { force: true });
    }
  } finally {
    await rm(own, { force: true });
  }
}

async function take(own: string, lock: string): Promise<boolean> {
  try {
    // A link appears with its content: nobody ever reads a lock without an owner.
    await link(own, lock);
    return true;
  } catch (error) {
    if (fileErrorCode(error) !== "EEXIST") throw error;
  }
  const holder = await content(lock);
  if (holder !== undefined && !(await isAlive(holder))) await bury(own, lock, holder);
  return false;
}

// Renaming picks exactly one of those who found the holder dead; if a new holder came in between, it is put back.
async function bury(own: string, lock: string, holder: string): Promise<void> {
  const grave = `${own}.stale`;
  try {
    await rename(lock, grave);
    if ((await content(grave)) !== holder) await link(grave, lock);
  } catch (error) {
    if (!isMissing(error) && fileErrorCode(error) !== "EEXIST") throw error;
  } finally {
    await rm(grave, { force: true });
  }
}

async function content(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
}
