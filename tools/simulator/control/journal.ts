// Everything that was received, so that a test can ask what the broker saw. Memory only, bounded.
import type { FaultKind } from "../faults/faults.ts";

export type JournalOutcome = "answered" | "hung" | "dropped";

export type JournalEntry = {
  sequence: number;
  /** Machine time, ISO. */
  at: string;
  method: string;
  /** After /v1/api. */
  path: string;
  query: string;
  body: string;
  status: number | null;
  outcome: JournalOutcome;
  /** The fault that struck it, if one did. */
  fault: FaultKind | null;
};

export type Journal = {
  record(entry: Omit<JournalEntry, "sequence">): void;
  entries(): readonly JournalEntry[];
  /** All received, the forgotten ones too. */
  received(): number;
  clear(): void;
};

const LONGEST_BODY = 4_000;

export function createJournal(length: number): Journal {
  let entries: JournalEntry[] = [];
  let received = 0;
  return {
    record: (entry) => {
      received += 1;
      entries.push({ ...entry, body: entry.body.slice(0, LONGEST_BODY), sequence: received });
      // Cut in one go now and then: shifting each time would cost the length on every call.
      if (entries.length > length * 2) entries = entries.slice(-length);
    },
    entries: () => entries.slice(-length),
    received: () => received,
    clear: () => {
      entries = [];
      received = 0;
    },
  };
}
