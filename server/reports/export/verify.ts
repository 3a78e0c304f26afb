// Whether an export is what the desk wrote: every hash worked out anew, every picture and prompt held against its own hash,
// the page held against its data. Pure. Each fault names the section.
import { canonicalJson } from "#agents/model/stored-messages.ts";
import { contentsOf, type ExportBundle, type ExportContent, SECTIONS } from "./bundle.ts";
import { firstLink, nextLink, sha256 } from "./chain.ts";
import { renderExport } from "./document.tsx";
import { readExport } from "./file.ts";

export type Verification = {
  symbolRunId: string;
  head: string;
  sections: number;
  /** What does not fit, in words; empty when all does. */
  faults: string[];
  /** What could not be checked here, and why. */
  notices: string[];
};

function chainFaults(bundle: ExportBundle): string[] {
  const faults: string[] = [];
  let before = firstLink(bundle.symbolRunId);
  for (const section of bundle.sections) {
    const hash = sha256(canonicalJson(section.content));
    if (hash !== section.sha256) faults.push(`${section.name}: its content was changed`);
    before = nextLink(before, section.name, section.sha256);
    if (before !== section.link) faults.push(`${section.name}: the chain does not go through it`);
    before = section.link;
  }
  const names = bundle.sections.map((section) => section.name);
  if (names.join() !== Object.keys(SECTIONS).join())
    faults.push("sections are missing, added or in another order");
  if (bundle.head !== bundle.sections.at(-1)?.link) faults.push("the head is not the end of the chain");
  return faults;
}

/** The hashes that the rows themselves carry. */
function contentFaults(bundle: ExportBundle, content: ExportContent): string[] {
  const faults: string[] = [];
  const wrong = (what: string, at: string) => faults.push(`${at}: ${what}`);
  if (content.run.run.id !== bundle.symbolRunId) wrong("another run than the file says", "run");
  for (const { artifact, text } of content.bars)
    if (sha256(text) !== artifact.sha256)
      wrong(`the ${artifact.timeframe} bars are not the stored ones`, "bars");
  const pictures = new Set<string>();
  for (const { artifact, base64 } of content.charts) {
    pictures.add(artifact.sha256);
    const same = sha256(Buffer.from(base64, "base64")) === artifact.sha256;
    if (!same) wrong(`the ${artifact.timeframe} picture is not the stored one`, "charts");
  }
  const prompts = new Map<string, string>();
  for (const prompt of content.prompts) {
    prompts.set(prompt.id, prompt.contentHash);
    if (sha256(prompt.template) !== prompt.contentHash)
      wrong(`the text of ${prompt.stage} ${prompt.version} is not the one it is known by`, "prompts");
  }
  for (const call of content.calls) {
    const known = call.promptVersionId === null ? call.promptContentHash : prompts.get(call.promptVersionId);
    if (known !== call.promptContentHash) wrong(`${call.stage} names a prompt that is not here`, "calls");
    const shown = call.messages.flatMap((message) =>
      message.parts.flatMap((part) => (part.type === "image" ? [part.sha256] : [])),
    );
    if (shown.some((hash) => !pictures.has(hash)))
      wrong(`${call.stage} was shown a picture that is not here`, "calls");
  }
  const decisions = new Set<string>(content.decisions.map(({ id }) => id));
  const orders = new Set<string>(content.orders.map(({ id }) => id));
  if (content.verdicts.some((verdict) => !decisions.has(verdict.decisionId)))
    wrong("a verdict on a decision that is not here", "verdicts");
  if (content.fills.some((fill) => fill.orderId === null || !orders.has(fill.orderId)))
    wrong("a fill of an order that is not here", "fills");
  return faults;
}

/** @param program what this program calls itself: another version may word the page otherwise */
export function verifyExport(file: string, program: string): Verification {
  const { bundle, page } = readExport(file);
  const faults = chainFaults(bundle);
  const notices: string[] = [];
  const { symbolRunId, head } = bundle;
  try {
    faults.push(...contentFaults(bundle, contentsOf(bundle)));
    if (page !== null) {
      if (page.stated !== sha256(page.text)) faults.push("page: its text was changed");
      if (bundle.program !== program) {
        notices.push(
          `The page was written by ${bundle.program}; ${program} cannot say what it would read. The data are checked.`,
        );
      } else if (renderExport(bundle) !== page.text) {
        faults.push("page: it does not say what its data say");
      }
    }
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "ZodError") throw error;
    faults.push("a section is not what an export holds");
  }
  return { symbolRunId, head, sections: bundle.sections.length, faults: [...new Set(faults)], notices };
}

/** Sections that differ between a file and what the desk has now. */
export function differences(file: ExportBundle, desk: ExportBundle): string[] {
  const now = new Map(desk.sections.map((section) => [section.name, section.sha256]));
  return file.sections
    .filter((section) => sha256(canonicalJson(section.content)) !== now.get(section.name))
    .map((section) => section.name);
}
