// File errors in the desk's words. Pure.
import { DeskError, InputError } from "../model/errors.ts";

export function fileErrorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

export function isMissing(error: unknown): boolean {
  return fileErrorCode(error) === "ENOENT";
}

/** What to tell a person when the desk cannot write where DATA_DIR points. */
export function dataFolderFault(error: unknown, folder: string): unknown {
  if (error instanceof DeskError) return error;
  const code = fileErrorCode(error);
  const why: Record<string, string> = {
    EACCES: "this user may not write there",
    EPERM: "this user may not write there",
    EROFS: "it is on a read-only file system",
    ENOTDIR: "a part of its path is a file",
    EEXIST: "a file is in its place",
    ENOSPC: "the disk is full",
    EDQUOT: "the disk quota is used up",
  };
  if (code === undefined || why[code] === undefined) return error;
  return new InputError("data_dir_unwritable", `the data folder ${folder} cannot be used: ${why[code]}`, {
    cause: error,
    facts: { field: "DATA_DIR" },
  });
}
