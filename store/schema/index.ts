// All tables in one namespace: what drizzle-kit reads and what queries import.
export * from "./agents.ts";
export * from "./artifacts.ts";
export * from "./countersigns.ts";
export * from "./desk.ts";
export * from "./market.ts";
export * from "./orders.ts";
export * from "./portfolio.ts";
export * from "./runs.ts";
export * from "./schedules.ts";
export * from "./strategies.ts";
