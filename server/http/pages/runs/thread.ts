// The whole conversation of a run in the order in which it was held. Pure.
import type { RunModel, ThreadEntry } from "#server/views/run/model.ts";

type Rows = Pick<RunModel, "calls" | "verdicts" | "approvals" | "orders">;

/**
 * Sorted by when the desk wrote it down, which is one clock for all. A person's answer is on the market's clock where the
 * market is a simulator: it stands right after its question, as nothing else happens in between.
 */
export function threadOf(rows: Rows): ThreadEntry[] {
  const entries: ThreadEntry[] = [
    ...rows.calls.map((call) => ({ at: call.createdAt, by: "agent" as const, call })),
    ...rows.verdicts.map((verdict) => ({ at: verdict.createdAt, by: "rules" as const, verdict })),
    ...rows.approvals.map((approval) => ({ at: approval.createdAt, by: "desk" as const, approval })),
    ...rows.orders.flatMap((order) =>
      order.events.map((event) => ({ at: event.recordedAt, by: "broker" as const, order, event })),
    ),
  ];
  return entries
    .toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
    .flatMap((entry): ThreadEntry[] =>
      entry.by === "desk" && entry.approval.answeredAt !== null
        ? [entry, { at: entry.approval.answeredAt, by: "person", approval: entry.approval }]
        : [entry],
    );
}
