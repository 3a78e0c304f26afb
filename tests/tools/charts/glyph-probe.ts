// A process that draws short texts and prints a digest of each picture. Arguments: "own" (prepare our fonts) or "none",
// and the folder for the fonts' cache. The caller hides the system's fonts.
import { createHash } from "node:crypto";
import sharp from "sharp";
import { prepareFonts } from "#tools/charts/fonts.ts";
import { CHART_FONT } from "#tools/charts/specification.ts";

const [, , own, folder] = process.argv;
if (own === "own" && folder !== undefined) prepareFonts(folder);

const digests: Record<string, string> = {};
for (const weight of ["normal", "bold"]) {
  for (const letter of ["A", "R", "3", "8", "→", "▲", "▼", "·"]) {
    const text = `<text x="10" y="40" font-family="${CHART_FONT}" font-size="30">${letter}</text>`;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="60" height="60" font-weight="${weight}">${text}</svg>`;
    const pixels = await sharp(Buffer.from(svg)).raw().toBuffer();
    digests[`${weight} ${letter}`] = createHash("sha256").update(pixels).digest("hex");
  }
}
process.stdout.write(JSON.stringify(digests));
