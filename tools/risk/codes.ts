// The closed set of reason codes: stable, documented here once; docs/risk.md is generated from this table. Pure.

type Reason = {
  /** Rule that gives the code. */
  readonly rule: string;
  readonly effect: "denies" | "clamps" | "clamps or denies";
  readonly meaning: string;
};

/** Every reason a verdict can carry, in rule order. Codes are never renamed. */
export const REASONS = {
  trading_halted: reason("trading_state", "denies", "The desk is HALTED: no order goes out."),
  reducing_only: reason(
    "trading_state",
    "denies",
    "The desk is REDUCING: only orders that shrink exposure pass.",
  ),
  mode_mismatch: reason(
    "mode",
    "denies",
    "The mode and the gateway do not belong together (live needs the real gateway, replay the simulator).",
  ),
  foreign_account: reason(
    "account",
    "denies",
    "The account figures are of another account than the order's.",
  ),
  symbol_blocked: reason(
    "reconciled",
    "denies",
    "A mismatch with the broker in this symbol is not resolved.",
  ),
  order_unknown: reason(
    "reconciled",
    "denies",
    "An order in this symbol has an unknown outcome; it is looked up first.",
  ),
  not_tradable: reason(
    "instrument",
    "denies",
    "The instrument cannot be traded (an index outside the simulator's replay).",
  ),
  order_type_not_offered: reason(
    "instrument",
    "denies",
    "The broker does not offer an order type that the bracket needs.",
  ),
  currency_mismatch: reason("instrument", "denies", "Instrument and account have different currencies."),
  symbol_mismatch: reason(
    "instrument",
    "denies",
    "The decision is about another symbol than the instrument.",
  ),
  bars_missing: reason("bars", "denies", "No finished daily bar."),
  foreign_data: reason(
    "bars",
    "denies",
    "The bars do not come from the broker session that the order would go to.",
  ),
  stale_bars: reason("bars", "denies", "The newest daily bar is not of the last finished session."),
  bars_from_future: reason("bars", "denies", "The newest daily bar lies after the last finished session."),
  delayed_data: reason("bars", "denies", "While the session is open, the bars lag more than allowed."),
  market_phase_missing: reason("trading_hours", "denies", "Whether the market is open is not known."),
  outside_session: reason(
    "trading_hours",
    "denies",
    "The market is closed and orders may not rest for the next session.",
  ),
  quote_missing: reason("quote", "denies", "The session is open and there is no price from the broker."),
  quote_foreign: reason("quote", "denies", "The quote is of another instrument."),
  quote_quality: reason("quote", "denies", "The quote is not of the quality that may price an order."),
  quote_halted: reason("quote", "denies", "Trading in the instrument is halted."),
  quote_stale: reason("quote", "denies", "The quote is older than allowed."),
  spread_too_wide: reason(
    "spread",
    "denies",
    "The spread is wider than allowed, or bid and ask are missing or crossed.",
  ),
  account_missing: reason("account", "denies", "No account figures, or no equity."),
  account_stale: reason("account", "denies", "The account figures were read too long ago."),
  positions_missing: reason("portfolio", "denies", "The positions are not known."),
  positions_stale: reason("portfolio", "denies", "The positions were read too long ago."),
  position_unpriced: reason(
    "portfolio",
    "denies",
    "A position or a working entry has no price in the account's currency, so exposure is not known.",
  ),
  open_orders_missing: reason(
    "portfolio",
    "denies",
    "The open orders or the room promised to other runs are not known.",
  ),
  open_orders_stale: reason("portfolio", "denies", "The open orders were read too long ago."),
  activity_missing: reason("activity", "denies", "Today's orders and results are not known."),
  activity_stale: reason("activity", "denies", "Today's orders and results were read too long ago."),
  signal_hold: reason("signal", "denies", "The signal is HOLD: there is nothing to order."),
  decision_incomplete: reason("decision", "denies", "A BUY or SELL without target or stop."),
  decision_inconsistent: reason(
    "decision",
    "denies",
    "R or profit margin as stated do not follow from the decision's own prices.",
  ),
  short_not_allowed: reason("side", "denies", "A SELL without a position, and short selling is not allowed."),
  position_exists: reason("side", "denies", "The position is already open and may not be enlarged."),
  entry_pending: reason("side", "denies", "An entry in this symbol is already working or promised."),
  exit_pending: reason("side", "denies", "The whole position is already being closed."),
  stop_wrong_side: reason("stop_side", "denies", "The stop does not lie on the losing side of the entry."),
  target_wrong_side: reason(
    "target_side",
    "denies",
    "The target does not lie on the winning side of the entry.",
  ),
  r_below_minimum: reason("r_coefficient", "denies", "R = reward / risk is below the strategy's minimum."),
  margin_below_minimum: reason(
    "profit_margin",
    "denies",
    "The profit margin is below the strategy's minimum.",
  ),
  reference_missing: reason("entry_distance", "denies", "No price to hold the entry against."),
  entry_too_far: reason("entry_distance", "denies", "The entry lies too far from the market."),
  atr_missing: reason("stop_noise", "denies", "No ATR, so the daily noise is not known."),
  stop_inside_noise: reason("stop_noise", "denies", "The stop lies within the daily noise."),
  stop_too_far: reason("stop_distance", "denies", "The stop lies too far from the entry."),
  orders_per_day_reached: reason("orders_per_day", "denies", "The session's number of entries is used up."),
  daily_loss_stop: reason("daily_loss", "denies", "The session's loss limit is reached."),
  weekly_loss_stop: reason("weekly_loss", "denies", "The week's loss limit is reached."),
  cooling_down: reason("cool_down", "denies", "A session shortly before reached the daily loss limit."),
  too_many_positions: reason("open_positions", "denies", "The number of open positions is used up."),
  size_zero: reason("size_by_risk", "denies", "The risk budget does not pay for the smallest quantity."),
  held_quantity: reason(
    "held",
    "clamps or denies",
    "A closing order is at most what is held and not yet being closed.",
  ),
  order_value_limit: reason("order_value", "clamps or denies", "Value of one order."),
  position_limit: reason(
    "position_value",
    "clamps or denies",
    "Value of one symbol, held and working together.",
  ),
  gross_exposure_limit: reason("gross_exposure", "clamps or denies", "Sum of all position and entry values."),
  net_exposure_limit: reason("net_exposure", "clamps or denies", "Long minus short values."),
  concentration_limit: reason(
    "concentration",
    "clamps or denies",
    "Value of the three largest symbols together.",
  ),
  buying_power_limit: reason(
    "buying_power",
    "clamps or denies",
    "Buying power less the cash reserve and what is promised.",
  ),
  reduced_by_person: reason("requested", "clamps or denies", "A person asked for less."),
  reduced_by_risk_manager: reason("requested", "clamps or denies", "The risk manager asked for less."),
  limited_to_question: reason("requested", "clamps or denies", "Never more than the question has shown."),
  preview_refused: reason("broker_preview", "denies", "The broker's own preview refuses the order."),
  preview_margin: reason(
    "broker_preview",
    "denies",
    "After the order, the margin requirement would exceed the equity.",
  ),
  preview_smaller: reason("broker_preview", "denies", "The broker previewed a smaller order than planned."),
} as const satisfies Record<string, Reason>;

export type ReasonCode = keyof typeof REASONS;

function reason(rule: string, effect: Reason["effect"], meaning: string): Reason {
  return { rule, effect, meaning };
}

/** The table of docs/risk.md, Markdown. */
export function reasonTable(): string {
  const rows = Object.entries(REASONS).map(
    ([code, r]) => `| \`${code}\` | ${r.rule} | ${r.effect} | ${r.meaning} |`,
  );
  return ["| code | rule | effect | meaning |", "|---|---|---|---|", ...rows].join("\n");
}
