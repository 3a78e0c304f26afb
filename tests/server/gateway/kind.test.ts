// What the configured gateway is: found out at the start, and confirmed before use where nothing answered then.
import { afterEach, expect, test } from "vitest";
import { openGateways } from "#server/compose/gateways.ts";
import { loadConfig } from "#server/config/config.ts";
import { nobody } from "#tests/tools/ibkr/loopback.ts";
import { memoryLedger } from "#tools/ibkr/pacing/memory.ts";
import { createSimulator, loadMarketData, serveSimulator } from "#tools/simulator/index.ts";

const clock = { now: () => new Date(), monotonic: () => performance.now() };
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function serve(port: number): Promise<string> {
  const { market } = await loadMarketData({});
  const simulator = createSimulator({ market, accountId: "DU1000001", clock });
  const server = await serveSimulator(simulator, { host: "127.0.0.1", port });
  open.push(server);
  return server.url;
}

function gatewaysAt(url: string) {
  const config = loadConfig({ variables: { IBKR_GATEWAY_URL: url }, directory: "/", flags: { live: false } });
  const gateways = openGateways({
    config,
    simulators: {} as never,
    clock,
    sharedLedger: () => memoryLedger(clock),
    sharedOrderLock: () => (work) => work(),
    processName: "test",
    alerts: { sessionChanged: () => {}, penalised: () => {} },
  });
  open.push(gateways);
  return gateways;
}

test("knows a simulator that answers at the start by its control call", async () => {
  const gateways = gatewaysAt(await serve(0));
  expect(await gateways.mainKind).toBe("simulator");
  const main = await gateways.open("main");
  expect([main.kind, main.accountId]).toEqual(["simulator", "DU1000001"]);
  expect(main.barSource).toMatch(/^simulator:127\.0\.0\.1:/);
});

test("never takes a simulator for IBKR's gateway because it came late: its bars would be kept as real ones", async () => {
  const url = (await nobody()).replace("https:", "http:").replace("localhost", "127.0.0.1");
  const gateways = gatewaysAt(url);
  expect(await gateways.mainKind).toBe("ibkr");
  await expect(gateways.open("main")).rejects.toMatchObject({ code: "gateway_refused" });
  await serve(Number(new URL(url).port));
  await expect(gateways.open("main")).rejects.toMatchObject({ code: "gateway_is_simulator" });
});
