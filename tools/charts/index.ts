// Charts for models and people, and the words and numbers behind them.
export { ChartDescription, chartDescriptionText, describeChart } from "./describe.ts";
