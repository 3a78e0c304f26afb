// All tests in one project. Offline tests are *.test.ts; *.int.test.ts need PostgreSQL (tests/support/database.ts).
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts", "tests/**/*.test.tsx"],
    globalSetup: ["tests/support/global-setup.ts"],
    pool: "forks",
    // More than two cores: much of the longest tests is waiting for the broker's pacing and for killed processes.
    maxWorkers: 4,
    // Minutes long by its nature; .ci/run asks for it.
    exclude: process.env.SOAK_SAMPLE === "1" ? [] : ["tests/faults/soak/**"],
    // Deadlines against hanging, not expectations of speed.
    testTimeout: 30_000,
    hookTimeout: 120_000,
    retry: 0,
    restoreMocks: true,
    unstubEnvs: true,
  },
});
