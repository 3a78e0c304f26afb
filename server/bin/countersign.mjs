#!/usr/bin/env node
// The command `countersign` and `npm start`: installs what is missing, then hands over to the TypeScript program.
import path from "node:path";
import { fileURLToPath } from "node:url";
import { ensureInstalled, requireNode } from "./install.mjs";

requireNode();
ensureInstalled(path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../.."));
const { register } = await import("tsx/esm/api");
register();
const { main } = await import("../cli/main.ts");
await main(process.argv.slice(2));
