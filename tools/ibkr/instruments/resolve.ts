// Finds instruments at the gateway and confirms them. Effects: network; what was confirmed once is remembered.
import { VendorError } from "#store/model/errors.ts";
import type { Conid, Ticker } from "#store/model/ids.ts";
import type { Instrument } from "#store/model/instrument.ts";
import { Currency } from "#store/model/money.ts";
import type { ReadySession } from "../session/health.ts";
import type { Calls } from "../wire/calls.ts";
import { vendorSymbol } from "../wire/values.ts";
import { candidatesOf, onlyUsListing } from "./candidates.ts";
import { instrumentOf } from "./instrument.ts";
import { ContractInfo, StockLookup } from "./shapes.ts";

export type Instruments = {
  resolveStock(symbol: Ticker, signal?: AbortSignal): Promise<Instrument>;
  confirmConid(conid: Conid, signal?: AbortSignal): Promise<Instrument>;
  /** The currency of any contract, also of one that the desk would not trade (a position from elsewhere). */
  currencyOf(conid: Conid, signal?: AbortSignal): Promise<Currency>;
};

type Parts = {
  calls: Calls;
  gatewayKind: "ibkr" | "simulator";
  ready(signal?: AbortSignal): Promise<ReadySession>;
};

/** What was confirmed holds for the brokerage session: listings and rules change overnight, not during the day. */
export function createInstruments(parts: Parts): Instruments {
  let confirmed = new Map<Conid, Instrument>();
  let epoch: number | null = null;
  const currencies = new Map<Conid, Currency>();

  const confirm = async (conid: Conid, of: { expected?: Ticker; signal?: AbortSignal }) => {
    const ready = await parts.ready(of.signal);
    if (ready.epoch !== epoch) confirmed = new Map();
    epoch = ready.epoch;
    const known = confirmed.get(conid);
    if (known !== undefined) return known;
    const info = await parts.calls.read({
      method: "GET",
      path: `/iserver/contract/${conid}/info-and-rules`,
      query: { isBuy: true },
      schema: ContractInfo,
      ...(of.signal === undefined ? {} : { signal: of.signal }),
    });
    const expected = of.expected === undefined ? {} : { expected: of.expected };
    const instrument = instrumentOf(info, { gatewayKind: parts.gatewayKind, ...expected });
    confirmed.set(conid, instrument);
    return instrument;
  };

  const currencyOf = async (conid: Conid, signal?: AbortSignal) => {
    const known = currencies.get(conid) ?? confirmed.get(conid)?.currency;
    if (known !== undefined) return known;
    const info = await parts.calls.read({
      method: "GET",
      path: `/iserver/contract/${conid}/info`,
      schema: ContractInfo,
      ...(signal === undefined ? {} : { signal }),
    });
    const currency = Currency.safeParse(info.currency);
    if (!currency.success)
      throw new VendorError("contract_without_currency", `Contract ${conid} tells no currency.`, {
        facts: { conid },
      });
    currencies.set(conid, currency.data);
    return currency.data;
  };

  return {
    currencyOf,
    confirmConid: (conid, signal) => confirm(conid, signal === undefined ? {} : { signal }),
    resolveStock: async (symbol, signal) => {
      const lookup = await parts.calls.read({
        method: "GET",
        path: "/trsrv/stocks",
        query: { symbols: vendorSymbol(symbol) },
        schema: StockLookup,
        ...(signal === undefined ? {} : { signal }),
      });
      const listing = onlyUsListing(candidatesOf(lookup, symbol, parts.gatewayKind), symbol);
      return confirm(listing.conid, { expected: symbol, ...(signal === undefined ? {} : { signal }) });
    },
  };
}
