// The simulator's public face. Everything else in this folder is a room of its own.

export type { JournalEntry } from "./control/journal.ts";
export type { FaultKind, FaultRule } from "./faults/faults.ts";
export type { ClockView } from "./market/engine.ts";
export { loadMarketData } from "./market/load.ts";
export type { MarketData, SimInstrument } from "./market/market.ts";
export { DEFAULT_START, defaultStartSession } from "./market/start.ts";
export type { SimFill, SimOrder } from "./orders/order.ts";
export { type ServedSimulator, type ServeOptions, serveSimulator } from "./serve/serve.ts";
export { DEFAULT_SETTINGS, type SettingsOverride, type SimulatorSettings } from "./settings.ts";
export { createSimulator, type GatewayFetch, type Simulator, type SimulatorOptions } from "./simulator.ts";
