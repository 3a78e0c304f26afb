// The values of snapshot fields, all text (tables/snapshot-fields.json). Pure, from real bars only.
// Daily bars know no spread: bid and ask are both the last trade, their sizes what the fill model would take.
import { dec } from "#store/model/money.ts";
import type { HoldingFigures } from "../account/figures.ts";
import type { DailyBar } from "../market/bars.ts";
import type { SimInstrument } from "../market/market.ts";
import {
  formingDay,
  type LastPrice,
  lastPrice,
  type MarketMoment,
  visibleBars,
} from "../market/market-clock.ts";
import { availableVolume } from "../orders/matching/fill-model.ts";
import { priceText } from "../orders/wording.ts";

type FieldsOf = {
  instrument: SimInstrument;
  moment: MarketMoment;
  subscription: "realtime" | "delayed" | "none";
  participation: number;
  holding: HoldingFigures | undefined;
};

const volumeText = (shares: number) => {
  if (shares >= 1e9) return `${(shares / 1e9).toFixed(2)}B`;
  if (shares >= 1e6) return `${(shares / 1e6).toFixed(1)}M`;
  return shares >= 1e4 ? `${(shares / 1e3).toFixed(1)}K` : String(shares);
};
const whole = (shares: number) => shares.toLocaleString("en-US", { maximumFractionDigits: 0 });
const signed = (value: number, text: string) => (value > 0 ? `+${text}` : text);

/** Availability: realtime, delayed, not subscribed; frozen when the instrument has no bar in this session. */
function availability(of: FieldsOf, last: LastPrice | undefined): string {
  if (of.subscription === "none" || last === undefined) return "N";
  if (of.subscription === "delayed") return "DPB";
  return last.stale ? "ZB" : "RpB";
}

function barFields(bar: DailyBar, prior: number | undefined, last: number): Record<string, string> {
  const moved = prior === undefined ? undefined : last - prior;
  return {
    "70": priceText(bar.high),
    "71": priceText(bar.low),
    "7295": priceText(bar.open),
    ...(bar.volume === 0 ? {} : { "87": volumeText(bar.volume), "7762": String(bar.volume) }),
    ...(prior === undefined || moved === undefined
      ? {}
      : {
          "7741": priceText(prior),
          "82": signed(moved, moved.toFixed(2)),
          "83": `${((moved / prior) * 100).toFixed(2)}%`,
          "7682": (last - bar.open).toFixed(2),
        }),
  };
}

function holdingFields(holding: HoldingFigures | undefined): Record<string, string> {
  if (holding === undefined || holding.holding.quantity.isZero()) return {};
  return {
    "73": holding.value.toFixed(2),
    "74": holding.holding.averageCost.toFixed(2),
    "75": holding.unrealized.toFixed(2),
    "76": holding.holding.quantity.toFixed(),
    "79": holding.holding.realizedToday.toFixed(2),
  };
}

/** All that can be said of an instrument now, by field id; what cannot be said is absent. */
export function snapshotValues(of: FieldsOf): Record<string, string> {
  const { instrument, moment } = of;
  const last = lastPrice(instrument, moment);
  const base: Record<string, string> = {
    "55": instrument.symbol,
    "58": "",
    "6004": instrument.exchange,
    "6008": String(instrument.conid),
    "6070": instrument.assetClass,
    "6119": "q0",
    "6509": availability(of, last),
    "7051": instrument.name,
    "7184": "1",
    "7219": instrument.symbol,
    "7221": instrument.exchange,
    "7768": "1",
    ...(instrument.industry === null ? {} : { "7280": instrument.industry }),
    ...(instrument.category === null ? {} : { "7281": instrument.category }),
    ...holdingFields(of.holding),
  };
  if (of.subscription === "none" || last === undefined) return base;
  const count = visibleBars(instrument, moment);
  const forming = formingDay(instrument, moment);
  const bar = forming ?? instrument.bars.bar(count - 1);
  const before = forming === undefined ? count - 2 : count - 1;
  const prior = before >= 0 ? instrument.bars.close(before) : undefined;
  const size = whole(availableVolume(instrument.bars.bar(Math.max(0, count - 1)), of.participation));
  const price = priceText(last.price);
  return {
    ...base,
    ...barFields(bar, prior, last.price),
    "31": last.stale ? `C${price}` : price,
    "7635": price,
    ...(forming === undefined ? { "7296": price } : {}),
    ...(last.stale ? {} : { "84": price, "86": price, "85": size, "88": size }),
    "7293": priceText(extreme(instrument, count, "high")),
    "7294": priceText(extreme(instrument, count, "low")),
  };
}

function extreme(instrument: SimInstrument, count: number, side: "high" | "low"): number {
  const from = Math.max(0, count - 252);
  let found = dec(instrument.bars.bar(Math.max(0, count - 1))[side]).toNumber();
  for (let index = from; index < count; index += 1) {
    const value = instrument.bars.bar(index)[side];
    if (side === "high" ? value > found : value < found) found = value;
  }
  return found;
}
