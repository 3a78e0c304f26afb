// Which listing of a stock look-up is meant. Pure. Several or foreign ones are refused with their list, never chosen among.
import { ConflictError, MarketDataError, NotFoundError, VendorError } from "#store/model/errors.ts";
import { Conid, type Ticker } from "#store/model/ids.ts";
import { decodeEntities, vendorSymbol } from "../wire/values.ts";
import type { StockLookup } from "./shapes.ts";

export type Candidate = { conid: Conid; name: string; exchange: string; isUs: boolean };

/** Every stock listing that the look-up has for the ticker; a simulator also lists indexes that it replays. */
export function candidatesOf(
  lookup: StockLookup,
  symbol: Ticker,
  gatewayKind: "ibkr" | "simulator",
): Candidate[] {
  const companies = lookup[vendorSymbol(symbol)] ?? lookup[symbol] ?? [];
  const classes = gatewayKind === "simulator" ? ["STK", "IND"] : ["STK"];
  return companies
    .filter((company) => classes.includes(company.assetClass ?? ""))
    .flatMap((company) =>
      company.contracts.map((contract) => ({
        conid: conidOf(contract.conid),
        name: decodeEntities(company.name ?? symbol),
        exchange: contract.exchange ?? "",
        isUs: contract.isUS === true,
      })),
    );
}

/** @throws NotFoundError instrument_not_found, MarketDataError instrument_foreign, ConflictError instrument_ambiguous */
export function onlyUsListing(candidates: readonly Candidate[], symbol: Ticker): Candidate {
  const inUs = candidates.filter((candidate) => candidate.isUs);
  const [only] = inUs;
  if (only !== undefined && inUs.length === 1) return only;
  const facts = { symbol, candidates };
  if (inUs.length > 1) {
    throw new ConflictError(
      "instrument_ambiguous",
      `${symbol} names several US listings (${listed(inUs)}). Give the conid.`,
      { facts },
    );
  }
  if (candidates.length > 0) {
    throw new MarketDataError(
      "instrument_foreign",
      `${symbol} is listed only outside the US (${listed(candidates)}). Give the conid if that is meant.`,
      { facts },
    );
  }
  throw new NotFoundError("instrument_not_found", `The gateway knows no stock ${symbol}.`, {
    facts: { symbol },
  });
}

export function conidOf(value: number | string): Conid {
  const parsed = Conid.safeParse(Number(value));
  if (parsed.success) return parsed.data;
  throw new VendorError("gateway_bad_conid", `The gateway gave a conid that is none: ${String(value)}`);
}

function listed(candidates: readonly Candidate[]): string {
  return candidates
    .slice(0, 12)
    .map((candidate) => `${candidate.conid} ${candidate.name} on ${candidate.exchange}`)
    .join("; ");
}
