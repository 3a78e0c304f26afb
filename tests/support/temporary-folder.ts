// A folder of its own for a test file, removed when the file is done.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll } from "vitest";

/** Call at the top of a test file. */
export async function temporaryFolder(name: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), `countersign-${name}-`));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
