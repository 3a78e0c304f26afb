// The 143 entries of `/portfolio/{id}/summary`: numbers in `amount`, texts in `value`, `-s -c -p` per segment. Pure.
import { dec } from "#store/model/money.ts";
import { opensAt, sessionDate } from "../market/sessions.ts";
import type { AccountFigures } from "./figures.ts";

type SummaryOf = {
  figures: AccountFigures;
  previousEquity: string;
  accountId: string;
  now: number;
  session: number;
};

/** Which segments an entry has besides its total: securities, commodities, crypto. */
type Segments = "" | "s" | "scp";

function amounts(of: SummaryOf): Record<string, readonly [amount: number, segments: Segments]> {
  const { figures } = of;
  const money = (value: { toNumber(): number }) => Math.round(value.toNumber() * 1e4) / 1e4;
  const [equity, available, margin] = [
    money(figures.equity),
    money(figures.available),
    money(figures.margin),
  ];
  const none = [0, "scp"] as const;
  return {
    accruedcash: none,
    accrueddividend: none,
    availablefunds: [available, "scp"],
    billable: none,
    buyingpower: [money(figures.buyingPower), ""],
    equitywithloanvalue: [equity, "scp"],
    excessliquidity: [available, "scp"],
    fullavailablefunds: [available, "scp"],
    fullexcessliquidity: [available, "scp"],
    fullinitmarginreq: [margin, "scp"],
    fullmaintmarginreq: [margin, "scp"],
    grosspositionvalue: [money(figures.grossValue), "s"],
    guarantee: none,
    incentivecoupons: none,
    indianstockhaircut: none,
    initmarginreq: [margin, "scp"],
    lookaheadavailablefunds: [available, "scp"],
    lookaheadexcessliquidity: [available, "scp"],
    lookaheadinitmarginreq: [margin, "scp"],
    lookaheadmaintmarginreq: [margin, "scp"],
    maintmarginreq: [margin, "scp"],
    netliquidation: [equity, "scp"],
    netliquidationuncertainty: [0, ""],
    pasharesvalue: none,
    physicalcertificatevalue: none,
    postexpirationexcess: none,
    postexpirationmargin: none,
    previousdayequitywithloanvalue: [money(dec(of.previousEquity)), "s"],
    regtequity: [equity, "s"],
    regtmargin: [money(figures.grossValue.times("0.5")), "s"],
    sma: [available, "s"],
    totalcashvalue: [money(figures.cash), "scp"],
    totaldebitcardpendingcharges: none,
  };
}

function texts(of: SummaryOf): Record<string, string> {
  const { figures } = of;
  const today = sessionDate(of.session).replaceAll("-", "");
  const settled = `${today}:${figures.cash.toFixed(2)}`;
  const leverage = figures.equity.isZero() ? dec(0) : figures.grossValue.div(figures.equity);
  const cushion = figures.equity.isZero() ? dec(0) : figures.available.div(figures.equity);
  return {
    accountcode: of.accountId,
    accountready: "true",
    accounttype: "INDIVIDUAL",
    "columnprio-c": "2",
    "columnprio-p": "5",
    "columnprio-s": "1",
    cushion: cushion.toDecimalPlaces(4).toFixed(),
    daytradesremaining: "-1",
    "daytradesremainingt+1": "-1",
    "daytradesremainingt+2": "-1",
    "daytradesremainingt+3": "-1",
    "daytradesremainingt+4": "-1",
    "daytradingstatus-s": `::false:${figures.equity.toFixed(2)}::false`,
    depositoncredithold: "null",
    highestseverity: "null",
    "leverage-s": leverage.toFixed(2),
    lookaheadnextchange: String(opensAt(of.session + 1) / 1000),
    nlvandmargininreview: "false",
    "segmenttitle-c": "US Commodities",
    "segmenttitle-p": "Crypto at Paxos",
    "segmenttitle-s": "US Securities",
    settledcashbydate: settled,
    "settledcashbydate-c": `${today}:0`,
    "settledcashbydate-p": `${today}:0`,
    "settledcashbydate-s": settled,
    "tradingtype-s": "STKNOPT",
    whatifpmenabled: "true",
  };
}

export function portfolioSummary(of: SummaryOf): Record<string, unknown> {
  const entry = (amount: number, currency: string | null, value: string | null) => ({
    amount,
    currency,
    isNull: false,
    timestamp: of.now,
    value,
    severity: 0,
  });
  const numbers = Object.entries(amounts(of)).flatMap(([key, [amount, segments]]) => [
    [key, entry(amount, "USD", null)] as const,
    ...[...segments].map(
      (segment) => [`${key}-${segment}`, entry(segment === "s" ? amount : 0, "USD", null)] as const,
    ),
  ]);
  const words = Object.entries(texts(of)).map(([key, value]) => [key, entry(0, null, value)] as const);
  return Object.fromEntries([...numbers, ...words].sort(([a], [b]) => (a < b ? -1 : 1)));
}
