// Rules about the desk, the account and the instrument: may anything be sent at all? Pure.

import type { ReasonCode } from "../codes.ts";
import type { Facts } from "../facts.ts";
import { figure, ZERO } from "../fixed.ts";
import type { Observed } from "../input.ts";
import { type Answer, deny, type GateRule, pass, secondsBetween, skip } from "../rule.ts";

export const tradingState: GateRule = {
  id: "trading_state",
  check({ input, effect }) {
    const state = input.tradingState;
    if (state === "HALTED") return deny("trading_halted", state, "ACTIVE, or REDUCING to close");
    if (state === "REDUCING" && effect === "open") return deny("reducing_only", state, "closing orders only");
    return pass(state, effect === "open" ? "ACTIVE" : "ACTIVE or REDUCING");
  },
};

export const mode: GateRule = {
  id: "mode",
  check({ input }) {
    const { gateway } = input.broker;
    const fits =
      input.mode === "live" ? gateway === "ibkr" : input.mode === "replay" ? gateway === "simulator" : true;
    const given = `${input.mode} at ${gateway}`;
    return fits
      ? pass(given, "live: ibkr; replay: simulator")
      : deny("mode_mismatch", given, "live: ibkr; replay: simulator");
  },
};

/** Nothing new in a symbol while the broker and we disagree about it, or while one outcome is unknown. */
export const reconciled: GateRule = {
  id: "reconciled",
  check({ input }) {
    if (input.blocked !== null) return deny("symbol_blocked", input.blocked, "no open mismatch");
    for (const order of input.openOrders?.value ?? [])
      if (
        order.conid === input.instrument.conid &&
        (order.status === "UNKNOWN" || order.status === "SUBMITTING")
      )
        return deny("order_unknown", `${order.leg} order ${order.status}`, "all outcomes known");
    return pass("no open mismatch", "no open mismatch");
  },
};

const TYPE_WORDS = { LIMIT: "limit", MARKET: "market", STOP: "stop" } as const;

export const instrument: GateRule = {
  id: "instrument",
  check({ input, effect, limits }) {
    const { instrument: traded, account, decision } = input;
    if (decision.symbol !== traded.symbol) return deny("symbol_mismatch", decision.symbol, traded.symbol);
    if (traded.securityType === "IND" && !(traded.indexReplay && input.broker.gateway === "simulator"))
      return deny("not_tradable", "an index", "a stock, or an index replayed by the simulator");
    if (account !== null && account.value.currency !== traded.currency)
      return deny("currency_mismatch", traded.currency, account.value.currency);
    const wanted = [limits.entryOrder, ...(effect === "open" ? (["STOP", "LIMIT"] as const) : [])];
    for (const type of wanted)
      if (!traded.orderTypes.includes(TYPE_WORDS[type]))
        return deny("order_type_not_offered", TYPE_WORDS[type], traded.orderTypes.join(", "));
    return pass(`${traded.symbol} ${traded.securityType} ${traded.currency}`, "tradable, same currency");
  },
};

export const account: GateRule = {
  id: "account",
  check(facts) {
    const { account: read, broker } = facts.input;
    if (read === null || facts.equity === null) return deny("account_missing", "not read", "account figures");
    if (read.value.accountId !== broker.accountId)
      return deny("foreign_account", read.value.accountId, broker.accountId);
    if (facts.equity <= ZERO) return deny("account_missing", `equity ${figure(facts.equity)}`, "above 0");
    return aged(facts, read, "account_stale");
  },
};

export const portfolio: GateRule = {
  id: "portfolio",
  check(facts) {
    const { positions, openOrders, reservations } = facts.input;
    if (positions === null) return deny("positions_missing", "not read", "positions");
    if (openOrders === null || reservations === null || facts.exposure === null)
      return deny("open_orders_missing", "not read", "open orders and promised room");
    if (facts.effect === "open" && facts.exposure.unpriced.length > 0)
      return deny("position_unpriced", facts.exposure.unpriced.join(", "), "a price for each position");
    const old = aged(facts, positions, "positions_stale");
    return old.kind === "deny" ? old : aged(facts, openOrders, "open_orders_stale");
  },
};

export const activity: GateRule = {
  id: "activity",
  opening: true,
  check(facts) {
    const read = facts.input.activity;
    return read === null
      ? deny("activity_missing", "not read", "orders and results")
      : aged(facts, read, "activity_stale");
  },
};

export const openPositions: GateRule = {
  id: "open_positions",
  opening: true,
  check({ input, exposure, limits }) {
    if (exposure === null) return skip("portfolio not known");
    const already = exposure.bySymbol.has(input.instrument.conid);
    const after = exposure.bySymbol.size + (already ? 0 : 1);
    const limit = String(limits.maxOpenPositions);
    return after > limits.maxOpenPositions
      ? deny("too_many_positions", `${after} with this one`, limit)
      : pass(`${after} with this one`, limit);
  },
};

function aged(facts: Facts, read: Observed<unknown>, code: ReasonCode): Answer {
  const seconds = secondsBetween(read.at, facts.input.now);
  const limit = `${facts.limits.maxInputAgeSeconds} s old`;
  // A clock that ran backwards (or no instant at all) is as bad as an old reading.
  const fresh = seconds >= -1 && seconds <= facts.limits.maxInputAgeSeconds;
  return fresh ? pass(`${seconds} s old`, limit) : deny(code, `${seconds} s old`, limit);
}
