// Contract answers: each place names and types the same facts differently, as the gateway does (facts section 4). Pure.
import type { SimInstrument } from "../market/market.ts";
import { lastPrice, type MarketMoment } from "../market/market-clock.ts";

const EXCHANGES =
  "SMART,AMEX,NYSE,CBOE,PHLX,ISE,CHX,ARCA,NASDAQ,DRCTEDGE,BEX,BATS,EDGEA,BYX,IEX,EDGX,PEARL,MEMX";

/** One entry of `/trsrv/stocks`: contract ids as numbers, foreign listings among them. */
export function stockEntry(instrument: SimInstrument): Record<string, unknown> {
  return {
    name: instrument.name,
    chineseName: instrument.chineseName,
    assetClass: instrument.assetClass,
    contracts: [
      { conid: instrument.conid, exchange: instrument.exchange, isUS: true },
      ...instrument.foreign.map(({ conid, exchange }) => ({ conid, exchange, isUS: false })),
    ],
  };
}

/** Entries of `/iserver/secdef/search`: contract ids as text, the foreign listing first. */
export function searchEntries(instrument: SimInstrument): Record<string, unknown>[] {
  const entry = (conid: number, exchange: string, sections: unknown[]) => ({
    conid: String(conid),
    companyHeader: `${instrument.name} - ${exchange}`,
    companyName: instrument.name,
    symbol: instrument.symbol,
    description: exchange,
    restricted: null,
    fop: null,
    opt: null,
    war: null,
    sections,
  });
  const home =
    instrument.assetClass === "IND"
      ? [{ secType: "IND", exchange: `${instrument.exchange};` }]
      : [{ secType: "STK" }];
  return [
    ...instrument.foreign.map((one) =>
      entry(one.conid, one.exchange, [{ secType: "STK", exchange: `${one.exchange};` }]),
    ),
    entry(instrument.conid, instrument.exchange, home),
  ];
}

/** `/iserver/contract/{conid}/info`: snake case; where currency comes from. A foreign listing has its own. */
export function contractInfo(instrument: SimInstrument, conid: number): Record<string, unknown> {
  const foreign = instrument.foreign.find((one) => one.conid === conid);
  return {
    cfi_code: "",
    symbol: instrument.symbol,
    cusip: null,
    expiry_full: null,
    con_id: conid,
    maturity_date: null,
    industry: instrument.industry,
    instrument_type: instrument.assetClass,
    has_related_contracts: instrument.assetClass === "STK",
    trading_class: instrument.exchange === "NASDAQ" ? "NMS" : instrument.symbol,
    valid_exchanges: foreign === undefined ? EXCHANGES : foreign.exchange,
    allow_sell_long: false,
    is_zero_commission_security: false,
    local_symbol: instrument.symbol,
    contract_clarification_type: null,
    classifier: null,
    currency: foreign?.currency ?? instrument.currency,
    text: null,
    underlying_con_id: 0,
    r_t_h: true,
    multiplier: null,
    underlying_issuer: null,
    contract_month: null,
    company_name: instrument.name,
    smart_available: foreign === undefined,
    exchange: foreign?.exchange ?? "SMART",
    category: instrument.category,
  };
}

const INCREMENT_RULES = [
  { lowerEdge: 0, increment: 0.0001 },
  { lowerEdge: 1, increment: 0.01 },
];

/** `/iserver/contract/rules`; only order types and times that this simulator replays are offered. */
export function contractRules(of: {
  instrument: SimInstrument;
  moment: MarketMoment;
  accountId: string;
}): Record<string, unknown> {
  const last = lastPrice(of.instrument, of.moment)?.price ?? 0;
  const small = last < 1;
  const shown = Number(last.toFixed(small ? 4 : 2));
  return {
    algoEligible: false,
    overnightEligible: false,
    costReport: false,
    canTradeAcctIds: [of.accountId],
    error: null,
    orderTypes: ["limit", "market", "stop", "stop_limit"],
    ibAlgoTypes: [],
    fraqTypes: [],
    forceOrderPreview: false,
    cqtTypes: [],
    orderDefaults: { LMT: { LP: shown.toFixed(small ? 4 : 2) } },
    orderTypesOutside: [],
    defaultSize: 100,
    cashSize: 0,
    sizeIncrement: of.instrument.volumeFactor,
    tifTypes: ["GTC/o", "DAY/o"],
    tifDefaults: { TIF: "DAY", SIZE: "100.00" },
    limitPrice: shown,
    stopprice: shown,
    preview: true,
    fraqInt: 0,
    cashCcy: of.instrument.currency,
    cashQtyIncr: 500,
    priceMagnifier: null,
    negativeCapable: false,
    incrementType: 1,
    incrementRules: INCREMENT_RULES,
    hasSecondary: true,
    modTypes: ["LMT", "MKT", "STP", "STOP_LIMIT"],
    increment: small ? 0.0001 : 0.01,
    incrementDigits: small ? 4 : 2,
    allOrNoneEligible: false,
  };
}

/** A failed lookup is a 200 with the error inside. */
export function failedRules(): Record<string, unknown> {
  return { error: "no contract", orderTypes: [], canTradeAcctIds: [], tifTypes: [] };
}

const DISPLAY = {
  magnification: 0,
  displayRuleStep: [{ decimalDigits: 2, lowerEdge: 0, wholeDigits: 4 }],
};

/** The descriptive half of secdef rows and of enriched positions. */
export function securityDetails(instrument: SimInstrument): Record<string, unknown> {
  return {
    time: 30,
    chineseName: instrument.chineseName,
    allExchanges: EXCHANGES.slice("SMART,".length),
    listingExchange: instrument.exchange,
    countryCode: "US",
    name: instrument.name,
    expiry: null,
    lastTradingDay: null,
    group: instrument.category,
    putOrCall: null,
    sector: instrument.industry,
    sectorGroup: instrument.category,
    strike: "0",
    ticker: instrument.symbol,
    undConid: 0,
    multiplier: 0,
    type: instrument.type,
    hasOptions: instrument.assetClass === "STK",
    fullName: instrument.symbol,
    isUS: true,
    incrementRules: INCREMENT_RULES,
    displayRule: DISPLAY,
    isEventContract: false,
    pageSize: 100,
  };
}

export function securityDefinition(instrument: SimInstrument): Record<string, unknown> {
  return {
    conid: instrument.conid,
    currency: instrument.currency,
    assetClass: instrument.assetClass,
    ...securityDetails(instrument),
  };
}
