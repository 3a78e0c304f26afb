// Doctor and the served simulator as a user calls them: the real program, its exit codes and what it prints.
import { afterAll, describe, expect, test } from "vitest";
import { createTestDatabase } from "#tests/support/database.ts";
import { runCommand, startGateway, temporaryFolder } from "#tests/support/desk-process.ts";
import { nobody } from "#tests/tools/ibkr/loopback.ts";

const database = await createTestDatabase();
const folder = temporaryFolder();
afterAll(async () => {
  folder.remove();
  await database.drop();
});

type Told = {
  status: string;
  checks: { name: string; state: string; detail: string; todo: string | null }[];
};

async function doctor(environment: Record<string, string>) {
  const { code, stdout } = await runCommand(
    { dataDir: folder.path, environment: { DATABASE_URL: database.url, ...environment } },
    ["doctor", "--json"],
  );
  return { code, told: JSON.parse(stdout) as Told };
}

describe("countersign doctor without a desk", () => {
  test("tells each part, and ends with 1 and what to do when one is down", async () => {
    const { code, told } = await doctor({ IBKR_GATEWAY_URL: await nobody() });
    expect([code, told.status]).toEqual([1, "down"]);
    expect(told.checks.map(({ name, state }) => `${name} ${state}`)).toEqual([
      "broker down",
      "data folder ok",
      "database ok",
      "artifacts ok",
      "model ok",
    ]);
    expect(told.checks[0]?.todo).toMatch(/^Start the gateway at/);
  });

  test("still looks at the gateway when the database cannot be reached", async () => {
    const { code, told } = await doctor({ DATABASE_URL: "postgres://u:p@127.0.0.1:1/none" });
    expect(code).toBe(1);
    const states = Object.fromEntries(told.checks.map(({ name, state }) => [name, state]));
    expect(states).toMatchObject({ broker: "ok", database: "down", artifacts: "ok" });
    expect(told.checks.find(({ name }) => name === "database")?.detail).not.toContain("u:p");
  });
});

describe("countersign gateway", () => {
  const post = (url: string, path: string, body?: unknown) =>
    fetch(new URL(path, url), {
      method: "POST",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const journal = async (url: string) =>
    (await (await fetch(new URL("/_sim/journal?entries=false", url))).json()) as { ordersSeen: number };

  test("is found ready by doctor, and knows clock and orders again after a kill", async () => {
    const served = temporaryFolder();
    try {
      const first = await startGateway({ dataDir: served.path });
      const { code, told } = await doctor({ IBKR_GATEWAY_URL: first.url });
      expect([code, told.checks[0]?.detail]).toEqual([
        0,
        `simulator at ${first.url}: Session open, paper account DU1000001.`,
      ]);
      await post(first.url, "/_sim/next", { sessions: 3 });
      const order = { conid: 265598, orderType: "MKT", side: "BUY", tif: "DAY", quantity: 1, cOID: "before" };
      const placed = await post(first.url, "/v1/api/iserver/account/DU1000001/orders", { orders: [order] });
      expect(await placed.json()).toEqual([expect.objectContaining({ local_order_id: "before" })]);
      await first.kill();

      const again = await startGateway({ dataDir: served.path });
      expect((await journal(again.url)).ordersSeen).toBe(1);
      const clock = (await (await fetch(new URL("/_sim/clock", again.url))).json()) as { session: string };
      expect(clock.session).toBe("2017-11-17");
      await again.stop();
    } finally {
      served.remove();
    }
  });
});
