// The machine's clock and randomness: made here, passed down, read nowhere else.
import { randomBytes, randomUUID } from "node:crypto";
import type { Clock } from "#tools/clock.ts";

export const systemClock: Clock = { now: () => new Date(), monotonic: () => performance.now() };

export const newId = (): string => randomUUID();

/** 256 random bits as URL-safe text. */
export const newToken = (): string => randomBytes(32).toString("base64url");
