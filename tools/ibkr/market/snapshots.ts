// Quotes of many callers in few snapshot calls, with the preflight that every instrument needs. Effects: network.
import type { Quote } from "#store/model/bar.ts";
import { UnavailableError } from "#store/model/errors.ts";
import type { Conid } from "#store/model/ids.ts";
import type { MarketClock } from "../../clock.ts";
import type { IbkrTiming } from "../client.ts";
import type { Calls } from "../wire/calls.ts";
import { orAborted } from "../wire/flight.ts";
import { isFilled, QUOTE_FIELDS, quoteOf } from "./quote.ts";
import { SnapshotAnswer, type SnapshotEntry } from "./shapes.ts";

/** IBKR's limit per call. */
const MOST_CONIDS = 100;
/** Looks at a snapshot that fills in; the first only starts the stream. */
const LOOKS = 12;

type Parts = {
  calls: Calls;
  marketClock: MarketClock;
  timing: IbkrTiming;
  ready(signal?: AbortSignal): Promise<unknown>;
};

type Batch = { conids: Set<Conid>; answer: Promise<Map<Conid, SnapshotEntry>> };

/** `quote(conid)`; calls within `gatherMs` of each other travel together. */
export function createQuotes(parts: Parts): (conid: Conid, signal?: AbortSignal) => Promise<Quote> {
  let open: Batch | null = null;

  const join = (conid: Conid): Promise<Map<Conid, SnapshotEntry>> => {
    if (open === null || (open.conids.size >= MOST_CONIDS && !open.conids.has(conid))) {
      const conids = new Set<Conid>();
      const batch: Batch = { conids, answer: gather(parts, conids, () => close(batch)) };
      open = batch;
    }
    open.conids.add(conid);
    return open.answer;
  };
  const close = (batch: Batch) => {
    if (open === batch) open = null;
  };

  return async (conid, signal) => {
    const entries = await orAborted(join(conid), signal);
    const entry = entries.get(conid) ?? { conid };
    return quoteOf(entry, conid, await parts.marketClock.now(signal));
  };
}

async function gather(
  parts: Parts,
  conids: Set<Conid>,
  close: () => void,
): Promise<Map<Conid, SnapshotEntry>> {
  try {
    await parts.timing.sleep(parts.timing.gatherMs);
    await parts.ready();
  } finally {
    // From here on the set must not grow: the request names its conids.
    close();
  }
  const known = new Map<Conid, SnapshotEntry>();
  for (let look = 1; look <= LOOKS; look += 1) {
    const missing = [...conids].filter((conid) => !isFilled(known.get(conid) ?? { conid }));
    if (missing.length === 0) break;
    if (look > 1) await parts.timing.sleep(parts.timing.pollMs);
    for (const entry of await ask(parts, missing)) {
      const conid = missing.find((candidate) => candidate === Number(entry.conid));
      if (conid !== undefined) known.set(conid, { ...known.get(conid), ...entry });
    }
  }
  return known;
}

function ask(parts: Parts, conids: readonly Conid[]): Promise<SnapshotEntry[]> {
  if (conids.length === 0) throw new UnavailableError("no_conids", "A snapshot of nothing was asked for.");
  return parts.calls.read({
    method: "GET",
    path: "/iserver/marketdata/snapshot",
    query: { conids: conids.join(","), fields: QUOTE_FIELDS.join(",") },
    schema: SnapshotAnswer,
  });
}
