// Turns the body of an order request into tickets, or into the gateway's refusal. Pure.
// Statuses and texts are IBKR's (tables/error-bodies.json): some refusals are 400, others 200 with an error.
import type { MarketData } from "../../market/market.ts";
import { type Fields, isRecord } from "../../wire.ts";
import type { SimOrderType, Ticket } from "../order.ts";

export type Refusal = { status: 200 | 400 | 500; error: string };
export type Parsed<T> = { ok: true; value: T } | { ok: false; refusal: Refusal };

const refuse = (status: Refusal["status"], error: string): Parsed<never> => ({
  ok: false,
  refusal: { status, error },
});

export const NOT_JSON = "Failed to parse body as JSON. Content Type: application/json; charset=utf-8";
const WRONG_TYPE = "orders request includes parameter with incorrect type";
const BAD_PRICE = "Invalid order price fields";
const OFF_TICK = "The price does not conform to the minimum price variation for this contract.";

const TYPES: Readonly<Record<string, SimOrderType>> = {
  LMT: "LMT",
  LIMIT: "LMT",
  MKT: "MKT",
  MARKET: "MKT",
  STP: "STP",
  STOP: "STP",
  STOP_LIMIT: "STOP_LIMIT",
  "STP LMT": "STOP_LIMIT",
  STOPLMT: "STOP_LIMIT",
};
/** Types that IBKR knows and this simulator cannot replay from daily bars. */
const NOT_REPLAYED = ["MIDPRICE", "TRAIL", "TRAILLMT", "LOC", "MOC", "MIT", "LIT", "REL"];
const TIFS_NOT_REPLAYED = ["IOC", "OPG", "PAX", "OVT", "OND", "GTD", "FOK"];

type Price = number | undefined;

function wrongTypes(fields: Fields): boolean {
  const is = (type: string, ...names: string[]) =>
    names.some((name) => fields[name] !== undefined && fields[name] !== null && typeof fields[name] !== type);
  const numbers = is("number", "conid", "quantity", "price", "auxPrice", "cashQty", "trailingAmt");
  const texts = is("string", "conidex", "orderType", "side", "tif", "cOID", "parentId", "acctId", "ticker");
  const flags = is("boolean", "isSingleGroup", "outsideRTH", "allOrNone", "useAdaptive");
  const tooLong = typeof fields.cOID === "string" && fields.cOID.length > 64;
  return numbers || texts || flags || tooLong;
}

function conidOf(fields: Fields): number | undefined {
  if (typeof fields.conid === "number") return fields.conid;
  const conidex = fields.conidex;
  return typeof conidex === "string" ? Number(conidex.split("@")[0]) : undefined;
}

/** `price` is the limit, or the stop of a STP; `auxPrice` is the stop of a STOP_LIMIT (facts 7.1). */
function pricesOf(type: SimOrderType, fields: Fields): { limit: Price; stop: Price } {
  const price = typeof fields.price === "number" ? fields.price : undefined;
  const auxiliary = typeof fields.auxPrice === "number" ? fields.auxPrice : undefined;
  return {
    limit: type === "LMT" || type === "STOP_LIMIT" ? price : undefined,
    stop: type === "STP" ? price : type === "STOP_LIMIT" ? auxiliary : undefined,
  };
}

/** Dollars and cents from one dollar upwards, hundredths of a cent below. */
export function onTick(price: number): boolean {
  const steps = price * (price >= 1 ? 100 : 10_000);
  return Math.abs(steps - Math.round(steps)) < 1e-6;
}

function typeOf(fields: Fields): Parsed<SimOrderType> {
  const named = typeof fields.orderType === "string" ? fields.orderType.toUpperCase() : "";
  const type = TYPES[named];
  if (type !== undefined) return { ok: true, value: type };
  if (NOT_REPLAYED.includes(named)) return refuse(200, `${named} orders cannot be replayed from daily bars.`);
  return refuse(400, "Unknown order type");
}

function tifOf(fields: Fields): Parsed<"DAY" | "GTC"> {
  const tif = fields.tif;
  if (tif === "DAY" || tif === "GTC") return { ok: true, value: tif };
  const known = typeof tif === "string" && TIFS_NOT_REPLAYED.includes(tif);
  return refuse(200, `${known ? tif : "null"} time in force is not supported for this order`);
}

const good = (price: Price, needed: boolean) => (needed ? price !== undefined && price > 0 : true);

/** One ticket of the request. */
export function parseTicket(value: unknown, market: MarketData): Parsed<Ticket> {
  if (!isRecord(value) || wrongTypes(value)) return refuse(400, WRONG_TYPE);
  const conid = conidOf(value);
  if (conid === undefined || Number.isNaN(conid)) return refuse(400, "conid or conidex is required");
  const side = value.side;
  if (side !== "BUY" && side !== "SELL") return refuse(400, "Invalid Side (must be 'BUY' or 'SELL').");
  const type = typeOf(value);
  if (!type.ok) return type;
  const instrument = market.byConid(conid);
  if (instrument === undefined) return refuse(200, unknownContract(conid, market));
  const tif = tifOf(value);
  if (!tif.ok) return tif;
  const quantity = value.quantity;
  if (typeof quantity !== "number" || !(quantity > 0)) return refuse(400, WRONG_TYPE);
  const { limit, stop } = pricesOf(type.value, value);
  const needsLimit = type.value === "LMT" || type.value === "STOP_LIMIT";
  const needsStop = type.value === "STP" || type.value === "STOP_LIMIT";
  if (!good(limit, needsLimit) || !good(stop, needsStop)) return refuse(200, BAD_PRICE);
  if ([limit, stop].some((price) => price !== undefined && !onTick(price))) return refuse(200, OFF_TICK);
  const text = (name: string) => (typeof value[name] === "string" && value[name] !== "" ? value[name] : null);
  const outsideRth = value.outsideRTH;
  return {
    ok: true,
    value: {
      conid,
      type: type.value,
      side,
      tif: tif.value,
      quantity,
      limit: limit ?? null,
      stop: stop ?? null,
      // A child's own cOID is not kept: the gateway's rows carry none for children.
      clientId: text("parentId") === null ? text("cOID") : null,
      parentRef: text("parentId"),
      singleGroup: value.isSingleGroup === true,
      outsideRth: typeof outsideRth === "boolean" ? outsideRth : null,
    },
  };
}

function unknownContract(conid: number, market: MarketData): string {
  const foreign = market.instruments.some((one) => one.foreign.some((listing) => listing.conid === conid));
  if (foreign) return "No trading permissions.";
  return "no sec defs returned forSecDef reqId=resolve ecReqByConid13297";
}

/** All tickets of a submission: `{"orders":[…]}`, one ticket, a bracket or an OCA group. */
export function parseSubmission(body: unknown, market: MarketData): Parsed<{ tickets: Parsed<Ticket>[] }> {
  if (!isRecord(body)) return refuse(400, NOT_JSON);
  const orders = body.orders;
  if (!Array.isArray(orders) || orders.length === 0) return refuse(400, WRONG_TYPE);
  return { ok: true, value: { tickets: orders.map((one: unknown) => parseTicket(one, market)) } };
}
