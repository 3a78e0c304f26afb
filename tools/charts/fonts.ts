// Fonts for text in PNGs: DejaVu from npm, so that a machine without fonts draws letters, and every machine the same ones.
// Effects: writes fonts.conf into the caller's folder and sets FONTCONFIG_FILE, which fontconfig reads once per process.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { isMainThread } from "node:worker_threads";
import { InvariantError } from "#store/model/errors.ts";

const UNUSED_FACES = [
  "Math",
  "Serif",
  "SansMono",
  "SansCondensed",
  "Sans-ExtraLight",
  "Sans-Oblique",
  "Sans-BoldOblique",
];

/**
 * Call once, before the first chart is drawn, on the main thread.
 * @param cacheDir a writable folder of the desk; fonts.conf and fontconfig's cache go there.
 * @throws InvariantError in a worker thread, whose environment fontconfig does not see.
 */
export function prepareFonts(cacheDir: string): void {
  if (!isMainThread) throw new InvariantError("fonts must be prepared on the main thread");
  const folder = path.resolve(cacheDir);
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, "fonts.conf");
  const text = fontsConf({ fonts: fontFolder(), cache: path.join(folder, "cache") });
  if (contentOf(file) !== text) writeFileSync(file, text);
  process.env.FONTCONFIG_FILE = file;
}

function fontFolder(): string {
  const manifest = createRequire(import.meta.url).resolve("dejavu-fonts-ttf/package.json");
  return path.join(path.dirname(manifest), "ttf");
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

// Only the two faces that charts use are scanned; every family falls back to them. (Rejecting "*" would reject the folder.)
function fontsConf({ fonts, cache }: { fonts: string; cache: string }): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>${escaped(fonts)}</dir>
  <cachedir>${escaped(cache)}</cachedir>
  <selectfont>
    <rejectfont>
${UNUSED_FACES.map((face) => `      <glob>*/DejaVu${face}*</glob>`).join("\n")}
    </rejectfont>
  </selectfont>
  <match target="pattern">
    <edit name="family" mode="append_last"><string>DejaVu Sans</string></edit>
  </match>
</fontconfig>
`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
