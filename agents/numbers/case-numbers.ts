// The numbers of a whole case: both timeframes, account, decision, and what follows from them by plain arithmetic. Pure.
import type { decisionFigures } from "../decision-figures.ts";
import type { ConsolidationInput } from "../inputs.ts";
import { leadingOf, materialsOf } from "../timeframes.ts";
import { type KnownNumber, type KnownNumbers, knownNumbers } from "./known.ts";
import { proseNumbers } from "./prose.ts";

/** Both timeframes, the account and the open trade, and what else the caller names. */
export function knownOf(input: ConsolidationInput, further: readonly KnownNumber[] = []): KnownNumbers {
  const { account, positions, openOrders, openTrade } = input.portfolio;
  const money = (name: string, value: string | null): KnownNumber[] =>
    value === null ? [] : [{ name: `account ${name}`, value: Number(value), unit: "price" }];
  return knownNumbers(materialsOf(input), [
    ...further,
    ...money("netLiquidation", account.netLiquidation),
    ...money("availableFunds", account.availableFunds),
    ...money("grossPositionValue", account.grossPositionValue),
    ...positions
      .filter((position) => position.symbol === input.subject.symbol)
      .flatMap((position) => [
        ...money("quantity", position.quantity),
        ...money("averageCost", position.averageCost),
        ...money("marketPrice", position.marketPrice),
        ...money("unrealizedPnl", position.unrealizedPnl),
      ]),
    ...openOrders.flatMap((order) => [
      ...money("order quantity", order.quantity),
      ...money("order limit", order.limitPrice),
      ...money("order stop", order.stopPrice),
    ]),
    ...(openTrade === null
      ? []
      : [
          ...money("entryPrice", openTrade.entryPrice),
          ...money("openTrade target", openTrade.targetPrice),
          ...money("openTrade stop", openTrade.stopPrice),
        ]),
  ]);
}

/** The figures of a decision, by their own names after `prefix`. */
export function figuresOf(figures: ReturnType<typeof decisionFigures>, prefix: string): KnownNumber[] {
  const of = (name: string, value: string | null, unit: KnownNumber["unit"]): KnownNumber[] =>
    value === null ? [] : [{ name: prefix + name, value: Number(value), unit }];
  const { currentPrice, targetPrice, stopPrice, profitMargin, rCoefficient } = figures;
  return [
    ...of("currentPrice", currentPrice, "price"),
    ...of("targetPrice", targetPrice, "price"),
    ...of("stopPrice", stopPrice, "price"),
    ...of("profitMargin", profitMargin, "ratio"),
    ...of("profitMargin, %", profitMargin === null ? null : String(100 * Number(profitMargin)), "percent"),
    ...of("rCoefficient", rCoefficient, "ratio"),
  ];
}

/** Distances that traders think in: a stop "two ATR below the close" may be told with its price. */
export function multiplesOfAtr(input: ConsolidationInput): KnownNumber[] {
  const close = leadingOf(input).values.values.close;
  if (close === undefined) return [];
  return materialsOf(input).flatMap(({ values: { values, timeframe } }) => {
    const { atr14 } = values;
    if (atr14 === undefined) return [];
    return [0.5, 1, 1.5, 2, 2.5, 3, 4].flatMap((times): KnownNumber[] => [
      { name: `${times} ${timeframe} ATR`, value: times * atr14, unit: "range" },
      { name: `close + ${times} ${timeframe} ATR`, value: close + times * atr14, unit: "price" },
      { name: `close - ${times} ${timeframe} ATR`, value: close - times * atr14, unit: "price" },
    ]);
  });
}

const STATED_PRICES = 8;

/** R and margin of a trade that the text itself prices, such as one it refuses: they follow from its own prices. */
export function ratiosOfStated(text: string, price: number): KnownNumber[] {
  const prices = proseNumbers(text)
    .filter(
      ({ kind, value }) => kind === "value" && value > price / 2 && value < price * 2 && value !== price,
    )
    .slice(0, STATED_PRICES)
    .map(({ value }) => value);
  const margins = prices.map((target): KnownNumber => {
    const value = (100 * Math.abs(target - price)) / price;
    return { name: `margin to ${target}, %`, value, unit: "percent" };
  });
  const ratios = prices.flatMap((target) =>
    prices
      .filter((stop) => (target - price) * (price - stop) > 0)
      .map((stop): KnownNumber => {
        const value = (target - price) / (price - stop);
        return { name: `R to ${target} with stop ${stop}`, value, unit: "ratio" };
      }),
  );
  return [...margins, ...ratios];
}
