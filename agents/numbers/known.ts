// The numbers that an agent was given and may repeat: names, values, units. Pure.
import type { Bar } from "#store/model/bar.ts";
import type { ComputedValues } from "#tools/indicators/index.ts";
import { VALUE_DEFINITIONS, type ValueName, type ValueUnit } from "#tools/indicators/index.ts";
import type { StoredNumbers } from "../inputs.ts";

export type KnownNumber = { name: string; value: number; unit: ValueUnit };

export type KnownNumbers = {
  /** The last close: what a price is measured against. */
  close: number;
  /** Everything with a name: values, levels, and figures of the decision or the account. */
  named: readonly KnownNumber[];
  /** Finished bars, for statements that name a date. */
  bars: readonly Bar[];
  /** Lowest and highest price in the bars: what "looks like a price" means here. */
  range: { low: number; high: number };
  firstDate: string;
  asOf: string;
};

/** Numbers of one or more timeframes together with further named figures; the first series gives close and dates. */
export function knownNumbers(
  series: readonly [StoredNumbers, ...StoredNumbers[]],
  further: readonly KnownNumber[] = [],
): KnownNumbers {
  const [first] = series;
  const bars = series.flatMap((numbers) => numbers.bars);
  const named = [...series.flatMap((numbers) => fromValues(numbers.values)), ...further];
  const close = first.values.values.close ?? Number(first.bars.at(-1)?.close ?? Number.NaN);
  const lows = bars.map((bar) => Number(bar.low));
  const highs = bars.map((bar) => Number(bar.high));
  return {
    close,
    named,
    bars,
    range: { low: least(lows, close), high: most(highs, close) },
    firstDate: series.map(({ values }) => values.bars.first).reduce((a, b) => (a < b ? a : b)),
    asOf: series.map(({ values }) => values.asOf).reduce((a, b) => (a > b ? a : b)),
  };
}

function fromValues(block: ComputedValues): KnownNumber[] {
  const values = Object.entries(block.values).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value, unit: VALUE_DEFINITIONS[name as ValueName].unit }],
  );
  const { levels } = block;
  const price = (name: string, value: number | null): KnownNumber[] =>
    value === null ? [] : [{ name, value, unit: "price" }];
  return [
    ...values,
    ...price("high52", levels.high52),
    ...price("low52", levels.low52),
    ...(["swingHighs", "swingLows", "resistance", "support"] as const).flatMap((name) =>
      levels[name].flatMap((value) => price(name, value)),
    ),
    ...block.recent.flatMap((bar) => [
      ...(["open", "high", "low", "close"] as const).flatMap((field) =>
        price(`${field} ${bar.date}`, bar[field]),
      ),
      ...(bar.volume === undefined
        ? []
        : [{ name: `volume ${bar.date}`, value: bar.volume, unit: "shares" as const }]),
    ]),
  ];
}

function least(values: readonly number[], otherwise: number): number {
  return values.reduce((a, b) => Math.min(a, b), otherwise);
}

function most(values: readonly number[], otherwise: number): number {
  return values.reduce((a, b) => Math.max(a, b), otherwise);
}
