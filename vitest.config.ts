// All tests in one project. Offline tests are *.test.ts; *.int.test.ts need PostgreSQL (tests/support/database.ts).
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./tests/support/longest-first.ts";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts", "tests/**/*.test.tsx"],
    globalSetup: ["tests/support/global-setup.ts"],
    setupFiles: ["tests/support/first.ts"],
    pool: "forks",
    // The files of a worker share its process: loading the program anew for each took a third of all time. What the program
    // keeps in memory must therefore belong to a desk or a database, or say what it was made of in its key.
    isolate: false,
    // More than two cores: much of the longest tests is waiting for the broker's pacing and for killed processes.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    // Minutes long by its nature; .ci/run asks for it.
    exclude: process.env.SOAK_SAMPLE === "1" ? [] : ["tests/faults/soak/**"],
    // Deadlines against hanging, not expectations of speed: a machine under load takes ten times as long.
    testTimeout: 120_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 60_000 } },
    retry: 0,
    restoreMocks: true,
    unstubEnvs: true,
  },
});
