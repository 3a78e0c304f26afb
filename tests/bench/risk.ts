// Verdicts per second of the risk engine: a book of twenty positions and ten orders, prices that differ each time.
import { toDecimalString } from "#store/model/money.ts";
import { decideRisk } from "#tools/risk/decide.ts";
import type { RiskInput } from "#tools/risk/input.ts";
import {
  accountOf,
  decisionOf,
  limits,
  NOW,
  openOrderOf,
  positionOf,
  snapshot,
} from "../tools/risk/snapshot.ts";
import type { BenchRow } from "./row.ts";

/** Snapshots as the desk builds them: limits and instrument are shared, everything else is new. */
function inputs(count: number, book: { positions: number; orders: number }): RiskInput[] {
  const shared = limits({ maxOpenPositions: 100 });
  return Array.from({ length: count }, (_, i) => {
    const price = 90 + (i % 1000) / 100;
    return snapshot({
      limits: shared,
      decision: decisionOf(i % 2 === 0 ? "BUY" : "SELL", {
        price: price.toFixed(2),
        stop: (i % 2 === 0 ? price * 0.95 : price * 1.05).toFixed(2),
        target: (i % 2 === 0 ? price * 1.1 : price * 0.9).toFixed(2),
      }),
      lastBar: { ...snapshot().lastBar, close: toDecimalString(price.toFixed(2)) },
      account: { value: accountOf(), at: NOW },
      positions: {
        value: Array.from({ length: book.positions }, (_, p) => positionOf(1000 + p, String(1 + p), "33.21")),
        at: NOW,
      },
      openOrders: {
        value: Array.from({ length: book.orders }, (_, o) =>
          openOrderOf(1000 + o, { leg: "stop", side: "SELL" }),
        ),
        at: NOW,
      },
    });
  });
}

export function benchRisk(clock: { monotonic(): number }): BenchRow[] {
  return [
    row(clock, "verdicts, empty book", { positions: 0, orders: 0 }),
    row(clock, "verdicts, 20 positions and 40 orders", { positions: 20, orders: 40 }),
  ];
}

function row(
  clock: { monotonic(): number },
  name: string,
  book: { positions: number; orders: number },
): BenchRow {
  const prepared = inputs(2000, book);
  for (let i = 0; i < 20_000; i++) decideRisk(prepared[i % prepared.length] ?? snapshot());
  const started = clock.monotonic();
  const rounds = 60_000;
  for (let i = 0; i < rounds; i++) decideRisk(prepared[i % prepared.length] ?? snapshot());
  const seconds = (clock.monotonic() - started) / 1000;
  return { suite: "risk", name, value: rounds / seconds, unit: "1/s", target: { atLeast: 50_000 } };
}
