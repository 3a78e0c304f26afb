// Where artifacts live: files below DATA_DIR, or MinIO when configured.
import { fileObjects } from "#store/artifacts/files.ts";
import { minioObjects } from "#store/artifacts/minio.ts";
import type { ObjectStore } from "#store/artifacts/object-store.ts";
import type { Config } from "../config/config.ts";
import type { DataFolder } from "./data-folder.ts";
import { newId } from "./system-clock.ts";

const CHECK_MS = 10_000;

/** @throws InputError, UnavailableError when objects cannot be written and read */
export async function openObjects(config: Config, folder: DataFolder): Promise<ObjectStore> {
  const objects = config.minio === null ? fileObjects(folder.artifacts, newId) : minioObjects(config.minio);
  await objects.check(AbortSignal.timeout(CHECK_MS));
  return objects;
}
