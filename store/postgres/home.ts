// Where the embedded server lives: DATA_DIR/postgres, or a folder its account can enter. Effects: files.
import { chmod, chown, lstat, mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { InputError } from "../model/errors.ts";
import { canEnter, type ServerAccount } from "./account.ts";
import { isMissing } from "./files.ts";

export type ServerHome = {
  /** Holds `cluster`, `password` and `start.lock`. */
  folder: string;
  /** PostgreSQL's own data folder. */
  cluster: string;
  /** Where a copy of the binaries may be put, made when it is asked for. */
  copyBase: () => Promise<string>;
};

const POINTER = "postgres-location";
// Writable by root alone and enterable by all; the second exists on systems without the first.
const SYSTEM_FOLDERS = ["/var/lib/countersign", "/var/tmp/countersign"];

/**
 * DATA_DIR/postgres whenever the server's account can enter it. Else (root, with DATA_DIR below a 0700 folder) a fresh
 * folder below /var/lib/countersign, which DATA_DIR/postgres-location names from then on: a new DATA_DIR gets a new one.
 */
export async function serverHome(dataDir: string, account: ServerAccount | null): Promise<ServerHome> {
  await mkdir(dataDir, { recursive: true });
  const folder = path.join(dataDir, "postgres");
  if (account === null) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return home(folder, async () => dataDir);
  }
  if (await canEnter(account, dataDir)) {
    await mkdir(folder, { recursive: true, mode: 0o711 });
    // The copy stays outside DATA_DIR: it is the same for all, and nothing that the desk wrote.
    return home(folder, systemFolder);
  }
  const pointer = path.join(dataDir, POINTER);
  const named = await readFile(pointer, "utf8").catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (named !== undefined) {
    const known = named.trim();
    await lstat(known).catch((cause: unknown) => {
      throw new InputError(
        "postgres_home_missing",
        `${pointer} says that the database is in ${known}, but that folder is gone; restore it, or remove the file to begin anew`,
        { cause, facts: { field: "DATA_DIR" } },
      );
    });
    return home(known, systemFolder);
  }
  const fresh = await mkdtemp(path.join(await systemFolder(), "postgres-"));
  await chmod(fresh, 0o711);
  try {
    await writeFile(pointer, `${fresh}\n`, { flag: "wx", mode: 0o600 });
    return home(fresh, systemFolder);
  } catch {
    // Somebody else was first: theirs holds.
    return home((await readFile(pointer, "utf8")).trim(), systemFolder);
  }
}

function home(folder: string, copyBase: ServerHome["copyBase"]): ServerHome {
  return { folder, cluster: path.join(folder, "cluster"), copyBase };
}

async function systemFolder(): Promise<string> {
  for (const folder of SYSTEM_FOLDERS) {
    try {
      await mkdir(folder, { mode: 0o711 });
      await chmod(folder, 0o711);
    } catch {
      // There already, or not possible here: looked at below.
    }
    const entry = await lstat(folder).catch(() => undefined);
    if (entry?.isDirectory() === true && entry.uid === 0 && (entry.mode & 0o022) === 0) return folder;
  }
  throw new InputError(
    "postgres_no_home",
    "as root, PostgreSQL needs a folder that its own user can enter; start as an ordinary user, choose a DATA_DIR that is not below a private folder, or set DATABASE_URL",
    { facts: { field: "DATA_DIR" } },
  );
}

/** The server's password, made at first use and readable by its owner alone. */
export async function serverPassword(
  at: ServerHome,
  account: ServerAccount | null,
  newSecret: () => string,
): Promise<string> {
  const file = passwordFile(at);
  try {
    // A secret, not an id: nothing may be able to derive it.
    await writeFile(file, `${newSecret()}\n`, { flag: "wx", mode: 0o600 });
    if (account !== null) await chown(file, account.uid, account.gid);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  return (await readFile(file, "utf8")).trim();
}

export function passwordFile(at: ServerHome): string {
  return path.join(at.folder, "password");
}
