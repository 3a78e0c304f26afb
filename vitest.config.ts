// All tests in one project. Offline tests are *.test.ts; *.int.test.ts need PostgreSQL (tests/support/database.ts).
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts", "tests/**/*.test.tsx"],
    globalSetup: ["tests/support/global-setup.ts"],
    pool: "forks",
    maxWorkers: 2,
    // Deadlines against hanging, not expectations of speed.
    testTimeout: 30_000,
    hookTimeout: 120_000,
    retry: 0,
    restoreMocks: true,
    unstubEnvs: true,
  },
});
