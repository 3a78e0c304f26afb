// Why the simulator answers otherwise than a recording, where it does; and which recordings it has no call for.
// Each line is checked: one that no longer applies fails the test.

export type Explanation = { recordings: RegExp; places: RegExp; what: RegExp; why: string };

const explain = (recordings: RegExp, places: RegExp, what: RegExp, why: string): Explanation => ({
  recordings,
  places,
  what,
  why,
});

const ADDITIONAL = /^additional$/;
const MISSING = /^missing$/;
/** The April and July recordings were trimmed by hand: a key missing there proves nothing (SOURCES.md). */
const TRIMMED = "trimmed by hand; facts.md and the fuller recordings carry these keys";

export const EXPLAINED: readonly Explanation[] = [
  explain(/^ibind (auth_status|tickle)$/, /established$/, ADDITIONAL, "absent in 2023, present since"),
  explain(/^ibind accounts$/, /category|acctCustType/, ADDITIONAL, "absent in 2023, present since"),
  explain(/^ibind history$/, /^chartAnnotations$/, MISSING, "dividends are not in the bars; optional"),
  explain(/^ibind history$/, /^tradingDayDuration$/, ADDITIONAL, "optional; recorded in 2026"),
  explain(/^ibind live_orders$/, /isEventTrading$/, ADDITIONAL, "absent in 2023, present since"),
  explain(
    /^Session\/POST-tickle$/,
    /ssoExpires|collission|userId/,
    ADDITIONAL,
    "missing on OAuth sessions only",
  ),
  explain(/^Session\/POST-ssodh-init$/, /^passed$/, ADDITIONAL, "there while the session is still opening"),
  explain(/^Accounts\/GET-iserver-accounts$/, /chartPeriods/, MISSING, "only STK and IND are replayed"),
  explain(/^Contracts\/.*search$/, /sections\[\]\.(conid|months)/, MISSING, "no derivatives are replayed"),
  explain(/^Contracts\/.*(info|rules|search|secdef)$/, /./, ADDITIONAL, TRIMMED),
  explain(/^MarketData\/GET-(history|snapshot)$/, /points|travelTime|6119/, ADDITIONAL, TRIMMED),
  explain(/pnl-partitioned$/, /^upnl\./, ADDITIONAL, "recorded cold; the first call here is empty as well"),
  explain(/subaccounts2$/, /^$/, /array$/, "facts.md: an object with metadata, and pages"),
  explain(
    /^Portfolio\/GET-portfolio-ledger$/,
    /^BASE\.endofbundle$/,
    MISSING,
    "facts.md and 2023: one entry only",
  ),
  explain(/^Portfolio\/GET-portfolio-summary$/, /./, ADDITIONAL, "five keys of the 143 of summary-full"),
  explain(/^Portfolio\/.*(trimmed|position-by-conid)$/, /./, ADDITIONAL, TRIMMED),
  explain(/positions-by-conid$/, /^U1234567C$/, MISSING, "one account without a crypto segment"),
  explain(/^Orders\/(GET-)?live-orders/, /./, ADDITIONAL, TRIMMED),
  explain(/^Orders\/trades-populated$/, /submitter$/, ADDITIONAL, "optional in facts.md"),
  explain(/^Orders\/POST-whatif-order$/, /^position$/, ADDITIONAL, "in facts.md; trimmed here"),
  explain(
    /^Orders\/POST-modify/,
    /local_order_id$/,
    ADDITIONAL,
    "seen live on modifications since (facts 7.2)",
  ),
  explain(
    /^Orders\/place-bracket-submitted$/,
    /parent_order_id|oca_group_id/,
    ADDITIONAL,
    "children were trimmed away",
  ),
  explain(
    /partial-reject$/,
    /encrypt_message|local_order_id/,
    ADDITIONAL,
    "here the rest of the bracket is live, there it was Inactive",
  ),
];

const NOT_TRADED = "no such instrument is replayed";
const NO_WORKFLOW = "not part of an equity workflow";
const NO_ADVISOR = "one account, no advisor structure";

export const NOT_SERVED: Readonly<Record<string, string>> = {
  "Accounts/GET-search-dynamic-account": NO_ADVISOR,
  "Accounts/POST-set-dynamic-account": NO_ADVISOR,
  "Contracts/GET-bond-filters": NOT_TRADED,
  "Contracts/GET-contract-algos": "orders are plain; rules offer no algorithms",
  "Contracts/GET-currency-pairs": NOT_TRADED,
  "Contracts/GET-secdef-strikes": NOT_TRADED,
  "Contracts/GET-trsrv-futures": "served, always empty: no futures are replayed",
  "Fyi/DELETE-device": NO_WORKFLOW,
  "Fyi/GET-disclaimer": NO_WORKFLOW,
  "Fyi/POST-register-device": NO_WORKFLOW,
  "Fyi/POST-update-setting": NO_WORKFLOW,
  "Fyi/PUT-mark-disclaimer-read": NO_WORKFLOW,
  "Fyi/PUT-mark-notification-read": NO_WORKFLOW,
  "Fyi/PUT-set-email-delivery": NO_WORKFLOW,
  "MarketData/GET-scanner-params": NO_WORKFLOW,
  "MarketData/POST-scanner-run": NO_WORKFLOW,
  "Orders/GET-order-status": "synthetic, no shape evidence (SOURCES.md); ibind order_status is compared",
  "Orders/GET-trades": "synthetic, no shape evidence (SOURCES.md); trades-populated is compared",
  "Orders/place-trail-submitted": "a trailing stop cannot be replayed from daily bars: refused with a reason",
  "Portfolio/POST-pa-allperiods": NO_WORKFLOW,
  "Portfolio/POST-pa-performance": NO_WORKFLOW,
  "Portfolio/POST-pa-transactions": NO_WORKFLOW,
  "Portfolio/POST-portfolio-consolidated-allocation": NO_ADVISOR,
  "Scanner/GET-scanner-params": NO_WORKFLOW,
  "Scanner/POST-hmds-scanner": NO_WORKFLOW,
  "Scanner/POST-scanner-run": NO_WORKFLOW,
};
