// Draws the Vega-Lite file named by its argument to stdout, with the expression interpreter as a page does.
// Run with --disallow-code-generation-from-strings: whatever compiles a string fails here as under a strict CSP.
import { readFileSync } from "node:fs";
import * as vega from "vega";
import { expressionInterpreter } from "vega-interpreter";
import { compile } from "vega-lite";

const { spec } = compile(JSON.parse(readFileSync(process.argv[2], "utf8")));
const runtime = vega.parse(spec, undefined, { ast: true });
const view = new vega.View(runtime, { renderer: "none", expr: expressionInterpreter });
process.stdout.write(await view.toSVG());
view.finalize();
