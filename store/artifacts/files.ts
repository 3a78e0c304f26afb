// Objects as files below one folder. Effects: files. An object that can be seen is whole: written aside, then renamed.
import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { InputError, NotFoundError } from "../model/errors.ts";
import { abortFault, callSignal } from "./deadline.ts";
import { checkedKey, type ObjectStore } from "./object-store.ts";

/**
 * A store in `folder`, which is made when the first object comes. The media type is the row's to remember. `newId` gives
 * unique names: other processes, even on other machines, may share the folder.
 */
export function fileObjects(folder: string, newId: () => string): ObjectStore {
  const root = path.resolve(folder);
  const fileOf = (key: string) => path.join(root, ...checkedKey(key).split("/"));

  const put = async (key: string, bytes: Uint8Array, _mediaType: string, signal?: AbortSignal) => {
    const file = fileOf(key);
    // A leading dot: no key can name it.
    const partial = path.join(path.dirname(file), `.partial-${newId()}`);
    try {
      const bound = callSignal(signal);
      bound.throwIfAborted();
      await writeDurably(partial, bytes, bound).catch(async (error: unknown) => {
        // The folder is nearly always there: made only when it proves missing.
        if (codeOf(error) !== "ENOENT") throw error;
        await mkdir(path.dirname(file), { recursive: true });
        await writeDurably(partial, bytes, bound);
      });
      await rename(partial, file);
    } catch (error) {
      await rm(partial, { force: true }).catch(() => undefined);
      throw fault(error, key, root);
    }
  };

  const get = async (key: string, signal?: AbortSignal) => {
    const file = fileOf(key);
    try {
      return await readFile(file, { signal: callSignal(signal) });
    } catch (error) {
      throw fault(error, key, root);
    }
  };

  const has = async (key: string, signal?: AbortSignal) => {
    signal?.throwIfAborted();
    try {
      return (await stat(fileOf(key))).isFile();
    } catch (error) {
      if (codeOf(error) === "ENOENT") return false;
      throw fault(error, key, root);
    }
  };

  const remove = async (key: string, signal?: AbortSignal) => {
    signal?.throwIfAborted();
    try {
      await rm(fileOf(key), { force: true });
    } catch (error) {
      throw fault(error, key, root);
    }
  };

  const check = async (signal?: AbortSignal) => {
    const key = `check/${process.pid}`;
    await put(key, Buffer.from("ok"), "text/plain", signal);
    await get(key, signal);
    await remove(key, signal);
  };

  return { put, get, has, delete: remove, check, describe: () => `files in ${root}` };
}

async function writeDurably(file: string, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  const handle = await open(file, "wx", 0o600);
  try {
    await handle.writeFile(bytes, { signal });
    // The row that names this object is durable; so must the object be.
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

function fault(error: unknown, key: string, root: string): unknown {
  const code = codeOf(error);
  if (code === "ENOENT" || code === "EISDIR") {
    return new NotFoundError("object_not_found", `no object ${key}`, { cause: error, facts: { key } });
  }
  if (["EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "ENOTDIR"].includes(code ?? "")) {
    return new InputError("artifacts_unwritable", `the artifact folder ${root} cannot be used (${code})`, {
      cause: error,
      facts: { field: "DATA_DIR" },
    });
  }
  return abortFault(error, key);
}
