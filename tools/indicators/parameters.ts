// The parameters of every indicator, once: calculation, prompts and the chart's labels all read them here. Pure.

export const INDICATOR_PARAMETERS = {
  smaFast: 20,
  smaMiddle: 50,
  smaSlow: 200,
  ema: 20,
  macd: { fast: 12, slow: 26, signal: 9 },
  rsi: 14,
  bollinger: { period: 20, deviations: 2 },
  atr: 14,
  supertrend: { period: 10, multiplier: 3 },
  volumeAverage: 20,
} as const;

/** Bars on each side that a swing high must exceed (a swing low must undercut). */
export const SWING_REACH = { daily: 5, weekly: 3 } as const;
