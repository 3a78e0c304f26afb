// Nothing is judged or sent on the main broker before orders, fills and positions were compared with it since the desk
// started, nor when that was too long ago. Analysis needs none of it and starts at once. Effects: database.
import { MAIN_SESSION } from "#graph/gateway.ts";
import type { Db } from "#store/database.ts";
import { UnavailableError } from "#store/model/errors.ts";
import type { Instant } from "#store/model/ids.ts";
import {
  type Reconciliation,
  reconciliationOf,
  recordReconciliation,
} from "#store/trading/reconciliation.ts";
import type { HealthCheck } from "../http/deps.ts";

export type ReconciledFirst = {
  /** For the desk: waits for the comparison where this process makes it. @throws UnavailableError `not_reconciled` */
  mayTrade(session: string): Promise<void>;
  /** To be told after each comparison: null, or why it failed. */
  told(failure: string | null): Promise<void>;
  /** Whether that is so now, without waiting for it. */
  compared(): Promise<boolean>;
  /** The same in words, for pages, health and doctor. */
  check(): Promise<HealthCheck>;
};

/** Three rounds of the reconciler; beyond that nobody is looking any more. */
const MOST_SECONDS = 15 * 60;

/** @param of.reconcile one round, in the process that makes them; absent in a further worker, which only reads the result */
export function reconciledFirst(of: {
  db: Db;
  reconcile?: () => Promise<unknown>;
  now: () => Date;
}): ReconciledFirst {
  const { db, reconcile } = of;
  /** What an earlier desk has found counts for nothing here. */
  let since: Promise<void> | null = null;
  const begun = () => {
    since ??=
      reconcile === undefined
        ? Promise.resolve()
        : recordReconciliation(db, { session: MAIN_SESSION, state: "pending", reason: null });
    since.catch(() => {
      // The database was away: whoever asks next says it again.
      since = null;
    });
    return since;
  };
  let round: Promise<unknown> | null = null;
  const oneRound = () => {
    round ??= (reconcile ?? (async () => {}))().finally(() => {
      round = null;
    });
    return round;
  };
  const standing = async () => {
    await begun();
    return reconciliationOf(db, MAIN_SESSION);
  };
  return {
    async mayTrade(session) {
      if (session !== MAIN_SESSION || isGood(await standing())) return;
      await oneRound();
      const now = await standing();
      if (!isGood(now))
        throw new UnavailableError("not_reconciled", `nothing is judged or sent: ${whyNot(now)}`, {
          facts: { state: "not_reconciled", sent: false },
        });
    },
    async told(failure) {
      await begun();
      const state = failure === null ? "agreed" : "failed";
      await recordReconciliation(db, { session: MAIN_SESSION, state, reason: failure });
    },
    compared: async () => isGood(await standing()),
    async check() {
      const now = await standing();
      const name = "reconciliation";
      if (!isGood(now))
        return { name, state: "degraded", detail: `nothing is sent: ${whyNot(now)}`, provenAt: null };
      const at = new Date(of.now().getTime() - (now?.ageSeconds ?? 0) * 1000);
      const detail = "orders, fills, positions and cash were compared with the broker";
      return { name, state: "ok", detail, provenAt: at.toISOString() as Instant };
    },
  };
}

function isGood(standing: Reconciliation | null): boolean {
  return standing?.state === "agreed" && standing.ageSeconds <= MOST_SECONDS;
}

function whyNot(standing: Reconciliation | null): string {
  const book = "orders, fills and positions";
  switch (standing?.state) {
    case undefined:
      return `no desk has compared ${book} with the broker yet; a worker needs one that runs`;
    case "pending":
      return `${book} are yet to be compared with the broker since the desk started`;
    case "failed":
      return `${book} could not be compared with the broker: ${standing.reason ?? "unknown cause"}`;
    case "agreed":
      return `${book} were compared with the broker ${Math.round(standing.ageSeconds / 60)} minutes ago, which is too long; is a desk running?`;
  }
}
