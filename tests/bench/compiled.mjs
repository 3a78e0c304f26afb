// Runs a TypeScript file the way the product runs, compiled beforehand: `node tests/bench/compiled.mjs FILE [ARGUMENT …]`.
import path from "node:path";
import { compiled } from "../../server/bin/compile.mjs";

const [entry] = process.argv.splice(2, 1);
await import(await compiled(path.resolve(import.meta.dirname, "../.."), entry));
