// What the loss stops count, from the broker's statements to the verdict: the account's worth, so that what was realised
// and what a falling position has lost are one figure; and an account in another currency than the instrument's.
import { beforeEach, describe, expect, test } from "vitest";
import { sessionResults } from "#graph/orders/judging/results.ts";
import { reconcile } from "#graph/orders/reconcile.ts";
import type { SessionDate } from "#store/model/ids.ts";
import type { DecimalString } from "#store/model/money.ts";
import { testDatabase } from "../../support/database.ts";
import { emptyBook } from "./reset.ts";
import { orderRig, placeByHand, QUIET, type Rig } from "./rig.ts";

const database = await testDatabase();
const FALL = [100, 100.5, 89, 90, 1_000_000] as const;
const LOW = [90, 90.5, 89.5, 90, 1_000_000] as const;
const LIMITS = { maxDailyLoss: "0.03", maxWeeklyLoss: "1", maxPositionValue: "1" };

let rig: Rig;
beforeEach(async () => {
  await emptyBook(database);
  rig = await orderRig(database, {
    bars: [QUIET, FALL, LOW],
    more: { MSFT: [QUIET, QUIET, QUIET, QUIET] },
    settings: { cash: 100_000 },
  });
});

/** Bought at 100 by hand; the market then closes at 90. The last statement of the account was made before. */
async function fallen(shares: number): Promise<void> {
  await reconcile(rig.deps);
  await placeByHand(rig, { quantity: shares });
  rig.simulator.next();
  rig.clock.advance(60_000);
  await reconcile(rig.deps);
  rig.simulator.next();
  rig.clock.advance(60_000);
}
const verdict = async () => {
  const { judged } = await rig.propose({ symbol: "MSFT", limits: LIMITS });
  return judged.verdict;
};

describe("the daily loss stop", () => {
  test("counts what an open position has lost", async () => {
    await fallen(400);
    expect((await verdict()).codes).toContain("daily_loss_stop");
  });

  test("counts the same once it was sold", async () => {
    await fallen(400);
    await placeByHand(rig, { quantity: 400, side: "SELL" });
    rig.simulator.next();
    rig.clock.advance(60_000);
    expect((await rig.client.positions()).filter((one) => one.quantity !== "0")).toEqual([]);
    expect((await verdict()).codes).toContain("daily_loss_stop");
  });

  test("lets pass what is below it", async () => {
    await fallen(200);
    expect((await verdict()).codes).not.toContain("daily_loss_stop");
  });

  test("measures the desk's first day from its first statement, when there is none of a day before", () => {
    const session = "2017-12-20" as SessionDate;
    const money = (value: string) => value as DecimalString;
    const now = { session, netLiquidation: money("96000"), first: money("100000") };
    expect(sessionResults([], now)).toEqual([{ session, result: "-4000" }]);
    expect(sessionResults([{ date: session, netLiquidation: money("97000") }], now)).toEqual([
      { session, result: "-4000" },
    ]);
    const before = { date: "2017-12-19" as SessionDate, netLiquidation: money("98000") };
    expect(sessionResults([before], now)).toEqual([{ session, result: "-2000" }]);
  });
});

test("an account in euros gets no order in dollars: nothing is converted", async () => {
  const { client } = rig.deps.gateway;
  const euros = {
    ...client,
    summary: async (signal?: AbortSignal) => ({
      ...(await client.summary(signal)),
      currency: "EUR" as never,
    }),
  };
  rig.deps.gateway = { ...rig.deps.gateway, client: euros };
  expect(await verdict()).toMatchObject({ verdict: "denied", plan: null, codes: ["currency_mismatch"] });
});
