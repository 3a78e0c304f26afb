// Finds instruments at the gateway and confirms them. Effects: network; what was confirmed once is remembered.
import type { Conid, Ticker } from "#store/model/ids.ts";
import type { Instrument } from "#store/model/instrument.ts";
import type { Calls } from "../wire/calls.ts";
import { vendorSymbol } from "../wire/values.ts";
import { candidatesOf, onlyUsListing } from "./candidates.ts";
import { instrumentOf } from "./instrument.ts";
import { ContractInfo, StockLookup } from "./shapes.ts";

export type Instruments = {
  resolveStock(symbol: Ticker, signal?: AbortSignal): Promise<Instrument>;
  confirmConid(conid: Conid, signal?: AbortSignal): Promise<Instrument>;
};

type Parts = {
  calls: Calls;
  gatewayKind: "ibkr" | "simulator";
  ready(signal?: AbortSignal): Promise<unknown>;
};

/** Rules can change overnight; within a process an instrument confirmed once stays as it was. */
export function createInstruments(parts: Parts): Instruments {
  const confirmed = new Map<Conid, Instrument>();

  const confirm = async (conid: Conid, of: { expected?: Ticker; signal?: AbortSignal }) => {
    const known = confirmed.get(conid);
    if (known !== undefined) return known;
    await parts.ready(of.signal);
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

  return {
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
