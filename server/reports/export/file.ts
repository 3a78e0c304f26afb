// An export as one file and back: the page for people with the data inside, or the data alone. Pure.
// The data stand in a block that no browser runs; "<" is escaped in it, so that no text can end the block.
import { z } from "zod";
import { InputError } from "#store/model/errors.ts";
import { Sha256 } from "#store/model/llm-call.ts";
import type { ExportBundle } from "./bundle.ts";
import { EXPORT_FORMAT, EXPORT_VERSION, sha256 } from "./chain.ts";
import { renderExport } from "./document.tsx";

const OPEN = '<script type="application/json" id="countersign-export">';
const CLOSE = "</script>";
const END = "</body></html>";

const Bundle = z.object({
  format: z.literal(EXPORT_FORMAT),
  version: z.literal(EXPORT_VERSION),
  program: z.string(),
  symbolRunId: z.string(),
  head: Sha256,
  sections: z.array(
    z.object({ name: z.string(), sha256: Sha256, link: Sha256, content: z.unknown().default(null) }),
  ),
  /** Over the page without this block; only in HTML files. */
  page: Sha256.optional(),
});

export function jsonFile(bundle: ExportBundle): string {
  return `${JSON.stringify(bundle, null, 1)}\n`;
}

export function htmlFile(bundle: ExportBundle): string {
  const page = renderExport(bundle);
  const data = JSON.stringify({ ...bundle, page: sha256(page) }).replaceAll("<", "\\u003c");
  return `${page.slice(0, -END.length)}${OPEN}${data}${CLOSE}${END}`;
}

export type ReadExport = {
  bundle: ExportBundle;
  /** The page without its data, and the hash that the data give for it; null for a JSON file. */
  page: { text: string; stated: string | null } | null;
};

function bundleOf(text: string): z.infer<typeof Bundle> {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new InputError("export_unreadable", "the data in this file are not JSON", { cause: error });
  }
  const found = Bundle.safeParse(data);
  if (found.success) return found.data;
  throw new InputError("export_unreadable", "this is not an export of this program, or not of this version");
}

/** @throws InputError `export_unreadable` when the file is no export. */
export function readExport(file: string): ReadExport {
  const begin = file.lastIndexOf(OPEN);
  if (begin < 0) {
    const { page: _page, ...bundle } = bundleOf(file);
    return { bundle, page: null };
  }
  const end = file.indexOf(CLOSE, begin);
  if (end < 0) throw new InputError("export_unreadable", "the data block of this file has no end");
  const { page, ...bundle } = bundleOf(file.slice(begin + OPEN.length, end));
  const text = file.slice(0, begin) + file.slice(end + CLOSE.length);
  return { bundle, page: { text, stated: page ?? null } };
}
