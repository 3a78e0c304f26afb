// The published limits per endpoint and the penalty box of an address. Pure but for its own memory (tables/pacing.json).
import type { PacingSettings } from "../settings.ts";

type Limit = { method: string; path: RegExp; count: number; perMs: number };

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const limit = (method: string, path: string, count: number, perMs: number): Limit => ({
  method,
  path: new RegExp(`^${path.replaceAll("*", "[^/]+")}/?$`),
  count,
  perMs,
});

const ENDPOINTS: readonly Limit[] = [
  limit("GET", "/iserver/account/orders", 1, 5 * SECOND),
  limit("GET", "/iserver/account/trades", 1, 5 * SECOND),
  limit("GET", "/iserver/account/pnl/partitioned", 1, 5 * SECOND),
  limit("GET", "/iserver/marketdata/snapshot", 10, SECOND),
  limit("GET", "/iserver/marketdata/history", 10, SECOND),
  limit("GET", "/iserver/scanner/params", 1, 15 * MINUTE),
  limit("POST", "/iserver/scanner/run", 1, SECOND),
  limit("GET", "/portfolio/accounts", 1, 5 * SECOND),
  limit("GET", "/portfolio/subaccounts", 1, 5 * SECOND),
  limit("POST", "/pa/(performance|summary|transactions)", 1, 15 * MINUTE),
  limit("GET", "/sso/validate", 1, MINUTE),
  limit("(GET|POST)", "/tickle", 1, SECOND),
  limit("GET", "/fyi/(unreadnumber|settings|deliveryoptions|notifications)", 1, SECOND),
  limit("GET", "/fyi/notifications/more", 1, SECOND),
  limit("POST", "/fyi/settings/*", 1, SECOND),
  limit("(GET|PUT)", "/fyi/disclaimer/*", 1, SECOND),
  limit("(PUT|POST)", "/fyi/deliveryoptions/(email|device)", 1, SECOND),
  limit("DELETE", "/fyi/deliveryoptions/*", 1, SECOND),
  limit("PUT", "/fyi/notifications/*", 1, SECOND),
];

/** `breach`: this call went too far and the address is boxed from now on. `boxed`: it was already. */
export type PacingVerdict = "ok" | "breach" | "boxed";

export type Pacing = {
  check(call: { address: string; method: string; path: string; now: number }): PacingVerdict;
  /** Puts an address into the box, as a 429 from elsewhere would. */
  box(address: string, now: number): void;
  breaches(): number;
  /** Lets every address out and forgets its past. */
  forgive(): void;
};

const HISTORY = "/iserver/marketdata/history";

export function createPacing(settings: PacingSettings): Pacing {
  const calls = new Map<string, number[]>();
  const boxedUntil = new Map<string, number>();
  const counts = new Map<string, number>();

  /** Counts the call; true when it is one too many for this window. */
  const tooMany = (key: string, of: { count: number; perMs: number; now: number }) => {
    const since = of.now - of.perMs + settings.toleranceMs;
    const recent = (calls.get(key) ?? []).filter((at) => at > since);
    recent.push(of.now);
    calls.set(key, recent);
    return recent.length > of.count;
  };

  const box = (address: string, now: number) => {
    const count = (counts.get(address) ?? 0) + 1;
    counts.set(address, count);
    const forGood = settings.permanentAfter !== null && count >= settings.permanentAfter;
    boxedUntil.set(address, forGood ? Number.POSITIVE_INFINITY : now + settings.penaltyMs);
  };

  return {
    check: ({ address, method, path, now }) => {
      if (!settings.enforced) return "ok";
      if (now < (boxedUntil.get(address) ?? 0)) return "boxed";
      const windows = ENDPOINTS.filter(
        (one) => new RegExp(`^${one.method}$`).test(method) && one.path.test(path),
      ).map((one) => ({ key: `${address} ${one.path.source}`, count: one.count, perMs: one.perMs }));
      if (path === HISTORY) {
        windows.push({ key: `${address} history`, count: settings.historyPerMinute, perMs: MINUTE });
      }
      windows.push({ key: address, count: settings.globalPerSecond, perMs: SECOND });
      const passed = windows.map((window) => tooMany(window.key, { ...window, now }));
      if (!passed.includes(true)) return "ok";
      box(address, now);
      return "breach";
    },
    box,
    breaches: () => [...counts.values()].reduce((sum, one) => sum + one, 0),
    forgive: () => {
      calls.clear();
      boxedUntil.clear();
      counts.clear();
    },
  };
}
