// `spl`, `ssd` and `sld`: profit and loss, summary and ledger of the account, whenever they changed.
import { partitionedPnl, previousEquityOf } from "../account/brokerage-routes.ts";
import { ledger } from "../account/rows.ts";
import { portfolioSummary } from "../account/summary.ts";
import type { StreamOf, Subscribe } from "./topics.ts";

const textList = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);

/** Says what it has at once, and again after each execution and each move of the clock. */
const speaking = (speak: () => void) => {
  speak();
  return {
    changed: (change: { fills?: readonly unknown[]; clock?: unknown }) => {
      if (change.clock !== undefined || (change.fills ?? []).length > 0) speak();
    },
  };
};

export const profitAndLoss: Subscribe = ({ world, send }) =>
  speaking(() => send({ topic: "spl", args: partitionedPnl(world) }));

/** Entries as a list, each with its key; only those and those fields that were asked for. */
function listed(
  of: StreamOf,
  entries: Record<string, unknown>,
  options: Record<string, unknown>,
): Record<string, unknown>[] {
  const [keys, fields] = [textList(options.keys), textList(options.fields)];
  return Object.entries(entries)
    .filter(([key]) => keys.length === 0 || keys.some((one) => one.toLowerCase() === key.toLowerCase()))
    .map(([key, entry]) => {
      const all = Object.entries(entry as Record<string, unknown>);
      const shown = all.filter(([name]) => fields.length === 0 || fields.includes(name));
      return { key, timestamp: Math.floor(of.world.now() / 1000), ...Object.fromEntries(shown) };
    });
}

export const summary: Subscribe = (of, target, options) =>
  speaking(() => {
    const { world } = of;
    const entries = portfolioSummary({
      figures: world.figures(),
      previousEquity: previousEquityOf(world),
      accountId: world.accountId,
      now: world.now(),
      session: world.moment().session,
    });
    of.send({ topic: `ssd+${target}`, result: listed(of, entries, options) });
  });

export const accountLedger: Subscribe = (of, target, options) =>
  speaking(() => {
    const { world } = of;
    const entries = ledger({ figures: world.figures(), accountId: world.accountId, now: world.now() });
    of.send({ topic: `sld+${target}`, result: listed(of, entries, options) });
  });
