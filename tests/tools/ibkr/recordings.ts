// Recorded gateway answers from ../shared/ibkr/recorded, by name. Undefined where the folder is not there.
import { existsSync, readFileSync } from "node:fs";

const FOLDER = new URL("../../../../shared/ibkr/recorded/", import.meta.url);
export const recordingsExist = existsSync(FOLDER);
export const WHY_SKIPPED = "needs ../shared/ibkr/recorded, which is not part of the clone";

type Entry = { name: string; status: number; body: unknown; provenance: string };

function file<Content>(name: string): Content {
  return JSON.parse(readFileSync(new URL(name, FOLDER), "utf8")) as Content;
}

/** The body of a recording of 2026, by its name such as "Orders/GET-live-orders". */
export function recorded(name: string): unknown {
  const entries = [
    ...file<Entry[]>("ibkr-conduit-2026-04.json"),
    ...file<Entry[]>("ibkr-conduit-2026-07.json"),
  ];
  const entry = entries.find((candidate) => candidate.name === name);
  if (entry === undefined) throw new Error(`no recording named ${name}`);
  return entry.body;
}

/** A body of the gateway session of 2023-2024. */
export function recordedEarly<Content = unknown>(key: string): Content {
  const found = file<Record<string, Content>>("ibind-2023-2024.json")[key];
  if (found === undefined) throw new Error(`no recording named ${key}`);
  return found;
}
