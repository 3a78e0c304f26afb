// What is publicly known of instruments besides their bars: contract ids, names, listings. Pure.
// Ids and foreign listings are IBKR's own; a symbol that is not listed here gets an id of a range of its own.
import { createHash } from "node:crypto";

export type ForeignListing = { conid: number; exchange: string; currency: string };

export type Listing = {
  conid: number;
  name: string;
  assetClass: "STK" | "IND";
  /** Listing exchange, IBKR's word. */
  exchange: string;
  type: "COMMON" | "ETF" | "INDEX";
  /** HTML entities, as the gateway sends them. */
  chineseName: string | null;
  industry: string | null;
  category: string | null;
  /** Shares per lot of history volume. */
  volumeFactor: number;
  foreign: readonly ForeignListing[];
};

const stock = (conid: number, name: string, rest: Partial<Listing> = {}): Listing => ({
  conid,
  name,
  assetClass: "STK",
  exchange: "NASDAQ",
  type: "COMMON",
  chineseName: null,
  industry: null,
  category: null,
  volumeFactor: 100,
  foreign: [],
  ...rest,
});
const mexican = (conid: number): readonly ForeignListing[] => [{ conid, exchange: "MEXI", currency: "MXN" }];

const KNOWN: Readonly<Record<string, Listing>> = {
  AAPL: stock(265598, "APPLE INC", {
    chineseName: "&#x82F9;&#x679C;&#x516C;&#x53F8;",
    industry: "Computers",
    category: "Computers",
    foreign: [...mexican(38708077), { conid: 273982664, exchange: "EBS", currency: "CHF" }],
  }),
  TSLA: stock(76792991, "TESLA INC", { industry: "Auto Manufacturers", category: "Auto-Cars/Light Trucks" }),
  NVDA: stock(4815747, "NVIDIA CORP", { industry: "Semiconductors", category: "Electronic Compo-Semicon" }),
  MSFT: stock(272093, "MICROSOFT CORP", {
    chineseName: "&#x5FAE;&#x8F6F;&#x516C;&#x53F8;",
    foreign: mexican(38708990),
  }),
  GOOG: stock(208813720, "ALPHABET INC-CL C", { foreign: mexican(210810667) }),
  META: stock(107113386, "META PLATFORMS INC-CLASS A", { foreign: mexican(114922621) }),
  AMD: stock(4391, "ADVANCED MICRO DEVICES"),
  SCHW: stock(11905, "SCHWAB (CHARLES) CORP", { exchange: "NYSE", foreign: mexican(174320486) }),
  HUBS: stock(169544810, "HUBSPOT INC", { exchange: "NYSE" }),
  SPY: stock(756733, "SPDR S&P 500 ETF TRUST", {
    exchange: "ARCA",
    type: "ETF",
    volumeFactor: 40,
    foreign: mexican(38709152),
  }),
  SPX: stock(416904, "S&P 500 INDEX (LEVEL REPLAYED AS A PAPER INSTRUMENT)", {
    assetClass: "IND",
    exchange: "CBOE",
    type: "INDEX",
  }),
};

/** Ids of unknown symbols: far above any that IBKR has given, the same on every machine. */
const OWN_RANGE_START = 1_800_000_000;
const OWN_RANGE_SIZE = 300_000_000;

export function listingOf(symbol: string): Listing {
  const known = KNOWN[symbol];
  if (known !== undefined) return known;
  const digest = createHash("sha256").update(`countersign conid ${symbol}`).digest();
  return stock(
    OWN_RANGE_START + (digest.readUInt32BE(0) % OWN_RANGE_SIZE),
    `${symbol} (FROM A USER'S FILE)`,
    {
      exchange: "NYSE",
    },
  );
}
