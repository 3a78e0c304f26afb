// Turns among processes: each connection stands for a process.
import { expect, test } from "vitest";
import { inTurn } from "#store/turn-lock.ts";
import { testDatabase } from "#tests/support/database.ts";

const [one, other] = [await testDatabase(), await testDatabase()];
const turn = { key: "gateway", waitMs: 5_000 };

test("lets two processes work one after the other, never at once", async () => {
  let working = 0;
  let most = 0;
  const work = async () => {
    working += 1;
    most = Math.max(most, working);
    await new Promise((resolve) => setImmediate(resolve));
    working -= 1;
    return most;
  };
  await Promise.all(Array.from({ length: 6 }, () => inTurn(one, turn, work)));
  expect(most).toBe(1);
});

test("gives its turn back after a failure, and passes the failure on", async () => {
  const failed = inTurn(one, turn, () => Promise.reject(new Error("refused")));
  await expect(failed).rejects.toThrow("refused");
  expect(await inTurn(one, turn, async () => "next")).toBe("next");
});

test("says that nothing was sent when its turn does not come", async () => {
  await inTurn(one, turn, async () => {
    const second = inTurn(one, { ...turn, waitMs: 20 }, async () => "never");
    await expect(second).rejects.toMatchObject({ code: "turn_not_come", facts: { sent: false } });
    // Another gateway's turn is another matter.
    expect(await inTurn(one, { ...turn, key: "another gateway" }, async () => "at once")).toBe("at once");
  });
});

test("says that nothing was sent when the database is gone", async () => {
  await other.close();
  await expect(inTurn(other, turn, async () => "never")).rejects.toMatchObject({
    code: "turn_lock_unavailable",
    facts: { sent: false },
  });
});
