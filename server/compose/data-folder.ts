// DATA_DIR: everything the desk writes lives here. Effects: file system only.
// Invariant: secrets (admin token) are readable by their owner alone, and a second desk on the same folder is refused.
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { z } from "zod";
import { InputError } from "#store/model/errors.ts";

export type DataFolder = {
  root: string;
  artifacts: string;
  gateway: string;
  cache: string;
  log: string;
};

/** Creates the folder if need be. @throws InputError when it cannot be written. */
export function openDataFolder(root: string): DataFolder {
  try {
    mkdirSync(root, { recursive: true });
    accessSync(root, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InputError("data_dir_unwritable", `DATA_DIR: cannot write to ${root} (${reason})`, { cause });
  }
  const folder = {
    root,
    artifacts: path.join(root, "artifacts"),
    gateway: path.join(root, "gateway"),
    cache: path.join(root, "cache"),
    log: path.join(root, "desk.log"),
  };
  for (const part of [folder.artifacts, folder.gateway, folder.cache]) mkdirSync(part, { recursive: true });
  return folder;
}

const tokenFile = (root: string) => path.join(root, "admin-token");

/** `fresh`: made just now, and not stored before `keep`. `place`: where a person finds it. */
export type AdminToken = { token: string; fresh: boolean; place: string; keep(): void };

/** The admin token of this folder: the configured one, the stored one, or a new one. */
export function adminToken(root: string, configured: string | null, newToken: () => string): AdminToken {
  if (configured !== null) return { token: configured, fresh: false, place: "ADMIN_TOKEN", keep: () => {} };
  const place = tokenFile(root);
  if (existsSync(place))
    return { token: readFileSync(place, "utf8").trim(), fresh: false, place, keep: () => {} };
  const token = newToken();
  const keep = () => {
    writeFileSync(place, `${token}\n`, { mode: 0o600 });
    chmodSync(place, 0o600);
  };
  return { token, fresh: true, place, keep };
}

const RunningDesk = z.object({ pid: z.number().int(), url: z.url(), startedAt: z.string() });
export type RunningDesk = z.infer<typeof RunningDesk>;

const runningFile = (root: string) => path.join(root, "desk.json");

/** Tells other commands on this folder where the desk can be reached. */
export function announceDesk(root: string, desk: RunningDesk): void {
  writeFileSync(runningFile(root), `${JSON.stringify(desk)}\n`, { mode: 0o600 });
}

export function withdrawDesk(root: string): void {
  rmSync(runningFile(root), { force: true });
}

/** Where a desk on this folder said it can be reached; it may be gone since (a kill leaves the file). */
export function announcedDesk(root: string): RunningDesk | null {
  if (!existsSync(runningFile(root))) return null;
  try {
    return RunningDesk.parse(JSON.parse(readFileSync(runningFile(root), "utf8")));
  } catch {
    return null;
  }
}
