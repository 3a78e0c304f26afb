#!/usr/bin/env node
// The command `countersign` and `npm start`: installs what is missing, compiles what has changed, hands over to the program.
import path from "node:path";
import { fileURLToPath } from "node:url";
import { compiled } from "./compile.mjs";
import { ensureInstalled, requireNode } from "./install.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

requireNode();
ensureInstalled(root);
process.setSourceMapsEnabled(true);
const { main } = await import(await program());
await main(process.argv.slice(2));

/** The compiled program; where nothing may be written, the sources through a loader: slower, otherwise the same. */
async function program() {
  try {
    return await compiled(root, "server/cli/main.ts");
  } catch (error) {
    if (!["EACCES", "EPERM", "EROFS"].includes(error.code)) {
      process.stderr.write(`countersign: the program does not compile: ${error.message}\n`);
      process.exit(2);
    }
    const { register } = await import("tsx/esm/api");
    register();
    return new URL("../cli/main.ts", import.meta.url).href;
  }
}
