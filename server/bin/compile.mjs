// Makes JavaScript of the TypeScript program once per state of its sources, so that a start neither compiles nor carries a compiler.
// Effects: reads the sources, writes one folder below node_modules/.cache. Plain JavaScript. A finished folder never changes.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const FOLDERS = ["agents", "graph", "prompts", "server", "store", "tools"];
const ROOT_FILES = ["package.json", "package-lock.json", "tsconfig.json"];
/** Older results stay for programs that still run from them. */
const KEPT = 3;
const SOURCE = /\.tsx?$/;

/**
 * The file URL of `entry` (a path below `root`) as JavaScript, compiled when its sources have changed.
 * @throws when a source has a fault, or when the cache cannot be written (`code` EACCES, EPERM or EROFS)
 */
export async function compiled(root, entry) {
  const cache = path.join(root, "node_modules", ".cache", "countersign");
  const folder = path.join(cache, fingerprint(root, entry));
  const program = pathToFileURL(path.join(folder, `${path.basename(entry).replace(SOURCE, "")}.mjs`)).href;
  if (existsSync(fileURLToPath(program))) return program;
  // Built aside and moved in one step: a build that was killed, or two at once, leave nothing half made.
  const aside = `${folder}.${process.pid}`;
  mkdirSync(aside, { recursive: true });
  try {
    await build({ root, entry, into: aside });
    renameSync(aside, folder);
  } catch (error) {
    rmSync(aside, { recursive: true, force: true });
    if (!existsSync(fileURLToPath(program))) throw error;
  }
  forgetOld(cache);
  return program;
}

function fingerprint(root, entry) {
  const hash = createHash("sha256").update(`${root}\n${entry}\n`);
  const folders = [...new Set([...FOLDERS, entry.split("/")[0]])];
  const sources = folders.flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true })
      .map((name) => path.join(folder, String(name)))
      .filter((name) => SOURCE.test(name)),
  );
  for (const name of [...ROOT_FILES, ...sources.sort()]) {
    hash
      .update(`${name}\n`)
      .update(readFileSync(path.join(root, name)))
      .update("\0");
  }
  return hash.digest("hex").slice(0, 32);
}

async function build({ root, entry, into }) {
  const esbuild = await import("esbuild");
  try {
    await esbuild.build({
      absWorkingDir: root,
      entryPoints: [entry],
      outdir: into,
      outExtension: { ".js": ".mjs" },
      bundle: true,
      // What a command does not need is not loaded.
      splitting: true,
      packages: "external",
      platform: "node",
      format: "esm",
      target: "node20.9",
      keepNames: true,
      sourcemap: true,
      sourcesContent: false,
      logLevel: "silent",
      plugins: [ownAddress],
    });
  } finally {
    await esbuild.stop();
  }
}

/** Modules find the files that lie beside their source, wherever the compiled program lies. */
const ownAddress = {
  name: "own-address",
  setup(build) {
    build.onLoad({ filter: SOURCE }, (file) => {
      const text = readFileSync(file.path, "utf8");
      if (!text.includes("import.meta.url")) return undefined;
      const contents = text.replaceAll("import.meta.url", JSON.stringify(pathToFileURL(file.path).href));
      return { contents, loader: file.path.endsWith("x") ? "tsx" : "ts" };
    });
  },
};

function forgetOld(cache) {
  const made = readdirSync(cache)
    .map((name) => ({ name, at: statSync(path.join(cache, name), { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((one, other) => other.at - one.at);
  for (const { name } of made.slice(KEPT)) rmSync(path.join(cache, name), { recursive: true, force: true });
}
