// Indicators and the values that prompts state. Everything here is pure.
export { ComputedValues, computedValues, decimalsOf, RecentBar, type ValuesOf } from "./computed-values.ts";
export { INDICATOR_PARAMETERS } from "./parameters.ts";
export { priceDecimals, rangeDecimals, roundTo } from "./rounding.ts";
export { at, type Columns, type Series } from "./series.ts";
export {
  COLUMN_INDICATOR,
  computeIndicators,
  INDICATOR_NAMES,
  type IndicatorName,
  type IndicatorTable,
} from "./table.ts";
export {
  isChosen,
  LEVEL_DEFINITIONS,
  VALUE_DEFINITIONS,
  VALUE_NAMES,
  VALUE_UNITS,
  type ValueName,
  type ValueUnit,
} from "./value-definitions.ts";
