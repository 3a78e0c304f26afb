// `countersign export`: one decision as one file, and whether such a file is still what the desk wrote.
// Effects: asks the desk, writes one file; `--verify` alone reads the file and asks nobody.
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { ConflictError, InputError, NotFoundError } from "#store/model/errors.ts";
import { SymbolRunId, Ticker } from "#store/model/ids.ts";
import { readExport } from "../../reports/export/file.ts";
import { differences, type Verification, verifyExport } from "../../reports/export/verify.ts";
import type { DeskApi } from "../desk-api.ts";
import { ExitCode } from "../exit-codes.ts";
import { type Invocation, VERSION } from "../program.ts";
import { type CommonOptions, withDesk } from "../session.ts";
import { openTerminal } from "../terminal.ts";

export type ExportOptions = CommonOptions & {
  format: "html" | "json";
  out?: string;
  verify?: string;
  compare: boolean;
};

const Runs = z.object({ rows: z.array(z.object({ id: SymbolRunId })) });

export async function exportCommand(
  invocation: Invocation,
  run: string | undefined,
  options: ExportOptions,
): Promise<void> {
  if (options.verify !== undefined) return verify(invocation, options.verify, options);
  if (run === undefined) {
    throw new InputError("run_missing", "name a symbol run, or a symbol for its newest run: export AAPL");
  }
  await withDesk(invocation, options, async ({ api, terminal }) => {
    const id = await runOf(api, run);
    const text = await api.text(`/api/symbol-runs/${id}/export?format=${options.format}`);
    const { bundle } = readExport(text);
    const file = await written(invocation, text, options, `countersign-${id}.${options.format}`);
    if (file === null) process.stdout.write(text);
    else if (terminal.json)
      terminal.object({ file, format: options.format, symbolRunId: id, head: bundle.head });
    else terminal.line(`${file}\nhead ${bundle.head}`);
  });
}

/** A run by its id, or the newest one of a symbol. */
async function runOf(api: DeskApi, run: string): Promise<string> {
  const id = SymbolRunId.safeParse(run);
  if (id.success) return id.data;
  const symbol = Ticker.safeParse(run.toUpperCase());
  if (!symbol.success)
    throw new InputError("run_invalid", `${run} is neither a symbol run's id nor a symbol`);
  const { rows } = await api.get(`/api/symbol-runs?symbol=${symbol.data}&limit=1`, Runs);
  const [newest] = rows;
  if (newest === undefined) throw new NotFoundError("symbol_run_not_found", `${symbol.data} was never run`);
  return newest.id;
}

/** Where it was written; null for stdout. Only a file that was named is replaced. */
async function written(
  invocation: Invocation,
  text: string,
  options: ExportOptions,
  name: string,
): Promise<string | null> {
  if (options.out === "-") return null;
  const file = path.resolve(invocation.directory, options.out ?? name);
  try {
    await writeFile(file, text, { flag: options.out === undefined ? "wx" : "w" });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code === "EEXIST") {
      throw new ConflictError("file_exists", `${file} is there already; name it with --out to replace it`);
    }
    throw new InputError("file_not_written", `${file} cannot be written (${code})`, { cause: error });
  }
  return file;
}

async function verify(invocation: Invocation, name: string, options: ExportOptions): Promise<void> {
  const file = path.resolve(invocation.directory, name);
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw new InputError("file_unreadable", `--verify: ${file} cannot be read`, { cause: error });
  });
  const found = verifyExport(text, `countersign ${VERSION}`);
  const differ = options.compare ? await compared(invocation, text, options) : null;
  const terminal = openTerminal(options.json);
  if (terminal.json) terminal.object({ file, ...found, ...(differ === null ? {} : { differ }) });
  else for (const line of told(found, differ)) terminal.line(line);
  if (found.faults.length > 0 || (differ ?? []).length > 0) invocation.exitCode = ExitCode.failed;
}

/** Sections of the file that the desk now tells otherwise. */
async function compared(invocation: Invocation, text: string, options: ExportOptions): Promise<string[]> {
  const { bundle } = readExport(text);
  return withDesk(invocation, options, async ({ api }) => {
    const desk = await api.text(`/api/symbol-runs/${bundle.symbolRunId}/export?format=json`);
    return differences(bundle, readExport(desk).bundle);
  });
}

function told(found: Verification, differ: readonly string[] | null): string[] {
  const whole = `whole: ${found.sections} sections of run ${found.symbolRunId} fit their hashes`;
  return [
    ...(found.faults.length === 0 ? [whole] : found.faults.map((fault) => `not as written: ${fault}`)),
    ...found.notices,
    `head ${found.head}`,
    ...(differ === null ? [] : [comparison(differ)]),
  ];
}

function comparison(differ: readonly string[]): string {
  return differ.length === 0
    ? "the desk has the same"
    : `the desk now tells otherwise: ${differ.join(", ")} (changed in the file, or the run has gone on since)`;
}
