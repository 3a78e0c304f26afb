// Whom the embedded server runs as: postgres refuses root, so root hands over to an unprivileged user. Effects: files.
import { readFile, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { InputError } from "../model/errors.ts";

export type ServerAccount = { uid: number; gid: number };

/** Null when the process itself is unprivileged and the server can run as it is. */
export async function serverAccount(): Promise<ServerAccount | null> {
  if (process.getuid?.() !== 0) return null;
  const passwd = await readFile("/etc/passwd", "utf8").catch(() => "");
  for (const name of ["postgres", "nobody"]) {
    const fields = passwd
      .split("\n")
      .find((line) => line.startsWith(`${name}:`))
      ?.split(":");
    const uid = Number(fields?.[2]);
    const gid = Number(fields?.[3]);
    if (uid > 0 && gid >= 0) return { uid, gid };
  }
  throw new InputError(
    "postgres_no_account",
    "PostgreSQL does not run as root, and there is no user postgres or nobody to run it as; add one, start as an ordinary user, or set DATABASE_URL",
    { facts: { field: "DATABASE_URL" } },
  );
}

/** True when the account may pass through every folder down to `target`, the target included. */
export async function canEnter(account: ServerAccount | null, target: string): Promise<boolean> {
  if (account === null) return true;
  const real = await realpath(target);
  const { root } = path.parse(real);
  const folders = [real];
  for (let at = real; at !== root; at = path.dirname(at)) folders.push(path.dirname(at));
  for (const folder of folders) {
    const entry = await stat(folder);
    const shift = entry.uid === account.uid ? 6 : entry.gid === account.gid ? 3 : 0;
    // A folder needs x to be passed; a program at the end needs r and x.
    const needed = entry.isDirectory() ? 0o1 : 0o5;
    if (((entry.mode >> shift) & needed) !== needed) return false;
  }
  return true;
}
