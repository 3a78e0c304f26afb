// The account as the portfolio calls tell it. Effects: network. Positions are read past the gateway's cache.
import { z } from "zod";
import { type DeskError, UnavailableError, VendorError } from "#store/model/errors.ts";
import type { AccountSummary, Position } from "#store/model/order.ts";
import type { LedgerLine } from "../client.ts";
import type { ReadySession } from "../session/health.ts";
import type { Calls, ReadRequest } from "../wire/calls.ts";
import { shareUntilSent } from "../wire/flight.ts";
import { ledgerOf, positionsOf, summaryOf } from "./figures.ts";
import { Invalidated, LedgerAnswer, PortfolioAccounts, PositionRow, SummaryAnswer } from "./shapes.ts";

export type Account = {
  summary(signal?: AbortSignal): Promise<AccountSummary>;
  ledger(signal?: AbortSignal): Promise<LedgerLine[]>;
  positions(signal?: AbortSignal): Promise<Position[]>;
};

type Parts = { calls: Calls; ready(signal?: AbortSignal): Promise<ReadySession> };

const PositionRows = z.array(PositionRow);
/** Of no use but to have been asked for. */
const SparseRows = z.array(z.unknown());
const PAGE_ROWS = 100;
const MOST_PAGES = 50;

export function createAccount(parts: Parts): Account {
  const read = portfolioReads(parts);
  return {
    summary: shareUntilSent(async (sent) => {
      const { accountId } = await parts.ready();
      const path = `/portfolio/${accountId}/summary`;
      return summaryOf(await read({ method: "GET", path, schema: SummaryAnswer, onSent: sent }), accountId);
    }),
    ledger: shareUntilSent(async (sent) => {
      const { accountId } = await parts.ready();
      const path = `/portfolio/${accountId}/ledger`;
      return ledgerOf(await read({ method: "GET", path, schema: LedgerAnswer, onSent: sent }));
    }),
    positions: shareUntilSent(async (sent) => {
      const { accountId } = await parts.ready();
      const path = `/portfolio/${accountId}/positions`;
      await read({ method: "POST", path: `${path}/invalidate`, schema: Invalidated, onSent: sent });
      // The first read after that may still be the old, sparse one: it only makes the gateway fetch.
      await read({ method: "GET", path: `${path}/0`, schema: SparseRows });
      const rows: PositionRow[] = [];
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const found = await read({ method: "GET", path: `${path}/${page}`, schema: PositionRows });
        rows.push(...found);
        if (found.length < PAGE_ROWS) return positionsOf(rows, accountId);
      }
      throw new VendorError("positions_endless", `More than ${MOST_PAGES} pages of positions.`);
    }),
  };
}

/** Portfolio calls want /portfolio/accounts asked first, once per session; it may be asked every five seconds only. */
function portfolioReads(parts: Parts): <Out>(request: ReadRequest<Out>) => Promise<Out> {
  let asked: { epoch: number; done: Promise<unknown> } | null = null;

  const gate = async () => {
    const { epoch } = await parts.ready();
    if (asked === null || asked.epoch !== epoch) {
      const done = parts.calls.read({
        method: "GET",
        path: "/portfolio/accounts",
        schema: PortfolioAccounts,
      });
      const mine = { epoch, done };
      asked = mine;
      done.catch(() => {
        if (asked === mine) asked = null;
      });
    }
    await asked.done;
  };

  return async (request) => {
    await gate();
    try {
      return await parts.calls.read({ ...request, explain: accountsFirst });
    } catch (error) {
      if (!(error instanceof UnavailableError) || error.code !== "portfolio_accounts_first") throw error;
      asked = null;
      await gate();
      return await parts.calls.read(request);
    }
  };
}

function accountsFirst(message: string): DeskError | undefined {
  if (!/query \/portfolio\/accounts first/i.test(message)) return undefined;
  return new UnavailableError("portfolio_accounts_first", message);
}
