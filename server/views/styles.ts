// Compiles the style sheet with Tailwind's own command, once per content: the hash of all views names the result.
// Effects: one child process and one file in the given folder, only when that file is not there yet.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { UnavailableError } from "#store/model/errors.ts";

const VIEWS = dirname(fileURLToPath(import.meta.url));
const COMPILE_DEADLINE_MS = 60_000;
const require = createRequire(import.meta.url);
const run = promisify(execFile);

async function sourceFiles(): Promise<string[]> {
  const entries = await readdir(VIEWS, { recursive: true });
  return entries
    .filter((entry) => /\.(tsx|js|css)$/.test(entry))
    .map((entry) => join(VIEWS, entry))
    .sort();
}

async function contentHash(files: readonly string[]): Promise<string> {
  const hash = createHash("sha256").update(await readFile(require.resolve("tailwindcss/package.json")));
  for (const file of files) hash.update(file.slice(VIEWS.length)).update(await readFile(file));
  return hash.digest("hex").slice(0, 16);
}

/**
 * The compiled style sheet's text.
 * @throws UnavailableError when Tailwind fails or takes longer than a minute.
 */
export async function compileStyles(cacheDir: string): Promise<string> {
  const target = join(cacheDir, `styles-${await contentHash(await sourceFiles())}.css`);
  if (!existsSync(target)) {
    await mkdir(cacheDir, { recursive: true });
    const cli = join(dirname(require.resolve("@tailwindcss/cli/package.json")), "dist/index.mjs");
    const draft = `${target}.${process.pid}`;
    const input = join(VIEWS, "styles/app.css");
    try {
      await run(process.execPath, [cli, "--input", input, "--output", draft, "--minify"], {
        cwd: dirname(dirname(VIEWS)),
        timeout: COMPILE_DEADLINE_MS,
      });
      // Renamed into place, so that a reader never sees half a file and two starters do not disturb each other.
      await rename(draft, target);
    } catch (cause) {
      await rm(draft, { force: true });
      throw new UnavailableError("styles_failed", "The style sheet could not be compiled.", { cause });
    }
  }
  return readFile(target, "utf8");
}
