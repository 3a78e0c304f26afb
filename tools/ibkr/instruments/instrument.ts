// Contract info and rules as a domain instrument. Pure.
import { MarketDataError, VendorError } from "#store/model/errors.ts";
import type { Ticker } from "#store/model/ids.ts";
import { Instrument, type PriceIncrement } from "#store/model/instrument.ts";
import { type Currency, type DecimalString, dec, toDecimalString } from "#store/model/money.ts";
import { decimalOf, decodeEntities, tickerOf } from "../wire/values.ts";
import { conidOf } from "./candidates.ts";
import type { ContractInfo, ContractRules } from "./shapes.ts";

/** Shares are traded one by one; the API's `sizeIncrement` is a display lot (100, or 40 for SPY), not an order rule. */
const SHARE: DecimalString = toDecimalString(1);

/** @throws VendorError rules_refused, unknown_security_type, gateway_bad_number; MarketDataError instrument_foreign_currency */
export function instrumentOf(
  info: ContractInfo,
  of: { expected?: Ticker; gatewayKind: "ibkr" | "simulator" },
): Instrument {
  const conid = conidOf(info.con_id);
  const symbol = of.expected ?? tickerOf(info.symbol, conid);
  if (of.expected !== undefined && tickerOf(info.symbol, conid) !== of.expected) {
    throw new VendorError(
      "instrument_mismatch",
      `Contract ${conid} was looked up as ${of.expected} and is called ${info.symbol}.`,
      { facts: { conid, symbol: info.symbol } },
    );
  }
  const rules = requireRules(info.rules ?? null, conid);
  const name = decodeEntities(info.company_name ?? info.symbol);
  return Instrument.parse({
    conid,
    symbol,
    name,
    securityType: securityType(info.instrument_type, conid),
    currency: usDollar(info.currency ?? null, { symbol, conid }),
    exchange: info.exchange ?? "",
    // A simulator replays an index level as if it could be bought; the real gateway's indexes are refused by the desk.
    indexReplay: of.gatewayKind === "simulator" && info.instrument_type === "IND",
    priceIncrements: incrementsOf(rules),
    quantityIncrement: SHARE,
    orderTypes: rules.orderTypes ?? [],
  });
}

function requireRules(rules: ContractRules | null, conid: number): ContractRules {
  if (rules !== null && (rules.error ?? "") === "") return rules;
  const said = rules?.error ?? "no rules came with the contract";
  throw new VendorError("rules_refused", `The trading rules of contract ${conid} are missing: ${said}`, {
    facts: { conid },
  });
}

function securityType(type: string, conid: number): "STK" | "IND" {
  if (type === "STK" || type === "IND") return type;
  throw new VendorError("unknown_security_type", `Contract ${conid} is a ${type}; the desk trades stocks.`, {
    facts: { conid, type },
  });
}

function usDollar(currency: string | null, of: { symbol: Ticker; conid: number }): Currency {
  if (currency === "USD") return currency;
  throw new MarketDataError(
    "instrument_foreign_currency",
    `${of.symbol} (conid ${of.conid}) is quoted in ${currency ?? "an unnamed currency"}; the desk trades in USD.`,
    { facts: { ...of, currency } },
  );
}

/** Price steps, ascending by lower edge; `increment` alone counts from zero. */
export function incrementsOf(rules: ContractRules): PriceIncrement[] {
  const steps = (rules.incrementRules ?? []).map((rule) => ({
    lowerEdge: decimalOf(rule.lowerEdge, "lowerEdge"),
    increment: decimalOf(rule.increment, "increment"),
  }));
  if (steps.length === 0 && rules.increment !== null && rules.increment !== undefined)
    steps.push({ lowerEdge: toDecimalString(0), increment: decimalOf(rules.increment, "increment") });
  if (steps.length === 0 || steps.some((step) => dec(step.increment).lte(0)))
    throw new VendorError("no_price_increment", "The contract rules give no price increment.");
  return steps.sort((a, b) => dec(a.lowerEdge).cmp(b.lowerEdge));
}
