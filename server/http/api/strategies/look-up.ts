// What the broker makes of a ticker, in words, before anything is added or saved. Effects: broker and database reads.
import type { LookUp } from "#server/views/symbols/model.ts";
import { DeskError, InvariantError } from "#store/model/errors.ts";
import { Ticker } from "#store/model/ids.ts";
import { listWorkflowSymbols } from "#store/strategies/workflow-symbols.ts";
import type { WebDeps } from "../../deps.ts";

const LOOKUP_DEADLINE_MS = 15_000;

const WORDS: Readonly<Record<string, (symbol: string) => string>> = {
  instrument_ambiguous: (symbol) =>
    `${symbol} names several US listings at the broker. The desk does not guess which one is meant.`,
  instrument_foreign: (symbol) =>
    `${symbol} is listed only outside the US. The desk trades US listings, whose calendar it knows.`,
  call_aborted: () => "The broker did not answer in time. That says nothing of the symbol; try again.",
};

type Candidate = { name: string; exchange: string; conid: number };
const SHOWN = 8;

function candidatesOf(error: DeskError): Candidate[] {
  const found = error.facts.candidates;
  return Array.isArray(found) ? (found as Candidate[]).slice(0, SHOWN) : [];
}

/** Null for a text that is no ticker. Nothing is stored; bugs pass through. */
export async function lookUp(
  deps: WebDeps,
  text: string,
  deadlineMs = LOOKUP_DEADLINE_MS,
): Promise<LookUp | null> {
  const parsed = Ticker.safeParse(text);
  if (!parsed.success) return null;
  const symbol = parsed.data;
  try {
    const instrument = await deps.broker.resolve(symbol, AbortSignal.timeout(deadlineMs));
    const listed = (await listWorkflowSymbols(deps.database.db)).some((row) => row.symbol === symbol);
    return { kind: "found", symbol, instrument, listed };
  } catch (error) {
    if (!(error instanceof DeskError) || error instanceof InvariantError) throw error;
    const told = WORDS[error.code]?.(symbol) ?? error.message;
    return { kind: "refused", symbol, text: told, fault: !error.retryable, candidates: candidatesOf(error) };
  }
}
