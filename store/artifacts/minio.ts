// Objects in MinIO, or any S3 server, through the minio client. Effects: network. The bucket is made when missing.
import { Client } from "minio";
import { DeskError, InputError, NotFoundError, UnavailableError, VendorError } from "../model/errors.ts";
import { abortFault, callSignal, unlessAborted } from "./deadline.ts";
import { checkedKey, type ObjectStore } from "./object-store.ts";

export type MinioSettings = {
  /** "http://host:9000", "https://host" or "host:9000" (plain HTTP). */
  endpoint: string;
  accessKey: string;
  secretKey: string;
  bucket: string;
  /** Default "us-east-1". */
  region?: string;
  /** Bound on each call, milliseconds; default 30,000. */
  deadlineMs?: number;
};

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** @throws InputError `minio_endpoint_invalid`, `minio_bucket_invalid` */
export function minioObjects(settings: MinioSettings): ObjectStore {
  const { bucket } = settings;
  const region = settings.region ?? "us-east-1";
  if (!BUCKET.test(bucket)) {
    throw new InputError("minio_bucket_invalid", "MINIO_BUCKET must be 3 to 63 of a-z, 0-9, dot and dash", {
      facts: { field: "MINIO_BUCKET" },
    });
  }
  const endpoint = endpointOf(settings.endpoint);
  const client = new Client({
    ...endpoint,
    region,
    accessKey: settings.accessKey,
    secretKey: settings.secretKey,
  });
  let bucketReady: Promise<void> | undefined;

  const call = async <Result>(
    key: string,
    signal: AbortSignal | undefined,
    work: (bound: AbortSignal) => Promise<Result>,
  ): Promise<Result> => {
    const bound = callSignal(signal, settings.deadlineMs);
    try {
      return await unlessAborted(() => work(bound), bound);
    } catch (error) {
      throw fault(error, { key, where: `${endpoint.endPoint}:${endpoint.port}`, bucket });
    }
  };

  const ensureBucket = (): Promise<void> => {
    bucketReady ??= makeBucket(client, bucket, region).catch((error: unknown) => {
      bucketReady = undefined;
      throw error;
    });
    return bucketReady;
  };

  const put: ObjectStore["put"] = (key, bytes, mediaType, signal) =>
    call(checkedKey(key), signal, async () => {
      await ensureBucket();
      await client.putObject(bucket, key, Buffer.from(bytes), bytes.byteLength, {
        "Content-Type": mediaType,
      });
    });

  const get: ObjectStore["get"] = (key, signal) =>
    call(checkedKey(key), signal, async (bound) => {
      const stream = await client.getObject(bucket, key);
      bound.addEventListener("abort", () => stream.destroy(), { once: true });
      const parts: Buffer[] = [];
      for await (const part of stream) parts.push(Buffer.from(part as Uint8Array));
      return Buffer.concat(parts);
    });

  const has: ObjectStore["has"] = async (key, signal) => {
    try {
      await call(checkedKey(key), signal, () => client.statObject(bucket, key));
      return true;
    } catch (error) {
      if (error instanceof NotFoundError) return false;
      throw error;
    }
  };

  const remove: ObjectStore["delete"] = async (key, signal) => {
    await call(checkedKey(key), signal, () => client.removeObject(bucket, key));
  };

  const check: ObjectStore["check"] = async (signal) => {
    const key = `check/${process.pid}`;
    await put(key, Buffer.from("ok"), "text/plain", signal);
    await get(key, signal);
    await remove(key, signal);
  };

  const describe = () => `MinIO at ${endpoint.endPoint}:${endpoint.port}, bucket ${bucket}`;
  return { put, get, has, delete: remove, check, describe };
}

function endpointOf(text: string): { endPoint: string; port: number; useSSL: boolean } {
  const full = /^https?:\/\//.test(text) ? text : `http://${text}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  if (url === undefined || url.hostname === "" || !["", "/"].includes(url.pathname) || url.username !== "") {
    throw new InputError("minio_endpoint_invalid", "MINIO_ENDPOINT must look like http://host:9000", {
      facts: { field: "MINIO_ENDPOINT" },
    });
  }
  const useSSL = url.protocol === "https:";
  const port = url.port === "" ? (useSSL ? 443 : 80) : Number(url.port);
  return { endPoint: url.hostname, port, useSSL };
}

async function makeBucket(client: Client, bucket: string, region: string): Promise<void> {
  if (await client.bucketExists(bucket)) return;
  try {
    await client.makeBucket(bucket, region);
  } catch (error) {
    // Another process was faster.
    if (codeOf(error) !== "BucketAlreadyOwnedByYou" && !(await client.bucketExists(bucket))) throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

const MISSING = ["NoSuchKey", "NotFound", "NoSuchBucket"];
const FORBIDDEN = ["AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "Forbidden"];

function fault(error: unknown, of: { key: string; where: string; bucket: string }): unknown {
  if (error instanceof DeskError) return error;
  const code = codeOf(error);
  if (code !== undefined && MISSING.includes(code)) {
    return new NotFoundError("object_not_found", `no object ${of.key}`, {
      cause: error,
      facts: { key: of.key },
    });
  }
  if (code !== undefined && FORBIDDEN.includes(code)) {
    return new InputError(
      "minio_forbidden",
      `MinIO at ${of.where} refuses these keys for bucket ${of.bucket}`,
      {
        cause: error,
        facts: { field: "MINIO_ACCESS_KEY" },
      },
    );
  }
  // System errors of a socket (ECONNREFUSED, ENOTFOUND, …) and answers that say "later".
  if (code !== undefined && (/^E[A-Z]+$/.test(code) || ["SlowDown", "ServiceUnavailable"].includes(code))) {
    return new UnavailableError(
      "object_store_unreachable",
      `MinIO at ${of.where} does not answer (${code})`,
      {
        cause: error,
      },
    );
  }
  const aborted = abortFault(error, of.key);
  if (aborted !== error) return aborted;
  return new VendorError(
    "object_store_failed",
    `MinIO at ${of.where} answered ${code ?? "something unknown"}`,
    {
      cause: error,
    },
  );
}
