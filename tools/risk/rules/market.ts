// Rules about bars, quote and session: is the price one to trade on? Pure.
import { fixed, ONE, percent, text, ZERO } from "../fixed.ts";
import { deny, type GateRule, pass, secondsBetween, skip } from "../rule.ts";

/** Only bars of the broker session that would get the order, up to its last finished session. */
export const bars: GateRule = {
  id: "bars",
  check({ input, limits }) {
    const { lastBar, market, broker } = input;
    if (lastBar === null) return deny("bars_missing", "none", "a finished daily bar");
    const from = `${lastBar.source.gateway}/${lastBar.source.session}`;
    const trading = `${broker.gateway}/${broker.session}`;
    if (from !== trading) return deny("foreign_data", from, trading);
    if (market === null) return deny("market_phase_missing", "unknown", "the last finished session");
    if (lastBar.date < market.lastFinished) return deny("stale_bars", lastBar.date, market.lastFinished);
    if (lastBar.date > market.lastFinished)
      return deny("bars_from_future", lastBar.date, market.lastFinished);
    const delay = lastBar.source.delaySeconds;
    if (market.open && delay > limits.maxBarDelaySeconds)
      return deny("delayed_data", `${delay} s behind`, `${limits.maxBarDelaySeconds} s`);
    return pass(`${lastBar.date} from ${from}`, `${market.lastFinished} from ${trading}`);
  },
};

export const tradingHours: GateRule = {
  id: "trading_hours",
  check({ input, limits }) {
    const { market } = input;
    if (market === null) return deny("market_phase_missing", "unknown", "open, or resting allowed");
    if (market.open) return pass(`open, session ${market.session}`, "open, or resting allowed");
    const closed = `closed; would rest for ${market.session}`;
    return limits.allowOutsideSession
      ? pass(closed, "resting allowed")
      : deny("outside_session", closed, "open sessions only");
  },
};

/** Between sessions nothing quotes: the reference is the last finished close, and this rule says so. */
export const quote: GateRule = {
  id: "quote",
  check({ input, limits, reference }) {
    const { market, quote: given, instrument } = input;
    if (market === null) return deny("market_phase_missing", "unknown", "open or closed");
    if (given?.halted) return deny("quote_halted", "halted", "trading");
    if (!market.open) {
      return reference === null
        ? deny("reference_missing", "closed, no finished bar", "last finished close")
        : pass(
            `closed: last close ${text(reference.price)} of ${input.lastBar?.date}`,
            "last finished close",
          );
    }
    if (given === null) return deny("quote_missing", "none", "a quote while the session is open");
    if (given.conid !== instrument.conid)
      return deny("quote_foreign", String(given.conid), String(instrument.conid));
    if (
      given.quality !== "realtime" &&
      !(limits.minQuoteQuality === "delayed" && given.quality === "delayed")
    )
      return deny("quote_quality", given.quality, limits.minQuoteQuality);
    const age = secondsBetween(given.at, market.at);
    if (!(age >= -1 && age <= limits.maxQuoteAgeSeconds))
      return deny("quote_stale", `${age} s old`, `${limits.maxQuoteAgeSeconds} s`);
    if (reference === null) return deny("quote_missing", "no price of this session", "bid, ask or last");
    return pass(
      `${given.quality}, ${age} s old`,
      `${limits.minQuoteQuality}, ${limits.maxQuoteAgeSeconds} s`,
    );
  },
};

export const spread: GateRule = {
  id: "spread",
  check({ input, limits }) {
    const { market, quote: given } = input;
    if (market === null || !market.open) return skip("not in session");
    const limit = percent(limits.maxSpread);
    if (given === null || given.bid === null || given.ask === null)
      return deny("spread_too_wide", "bid or ask missing", limit);
    const bid = fixed(given.bid);
    const ask = fixed(given.ask);
    if (bid <= ZERO || ask < bid) return deny("spread_too_wide", `${given.bid} / ${given.ask}`, limit);
    // (ask − bid) / mid, compared as a product.
    const twice = (ask - bid) * 2n;
    const width = percent(twice, ask + bid);
    return twice * ONE > (ask + bid) * limits.maxSpread
      ? deny("spread_too_wide", width, limit)
      : pass(width, limit);
  },
};
