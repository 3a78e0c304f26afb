// The port for bytes: content-addressed objects, in files or in MinIO. Types and key rules; pure.
import { createHash } from "node:crypto";
import { InputError } from "../model/errors.ts";

/** Every call has a deadline of its own and stops at `signal`. Putting a key again with the same bytes is no change. */
export type ObjectStore = {
  /** @throws InputError `object_key_invalid`; UnavailableError. */
  put(key: string, bytes: Uint8Array, mediaType: string, signal?: AbortSignal): Promise<void>;
  /** @throws NotFoundError `object_not_found`; UnavailableError. */
  get(key: string, signal?: AbortSignal): Promise<Buffer>;
  has(key: string, signal?: AbortSignal): Promise<boolean>;
  /** Nothing happens when the key is not there. */
  delete(key: string, signal?: AbortSignal): Promise<void>;
  /** One line for people, without secrets. */
  describe(): string;
  /** Proves that objects can be written and read. @throws InputError, UnavailableError. */
  check(signal?: AbortSignal): Promise<void>;
};

const KEY = /^[a-z0-9][a-z0-9._-]{0,80}(\/[a-z0-9][a-z0-9._-]{0,80}){0,5}$/;

/** Keys are ours, never a user's or a model's text: nothing in them can climb out of the store. */
export function checkedKey(key: string): string {
  if (!KEY.test(key) || key.includes("..")) {
    throw new InputError("object_key_invalid", `not an object key: ${JSON.stringify(key.slice(0, 100))}`);
  }
  return key;
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Where bytes of this hash live: equal bytes are stored once. */
export function contentKey(sha256: string): string {
  return checkedKey(`sha256/${sha256.slice(0, 2)}/${sha256}`);
}
