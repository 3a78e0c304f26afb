// The happy path on s3rver, which checks no signatures: nothing about security is tested here.
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import S3rver from "s3rver";
import { afterAll, beforeAll, expect, test } from "vitest";
import { minioObjects } from "#store/artifacts/minio.ts";
import type { ObjectStore } from "#store/artifacts/object-store.ts";
import { objectStoreContract } from "./object-store-contract.ts";

let folder = "";
let server: S3rver | undefined;
let objects: ObjectStore | undefined;

const keys = { accessKey: "S3RVER", secretKey: "S3RVER" };

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "countersign-s3-"));
  server = new S3rver({ address: "127.0.0.1", port: 0, silent: true, directory: folder });
  const { port } = await server.run();
  objects = minioObjects({ endpoint: `http://127.0.0.1:${port}`, bucket: "countersign", ...keys });
});
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

objectStoreContract("MinIO", () => {
  if (objects === undefined) throw new Error("the S3 server did not start");
  return objects;
});

test("tells an unreachable server from a missing object", async () => {
  const nowhere = minioObjects({ endpoint: "127.0.0.1:1", bucket: "countersign", ...keys });
  await expect(nowhere.has("any/key")).rejects.toMatchObject({
    code: "object_store_unreachable",
    retryable: true,
  });
});

test("gives up on a server that never answers", async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const address = silent.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const stuck = minioObjects({
    endpoint: `127.0.0.1:${address.port}`,
    bucket: "countersign",
    deadlineMs: 50,
    ...keys,
  });
  await expect(stuck.get("any/key")).rejects.toMatchObject({ code: "object_store_timeout" });
  silent.close();
});

test.each(["", "ftp://host", "http://host/path", "http://user@host"])(
  "refuses the endpoint %j",
  (endpoint) => {
    expect(() => minioObjects({ endpoint, bucket: "countersign", ...keys })).toThrow(/MINIO_ENDPOINT/);
  },
);

test.each(["", "ab", "Bucket", "a_b"])("refuses the bucket %j", (bucket) => {
  expect(() => minioObjects({ endpoint: "http://host:9000", bucket, ...keys })).toThrow(/MINIO_BUCKET/);
});
