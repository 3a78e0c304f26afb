// The hash chain of an export: each section's content is hashed, and each link hashes the one before it, so that the last
// value stands for the whole file. Pure.
import { createHash } from "node:crypto";
import { canonicalJson } from "#agents/model/stored-messages.ts";

export const EXPORT_FORMAT = "countersign-export";
export const EXPORT_VERSION = 1;

export type Section = {
  name: string;
  /** Over the canonical JSON of the content: keys sorted, no spaces. */
  sha256: string;
  /** Over the link before, the name and the content's hash, one to a line. */
  link: string;
  content: unknown;
};

export function sha256(of: string | Uint8Array): string {
  return createHash("sha256").update(of).digest("hex");
}

/** The link that the first section hangs on: format and run, so that no section fits another run's file. */
export function firstLink(symbolRunId: string): string {
  return sha256(`${EXPORT_FORMAT} ${EXPORT_VERSION}\n${symbolRunId}`);
}

export function nextLink(before: string, name: string, contentHash: string): string {
  return sha256(`${before}\n${name}\n${contentHash}`);
}

/** Sections with their hashes, in the order given. */
export function chained(symbolRunId: string, contents: readonly (readonly [string, unknown])[]): Section[] {
  let before = firstLink(symbolRunId);
  return contents.map(([name, content]) => {
    const hash = sha256(canonicalJson(content));
    before = nextLink(before, name, hash);
    return { name, sha256: hash, link: before, content };
  });
}
