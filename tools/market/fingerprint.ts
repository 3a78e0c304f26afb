// The identity of a run of bars: equal numbers, equal hash, however they were written. Pure.
import { createHash } from "node:crypto";
import type { Bar } from "#store/model/bar.ts";
import type { Sha256 } from "#store/model/llm-call.ts";

export function barsFingerprint(bars: readonly Bar[]): Sha256 {
  const hash = createHash("sha256");
  for (const bar of bars) {
    const numbers = [bar.open, bar.high, bar.low, bar.close, bar.volume].map(Number);
    hash.update(`${bar.date} ${numbers.join(" ")}\n`);
  }
  return hash.digest("hex");
}
