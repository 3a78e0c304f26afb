// DATA_DIR: everything the desk writes lives here. Effects: file system only.
// Invariant: secrets (admin token) are readable by their owner alone, and a second desk on the same folder is refused.
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
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
  const folder = {
    root,
    artifacts: path.join(root, "artifacts"),
    gateway: path.join(root, "gateway"),
    cache: path.join(root, "cache"),
    log: path.join(root, "desk.log"),
  };
  try {
    mkdirSync(root, { recursive: true });
    accessSync(root, constants.W_OK | constants.X_OK);
    for (const part of [folder.artifacts, folder.gateway, folder.cache]) mkdirSync(part, { recursive: true });
    if (existsSync(folder.log)) accessSync(folder.log, constants.W_OK);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InputError("data_dir_unwritable", `DATA_DIR: cannot write to ${root} (${reason})`, { cause });
  }
  return folder;
}

const tokenFile = (root: string) => path.join(root, "admin-token");

/** `fresh`: made just now, and not stored before `keep`. `place`: where a person finds it. */
export type AdminToken = { token: string; fresh: boolean; place: string; keep(): void };

/** The admin token of this folder: the configured one, the stored one, or a new one. */
export function adminToken(root: string, configured: string | null, newToken: () => string): AdminToken {
  if (configured !== null) return { token: configured, fresh: false, place: "ADMIN_TOKEN", keep: () => {} };
  const place = tokenFile(root);
  if (existsSync(place)) return { token: storedToken(place), fresh: false, place, keep: () => {} };
  const token = newToken();
  return { token, fresh: true, place, keep: () => writeWhole(place, `${token}\n`) };
}

const SHORTEST_TOKEN = 16;

/** @throws InputError when the file cannot be read, or holds no token: an empty one would open the desk to everybody */
function storedToken(place: string): string {
  let token: string;
  try {
    token = readFileSync(place, "utf8").trim();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InputError("admin_token_unreadable", `DATA_DIR: cannot read ${place} (${reason})`, { cause });
  }
  if (token.length >= SHORTEST_TOKEN) return token;
  throw new InputError(
    "admin_token_broken",
    `DATA_DIR: ${place} holds no token of at least ${SHORTEST_TOKEN} characters; delete the file for a new one, or set ADMIN_TOKEN`,
  );
}

/** All or nothing: whoever reads meanwhile, and a disk that is full, never leave half a file. */
function writeWhole(place: string, text: string): void {
  const draft = `${place}.${process.pid}`;
  try {
    writeFileSync(draft, text, { mode: 0o600 });
    chmodSync(draft, 0o600);
    renameSync(draft, place);
  } catch (cause) {
    rmSync(draft, { force: true });
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InputError("data_dir_unwritable", `DATA_DIR: cannot write ${place} (${reason})`, { cause });
  }
}

const RunningDesk = z.object({ pid: z.number().int(), url: z.url(), startedAt: z.string() });
export type RunningDesk = z.infer<typeof RunningDesk>;

const runningFile = (root: string) => path.join(root, "desk.json");

/** Tells other commands on this folder where the desk can be reached. */
export function announceDesk(root: string, desk: RunningDesk): void {
  writeWhole(runningFile(root), `${JSON.stringify(desk)}\n`);
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
