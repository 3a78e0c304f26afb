// Every script, style, font and picture that pages load, from our own folder and from pinned packages. Nothing else is
// ever asked for. Effects: reads files once, at start. The folder name in the address changes with the content.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { compileStyles } from "#server/views/styles.ts";
import { InvariantError } from "#store/model/errors.ts";

const require = createRequire(import.meta.url);
const CLIENT = join(dirname(fileURLToPath(import.meta.url)), "../../views/client");
const compress = promisify(gzip);

export type Asset = {
  bytes: Buffer;
  /** Compressed when first asked for, then kept; null for what is compressed already. */
  gzipped(): Promise<Buffer> | null;
  mediaType: string;
};
export type Assets = {
  /** Address folder, such as "/assets/1f0c…": what pages put before a name. */
  base: string;
  find(name: string): Asset | undefined;
};

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
  woff2: "font/woff2",
};

/** Where a file of a package lies; only its package.json can be relied on to resolve. */
function inPackage(name: string, path: string): string {
  return join(dirname(require.resolve(`${name}/package.json`)), path);
}

const FILES: Readonly<Record<string, () => string>> = {
  "desk.js": () => join(CLIENT, "desk.js"),
  "chart.js": () => join(CLIENT, "chart.js"),
  "check.js": () => join(CLIENT, "check.js"),
  "copy.js": () => join(CLIENT, "copy.js"),
  "mark.svg": () => join(CLIENT, "mark.svg"),
  "idiomorph.js": () => require.resolve("idiomorph/dist/idiomorph.min.js"),
  "vega.js": () => join(dirname(fileURLToPath(import.meta.resolve("vega"))), "vega.min.js"),
  "vega-lite.js": () => join(dirname(fileURLToPath(import.meta.resolve("vega-lite"))), "vega-lite.min.js"),
  "vega-embed.js": () => join(dirname(fileURLToPath(import.meta.resolve("vega-embed"))), "vega-embed.min.js"),
  "inter.woff2": () => inPackage("@fontsource-variable/inter", "files/inter-latin-wght-normal.woff2"),
};

const UTIL_IMPORT = /^import\s*(\{[^}]*\})\s*from\s*['"]vega-util['"];?/m;

/**
 * The expression interpreter is published for bundlers only: its one bare import is taken from the vega script, which
 * carries the same functions.
 */
async function interpreter(): Promise<Buffer> {
  const source = await readFile(fileURLToPath(import.meta.resolve("vega-interpreter")), "utf8");
  if (!UTIL_IMPORT.test(source))
    throw new InvariantError("vega-interpreter no longer imports from vega-util");
  return Buffer.from(source.replace(UTIL_IMPORT, "const $1 = globalThis.vega;"));
}

function asset(name: string, bytes: Buffer): Asset {
  const mediaType = MEDIA_TYPES[name.slice(name.lastIndexOf(".") + 1)] ?? "application/octet-stream";
  let gzipped: Promise<Buffer> | null = null;
  const zip = () => {
    gzipped ??= compress(bytes);
    return gzipped;
  };
  return { bytes, gzipped: mediaType.startsWith("font/") ? () => null : zip, mediaType };
}

export async function loadAssets(cacheDir: string): Promise<Assets> {
  const named: [string, Buffer][] = await Promise.all(
    Object.entries(FILES).map(
      async ([name, path]): Promise<[string, Buffer]> => [name, await readFile(path())],
    ),
  );
  named.push(["vega-interpreter.js", await interpreter()]);
  named.push(["app.css", Buffer.from(await compileStyles(cacheDir))]);
  const hash = createHash("sha256");
  for (const [name, bytes] of named) hash.update(name).update(bytes);
  const found = new Map(named.map(([name, bytes]) => [name, asset(name, bytes)]));
  return { base: `/assets/${hash.digest("hex").slice(0, 16)}`, find: (name) => found.get(name) };
}
