// Order calls: submit, reply, modify, cancel, preview, live orders, status, trades.
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { dec } from "#store/model/money.ts";
import { lastPrice } from "../market/market-clock.ts";
import type { Streams } from "../quotes/streams.ts";
import { type Answer, isRecord } from "../wire.ts";
import type { GatewayApp, World } from "../world.ts";
import { isWorking } from "./order.ts";
import type { OrderLists } from "./reading/lists.ts";
import { statusBody } from "./reading/rows.ts";
import { previewBody } from "./submission/preview.ts";
import { NOT_JSON, parseSubmission } from "./submission/ticket.ts";

const INVALID_ACCOUNT = { error: "Invalid account ID" };
const NO_MARKET_DATA = "21/You are trying to submit an order without having market data for this instrument.";
const MOST_SUPPRESSED = 51;

async function jsonBody(c: { req: { text(): Promise<string> } }): Promise<unknown> {
  try {
    return JSON.parse(await c.req.text());
  } catch {
    return undefined;
  }
}

export function addOrderRoutes(
  app: GatewayApp,
  world: World,
  rooms: { lists: OrderLists; streams: Streams },
): void {
  const { submissions, book, accountId } = world;
  const answer = ({ status, body }: Answer) =>
    new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
  const notJson = () => answer({ status: 400, body: { error: NOT_JSON } });
  const foreign = (id: string) => id !== accountId;

  app.post("/iserver/account/:account/orders", async (c) => {
    if (foreign(c.req.param("account"))) return c.json(INVALID_ACCOUNT, 500);
    const body = await jsonBody(c);
    return body === undefined ? notJson() : answer(submissions.submit(body));
  });

  app.post("/iserver/reply/:id", async (c) => {
    const id = c.req.param("id");
    const call = { method: "POST", path: c.req.path };
    if (world.faults.strike(["stale_question"], call) !== undefined)
      return answer(submissions.replyStale(id));
    const body = await jsonBody(c);
    return body === undefined ? notJson() : answer(submissions.reply(id, body));
  });

  app.post("/iserver/notification", async (c) => answer(submissions.notification(await jsonBody(c))));

  app.post("/iserver/questions/suppress", async (c) => {
    const body = await jsonBody(c);
    const ids: unknown = isRecord(body) ? body.messageIds : undefined;
    if (!Array.isArray(ids) || ids.length === 0 || ids.length > MOST_SUPPRESSED) {
      return c.json({ error: "failed to process request" }, 500);
    }
    submissions.suppress(ids.map(String));
    return c.json({ status: "submitted" });
  });

  app.post("/iserver/questions/suppress/reset", (c) => {
    submissions.unsuppress();
    return c.json({ status: "submitted" });
  });

  app.post("/iserver/account/:account/orders/whatif", async (c) => {
    if (foreign(c.req.param("account"))) return c.json(INVALID_ACCOUNT, 500);
    const parsed = parseSubmission(await jsonBody(c), world.market);
    if (!parsed.ok) return c.json({ error: parsed.refusal.error }, parsed.refusal.status);
    const [first] = parsed.value.tickets;
    if (first === undefined) return notJson();
    if (!first.ok) return c.json({ error: first.refusal.error }, first.refusal.status);
    const instrument = world.market.byConid(first.value.conid);
    const last = instrument === undefined ? undefined : lastPrice(instrument, world.moment())?.price;
    return c.json(
      previewBody({
        ticket: first.value,
        price: first.value.limit ?? first.value.stop ?? last ?? 0,
        held: world.account.holding(first.value.conid)?.quantity ?? dec(0),
        figures: world.figures(),
        warn: rooms.streams.isOpen(first.value.conid) ? null : NO_MARKET_DATA,
      }),
    );
  });

  app.post("/iserver/account/:account/order/:id", async (c) => {
    if (foreign(c.req.param("account"))) return c.json(INVALID_ACCOUNT, 500);
    const body = await jsonBody(c);
    return body === undefined ? notJson() : answer(submissions.modify(Number(c.req.param("id")), body));
  });

  app.delete("/iserver/account/:account/order/:id", (c) => {
    if (foreign(c.req.param("account"))) return c.json(INVALID_ACCOUNT, 500);
    const id = Number(c.req.param("id"));
    const acknowledged = { msg: "Request was submitted", order_id: id };
    if (id === -1) {
      book.requestCancel(
        book
          .orders()
          .filter(isWorking)
          .map((order) => order.id),
      );
      return c.json({ ...acknowledged, conid: -1, account: accountId });
    }
    const order = book.order(id);
    if (order === undefined) return c.json({ error: `OrderID ${c.req.param("id")} doesn't exist` }, 400);
    if (!isWorking(order)) return c.json({ error: "Order is inactive" }, 400);
    book.requestCancel([id]);
    return c.json({ ...acknowledged, conid: order.conid, account: accountId });
  });

  app.get("/iserver/account/orders", (c) => {
    const filters = (c.req.query("filters") ?? "")
      .toLowerCase()
      .split(",")
      .filter((word) => word !== "");
    return c.json(rooms.lists.live({ force: c.req.query("force") === "true", filters }));
  });

  app.get("/iserver/account/order/status/:id", (c) => {
    const order = book.order(Number(c.req.param("id")));
    const instrument = order === undefined ? undefined : world.market.byConid(order.conid);
    const ofToday = order !== undefined && (isWorking(order) || order.changedIn === world.moment().session);
    if (order === undefined || instrument === undefined || !ofToday) {
      const status: ContentfulStatusCode = 503;
      return c.json({ error: "Service Unavailable", statusCode: status }, status);
    }
    return c.json(statusBody({ order, instrument, accountId, requestId: world.journal.received() }));
  });

  app.on("GET", ["/iserver/account/trades", "/iserver/account/trades/"], (c) => {
    const days = Number(c.req.query("days") ?? "1");
    return c.json(rooms.lists.trades(days >= 1 && days <= 7 ? Math.floor(days) : 1));
  });
}
