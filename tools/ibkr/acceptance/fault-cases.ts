// Acceptance: a gateway that hangs, drops, refuses or forgets. An order is never lost and never sent twice.
import {
  type AcceptanceBench,
  type AcceptanceCase,
  controlOf,
  expectCode,
  expectEqual,
  expectThat,
} from "./bench.ts";
import { bracket, instrumentOf, submitAccepted, ticket } from "./order-steps.ts";

const SUBMIT = { method: "POST", path: "/orders" } as const;
const REPLY = { method: "POST", path: "/iserver/reply" } as const;

type Fault = { kind: string; method?: string; path?: string };

/** Submits under the fault, finds the outcome unknown, and asks the broker what is. */
async function unknownThenFound(bench: AcceptanceBench, fault: Fault, live: number): Promise<void> {
  const order = await ticket(bench, { limit: 0.9 });
  await controlOf(bench).fault(fault);
  const outcome = await bench.client.orders.submit([order]);
  expectThat(outcome.kind === "unknown", `unknown, not ${JSON.stringify(outcome)}`);
  const found = await bench.client.orders.find(order.clientOrderId);
  expectEqual(found.certain, true, "certainty");
  expectEqual(found.order === null ? 0 : 1, live, "found by its client order id");
  expectEqual(await controlOf(bench).ordersSeen(), live, "orders at the broker");
}

export const FAULT_CASES: readonly AcceptanceCase[] = [
  {
    number: 52,
    area: "faults",
    title: "finds nothing after a submission that hung before it was handled",
    needs: "simulator",
    impatient: true,
    run: (bench) => unknownThenFound(bench, { kind: "hang", ...SUBMIT }, 0),
  },
  {
    number: 53,
    area: "faults",
    title: "finds nothing after a submission that was dropped before it was handled",
    needs: "simulator",
    run: (bench) => unknownThenFound(bench, { kind: "drop", ...SUBMIT }, 0),
  },
  {
    number: 54,
    area: "faults",
    title: "finds the order after the confirmation's answer was dropped",
    needs: "simulator",
    run: (bench) => unknownThenFound(bench, { kind: "drop_after", ...REPLY }, 1),
  },
  {
    number: 55,
    area: "faults",
    title: "finds the order after the confirmation's answer hung",
    needs: "simulator",
    impatient: true,
    run: (bench) => unknownThenFound(bench, { kind: "hang_after", ...REPLY }, 1),
  },
  {
    number: 56,
    area: "faults",
    title: "finds the order after a 503 although it went live",
    needs: "simulator",
    run: (bench) => unknownThenFound(bench, { kind: "unavailable_after", ...REPLY }, 1),
  },
  {
    number: 57,
    area: "faults",
    title: "finds the order after a stale question's 503 although it went live",
    needs: "simulator",
    run: (bench) => unknownThenFound(bench, { kind: "stale_question", ...REPLY }, 1),
  },
  {
    number: 58,
    area: "faults",
    title: "finds a whole bracket after its submission's answer was lost",
    needs: "simulator",
    run: async (bench) => {
      const tickets = await bracket(bench, { entry: 0.99, stop: 0.95, target: 1.02 });
      await controlOf(bench).fault({ kind: "drop_after", ...REPLY });
      expectEqual((await bench.client.orders.submit(tickets)).kind, "unknown", "outcome");
      const found = await bench.client.orders.find(tickets[0].clientOrderId);
      expectEqual(
        [found.order?.clientOrderId, found.children.length],
        [tickets[0].clientOrderId, 2],
        "found",
      );
    },
  },
  {
    number: 59,
    area: "faults",
    title: "takes a 502 page on a submission as unknown",
    needs: "simulator",
    run: (bench) => unknownThenFound(bench, { kind: "html", ...SUBMIT }, 0),
  },
  {
    number: 60,
    area: "faults",
    title: "keeps everything back after a 429, says until when, and goes on by itself",
    needs: "simulator",
    run: async (bench) => {
      const order = await ticket(bench, { limit: 0.97 });
      await controlOf(bench).fault({ kind: "too_many", method: "GET", path: "/portfolio" });
      const reading = bench.client.summary();
      await controlOf(bench).pass(100);
      const until = bench.client.health().penaltyUntil;
      expectThat(until !== null, "health tells until when");
      await expectCode(bench.client.orders.submit([order]), "gateway_penalty", "an order meanwhile");
      expectThat((await reading).netLiquidation !== "0", "the read goes on after the penalty");
      await submitAccepted(bench, [order]);
    },
  },
  {
    number: 61,
    area: "faults",
    title: "repeats a read that was dropped, answered by a 503 or by a page",
    needs: "simulator",
    run: async (bench) => {
      const instrument = await instrumentOf(bench);
      for (const kind of ["drop", "unavailable", "html"]) {
        await controlOf(bench).fault({ kind, path: "/iserver/marketdata/history" });
        const series = await bench.client.history({ instrument, timeframe: "daily", count: 3 });
        expectEqual(series.bars.length, 3, `bars after ${kind}`);
      }
    },
  },
  {
    number: 62,
    area: "faults",
    title: "gives up a read that hangs and repeats it",
    needs: "simulator",
    impatient: true,
    run: async (bench) => {
      await bench.client.ensureReady();
      await controlOf(bench).fault({ kind: "hang", path: "/portfolio" });
      expectThat((await bench.client.summary()).currency === "USD", "the summary came");
    },
  },
  {
    number: 63,
    area: "faults",
    title: "fails a read with the reason when the login is gone",
    needs: "simulator",
    run: async (bench) => {
      await bench.client.ensureReady();
      await controlOf(bench).loseSession("login");
      await expectCode(bench.client.orders.trades(), "login_needed", "a read");
      expectEqual(bench.client.health().state, "needs_login", "state");
    },
  },
  {
    number: 64,
    area: "faults",
    title: "tells that it is not known whether a cancel arrived",
    needs: "simulator",
    run: async (bench) => {
      const outcome = await submitAccepted(bench, [await ticket(bench, { limit: 0.97 })]);
      const id = outcome.orders[0]?.brokerOrderId ?? null;
      expectThat(id !== null, "the order has an id");
      await controlOf(bench).fault({ kind: "drop_after", method: "DELETE" });
      expectEqual((await bench.client.orders.cancel(id)).kind, "unknown", "cancel");
      await controlOf(bench).pass(1_000);
      expectEqual((await bench.client.orders.status(id))?.status, "CANCELED", "status");
    },
  },
];
