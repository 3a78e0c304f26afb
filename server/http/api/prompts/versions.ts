// What API and pages do with prompt versions: write one, put one into use, compare two. Effects: database.
import { type Difference, differenceOf } from "#prompts/difference.ts";
import { sayTheSame, withVersion, writePrompt } from "#prompts/write.ts";
import {
  activatePrompt,
  addPromptVersion,
  getPromptVersion,
  type PromptVersionRow,
} from "#store/agents/prompts.ts";
import type { Db } from "#store/database.ts";
import { ConflictError, InputError } from "#store/model/errors.ts";
import type { PromptVersionId } from "#store/model/ids.ts";
import type { AgentStage } from "#store/model/run.ts";

export type WrittenPrompt = { stage: AgentStage; template: string; note: string | null; activate: boolean };

/**
 * Stores what a person wrote as the next version of its stage, and puts it into use if asked.
 * @throws InputError `prompt_malformed` with the line of every fault; ConflictError `prompt_version_known` when it says the
 * same as an earlier version
 */
export async function storeWritten(db: Db, written: WrittenPrompt, who: string): Promise<PromptVersionRow> {
  const { stage, template, note, activate } = written;
  const row = await addPromptVersion(db, { stage, author: who, note }, (version, earlier) => {
    const made = writePrompt(template, { stage, version });
    const same = earlier.find((one) => sayTheSame(one.template, made.template));
    if (same !== undefined) {
      throw new ConflictError("prompt_version_known", `this says the same as version ${same.version}`, {
        facts: { field: "template", version: same.version },
      });
    }
    return { template: made.template, inputs: Object.keys(made.inputs), contentHash: made.contentHash };
  });
  return activate ? activatePrompt(db, row.id, who) : row;
}

/** Both versions with what changed from `before` to `after`; their own numbers are no difference. */
export async function comparePrompts(
  db: Db,
  of: { before: PromptVersionId; after: PromptVersionId },
): Promise<{ before: PromptVersionRow; after: PromptVersionRow; difference: Difference }> {
  const [before, after] = await Promise.all([
    getPromptVersion(db, of.before),
    getPromptVersion(db, of.after),
  ]);
  if (before.stage !== after.stage) {
    throw new InputError(
      "prompt_of_other_stage",
      `versions of ${before.stage} and ${after.stage} do not compare`,
      {
        facts: { field: "from" },
      },
    );
  }
  return { before, after, difference: differenceOfPrompts(before.template, after.template) };
}

export function differenceOfPrompts(before: string, after: string): Difference {
  const number = Number(/^version: *(\d+)$/m.exec(after)?.[1] ?? 1);
  return differenceOf(withVersion(before, number), after.replaceAll("\r\n", "\n"));
}
