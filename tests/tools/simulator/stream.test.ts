// The websocket: greeting, binary frames, topics, and what the gateway program does to it.
import { afterEach, describe, expect, test } from "vitest";
import WebSocket from "ws";
import { type ServedSimulator, serveSimulator } from "#tools/simulator/serve/serve.ts";
import { AAPL, ACCOUNT, type Rig, rig, type Wire } from "./rig.ts";

let served: ServedSimulator | undefined;
const sockets: WebSocket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  await served?.close();
  served = undefined;
});

type Client = { socket: WebSocket; frames: Wire[]; next(topic: string): Promise<Wire>; binary: boolean[] };

async function connected(of: Rig, path = "/v1/api/ws"): Promise<Client> {
  served ??= await serveSimulator(of.simulator, { host: "127.0.0.1", port: 0 });
  const socket = new WebSocket(`${served.url.replace("http", "ws")}${path}`);
  sockets.push(socket);
  const frames: Wire[] = [];
  const binary: boolean[] = [];
  socket.on("message", (data, isBinary) => {
    frames.push(JSON.parse(String(data)));
    binary.push(isBinary);
  });
  await new Promise((resolve, reject) => {
    socket.on("open", resolve);
    socket.on("error", reject);
  });
  let read = 0;
  const next = async (topic: string): Promise<Wire> => {
    await expect
      .poll(() => frames.findIndex((frame, index) => index >= read && frame.topic === topic))
      .toBeGreaterThanOrEqual(0);
    read = frames.findIndex((frame, index) => index >= read && frame.topic === topic) + 1;
    return frames[read - 1];
  };
  return { socket, frames, next, binary };
}

describe("the websocket", () => {
  test("greets with system, act and sts in binary frames, and loses what was sent before", async () => {
    const client = await connected(await rig());
    client.socket.send("tic");
    expect(await client.next("system")).toMatchObject({ success: "simdu1000001", isPaper: true });
    expect((await client.next("act")).args.accounts).toEqual([ACCOUNT]);
    expect((await client.next("sts")).args).toMatchObject({ authenticated: true, established: true });
    client.socket.send("tic");
    expect(await client.next("tic")).toMatchObject({ alive: true });
    expect(client.frames.filter((frame) => frame.topic === "tic")).toHaveLength(1);
    expect(client.binary.every(Boolean)).toBe(true);
  });

  test("stays open and silent without a login", async () => {
    const of = await rig({ settings: { session: { streamGreetingMs: 0 } } });
    of.simulator.session.logOut();
    const client = await connected(of);
    const answered = new Promise((resolve) => client.socket.once("pong", resolve));
    client.socket.send("tic");
    client.socket.ping();
    await answered;
    expect(client.socket.readyState).toBe(WebSocket.OPEN);
    expect(client.frames).toEqual([]);
  });

  test("is found at its path only", async () => {
    await expect(connected(await rig(), "/v1/api/other")).rejects.toThrow();
  });

  test("answers an unknown topic with an error", async () => {
    const client = await connected(await rig());
    await client.next("sts");
    client.socket.send("xyz+{}");
    await expect.poll(() => client.frames.at(-1)).toEqual({ error: "Topic unknown xyz", code: 1 });
  });

  test("sends an order whole at first, then its changed fields only, and executions twice", async () => {
    const of = await rig({ settings: { orders: { commissionMs: 1 } } });
    await of.place({ orderType: "LMT", side: "BUY", price: 160, tif: "GTC", cOID: "before" });
    const client = await connected(of);
    await client.next("sts");
    client.socket.send("sor+{}");
    client.socket.send('str+{"realtimeUpdatesOnly":true}');
    client.socket.send("tic");
    await client.next("tic");
    await of.place({ orderType: "MKT", side: "BUY", cOID: "after" });
    expect((await client.next("sor")).args[0]).toMatchObject({ order_ref: "after", status: "PreSubmitted" });
    of.simulator.next();
    const filled = (await client.next("sor")).args[0];
    expect(filled).toMatchObject({
      acct: ACCOUNT,
      status: "Filled",
      sizeAndFills: "10",
      timeInForce: "CLOSE",
    });
    expect(filled).not.toHaveProperty("order_ref");
    const first = (await client.next("str")).args[0];
    const second = (await client.next("str")).args[0];
    expect(first).not.toHaveProperty("commission");
    expect(second).toMatchObject({ execution_id: first.execution_id, commission: "1" });
  });

  test("sends quotes, profit and loss, summary and ledger as the clock moves", async () => {
    const of = await rig();
    const client = await connected(of);
    await client.next("sts");
    client.socket.send(`smd+${AAPL}+{"fields":["31","7051"]}`);
    expect(await client.next(`smd+${AAPL}`)).toMatchObject({
      "31": "173.97",
      "7051": "APPLE INC",
      conid: AAPL,
    });
    client.socket.send("spl+{}");
    expect((await client.next("spl")).args).toHaveProperty([`${ACCOUNT}.Core`]);
    client.socket.send(`ssd+${ACCOUNT}+{"keys":["NetLiquidation"],"fields":["amount"]}`);
    expect((await client.next(`ssd+${ACCOUNT}`)).result).toMatchObject([
      { key: "netliquidation", amount: 100_000 },
    ]);
    client.socket.send(`sld+${ACCOUNT}+{}`);
    expect((await client.next(`sld+${ACCOUNT}`)).result).toHaveLength(2);
    of.simulator.next();
    const moved = await client.next(`smd+${AAPL}`);
    expect(moved["31"]).toBe("174.88");
    client.socket.send(`umd+${AAPL}+{}`);
    client.socket.send(`uld+${ACCOUNT}+{}`);
    await expect.poll(() => client.frames.at(-1)).toEqual({ result: "unsubscribed from ledger" });
  });

  test("sends a history with the id that ends it, and breaks on a frame above 64 KiB", async () => {
    const client = await connected(await rig());
    await client.next("sts");
    client.socket.send(`smh+${AAPL}+{"period":"5d","bar":"1d"}`);
    const { serverId, data } = await client.next(`smh+${AAPL}`);
    expect(data).toHaveLength(5);
    client.socket.send(`umh+${serverId}`);
    await expect.poll(() => client.frames.at(-1)).toEqual({ message: `Unsubscribed ${serverId}` });
    const closed = new Promise((resolve) => client.socket.once("close", resolve));
    client.socket.send(`smh+${AAPL}+{"period":"1000d","bar":"1d"}`);
    await closed;
  });

  test("tells of a lost brokerage session", async () => {
    const of = await rig();
    const client = await connected(of);
    await client.next("sts");
    of.simulator.session.lose("competing");
    expect((await client.next("sts")).args).toMatchObject({ authenticated: false, competing: true });
  });
});
