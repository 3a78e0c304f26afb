import { filledDesk } from "#tests/bench/http/desk.ts";

console.log(await filledDesk({ fresh: process.argv.includes("--fresh") }));
