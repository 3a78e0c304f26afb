// Prepares a place for this run's databases and cleans it up; no server starts unless a test asks for one.
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { dropTestDatabases, stopTestServer } from "./test-server.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Folder of this run, and the prefix of its databases. */
    testRun: { folder: string; prefix: string };
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(path.join(tmpdir(), "countersign-test-"));
  // Enterable for the server's account when the tests run as root.
  await chmod(folder, 0o711);
  const prefix = `countersign_test_${path.basename(folder).slice(-6).toLowerCase()}_${process.pid}`;
  project.provide("testRun", { folder, prefix });
  return async () => {
    const given = process.env.TEST_DATABASE_URL;
    if (given === undefined) await stopTestServer(folder);
    else await dropTestDatabases(given, prefix);
    await rm(folder, { recursive: true, force: true });
  };
}
