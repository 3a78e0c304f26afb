// Charts for models and people, and the words and numbers behind them.
export { type BrowserChart, chartSpec } from "./browser-spec.ts";
export { ChartDescription, chartDescriptionText, describeChart } from "./describe.ts";
export { prepareFonts } from "./fonts.ts";
export { MarketDataDocument, type MarketDataOf, marketDataDocument } from "./market-data.ts";
export { ChartOverlay, withOverlay } from "./overlay.ts";
export { chartSvg, type RenderedChart, renderChart } from "./render.ts";
export { CHART_SIZES, type ChartSize } from "./scene/geometry.ts";
export type { ChartInput } from "./scene/scene.ts";
