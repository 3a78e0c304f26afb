// What every object store must do; run against each implementation.
import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { contentKey, type ObjectStore, sha256Of } from "#store/artifacts/object-store.ts";

export function objectStoreContract(name: string, objects: () => ObjectStore): void {
  describe(name, () => {
    test("gives back the bytes that were put", async () => {
      const bytes = randomBytes(100_000);
      const key = contentKey(sha256Of(bytes));
      await objects().put(key, bytes, "image/png");
      expect(Buffer.compare(await objects().get(key), bytes)).toBe(0);
    });

    test("gives back an empty object", async () => {
      await objects().put("empty/object", new Uint8Array(), "text/plain");
      expect(await objects().get("empty/object")).toHaveLength(0);
    });

    test("knows what it has", async () => {
      await objects().put("known/one", Buffer.from("1"), "text/plain");
      expect(await objects().has("known/one")).toBe(true);
      expect(await objects().has("known/two")).toBe(false);
      expect(await objects().has("unknown-folder/one")).toBe(false);
    });

    test("replaces an object as a whole", async () => {
      await objects().put("replaced", Buffer.from("a longer first version"), "text/plain");
      await objects().put("replaced", Buffer.from("second"), "text/plain");
      expect((await objects().get("replaced")).toString()).toBe("second");
    });

    test("takes the same bytes from many writers at once", async () => {
      const bytes = randomBytes(50_000);
      const key = contentKey(sha256Of(bytes));
      await Promise.all(Array.from({ length: 8 }, () => objects().put(key, bytes, "image/png")));
      expect(sha256Of(await objects().get(key))).toBe(sha256Of(bytes));
    });

    test("forgets what was deleted, and deletes what is not there without complaint", async () => {
      await objects().put("deleted", Buffer.from("x"), "text/plain");
      await objects().delete("deleted");
      await objects().delete("deleted");
      expect(await objects().has("deleted")).toBe(false);
      await expect(objects().get("deleted")).rejects.toMatchObject({ code: "object_not_found" });
    });

    test.each([
      "../escape",
      "a/../../b",
      "/absolute",
      "a//b",
      ".hidden",
      "a/",
      "",
      "A",
      "a\0b",
      "a\\b",
      "%2e%2e/a",
    ])("refuses the key %j", async (key) => {
      const refused = expect.objectContaining({ code: "object_key_invalid" });
      const put = async () => objects().put(key, Buffer.from("x"), "text/plain");
      const get = async () => objects().get(key);
      await expect(put()).rejects.toEqual(refused);
      await expect(get()).rejects.toEqual(refused);
    });

    test("stops at the signal", async () => {
      const aborted = AbortSignal.abort();
      await expect(objects().put("aborted", Buffer.from("x"), "text/plain", aborted)).rejects.toThrow();
      await expect(objects().get("aborted", aborted)).rejects.toThrow();
      expect(await objects().has("aborted")).toBe(false);
    });

    test("proves itself and describes itself in one line without secrets", async () => {
      await objects().check();
      expect(objects().describe()).not.toMatch(/\n|secret/i);
    });
  });
}
