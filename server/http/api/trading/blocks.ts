// Symbols in which the desk and the broker disagree, over HTTP: both sides, and how a person settles it.
import { createRoute, z } from "@hono/zod-openapi";
import { AccountId, Conid, Instant, Ticker } from "#store/model/ids.ts";
import { getBlock, listBlocks, type SymbolBlockRow } from "#store/trading/symbol-blocks.ts";
import { nameOf } from "../../auth/guard.ts";
import type { WebDeps } from "../../deps.ts";
import { type Api, failures, idempotencyHeader, json, jsonBody, newApi } from "../api.ts";
import { shaped } from "../schemas.ts";

const SETTLE_DEADLINE_MS = 30_000;
const tags = ["symbol-blocks"];

export const SymbolBlock = z
  .object({
    id: z.number().int(),
    accountId: AccountId,
    conid: Conid,
    symbol: Ticker,
    code: z.string().openapi({ description: "position_mismatch or order_contradiction." }),
    reason: z.string(),
    desk: z.string().openapi({ description: "What the desk's book says." }),
    broker: z.string().openapi({ description: "What the broker says." }),
    createdAt: Instant,
    resolvedAt: Instant.nullable(),
    resolvedBy: z.string().nullable(),
    resolution: z.enum(["adopted", "accepted"]).nullable(),
    resolutionReason: z.string().nullable(),
  })
  .openapi("SymbolBlock");

export const ResolveBlock = z
  .strictObject({
    how: z.enum(["adopt", "accept"]).openapi({
      description:
        "adopt: the broker's side becomes the desk's. accept: your word stands, the reason says why.",
    }),
    reason: z.string().trim().min(3).max(500),
  })
  .openapi("ResolveBlock");
export type ResolveBlock = z.infer<typeof ResolveBlock>;

const list = createRoute({
  method: "get",
  path: "/symbol-blocks",
  tags,
  summary: "Symbols in which nothing new is sent, newest first",
  description: "The desk's book and the broker's differ in them, until a person has settled it.",
  request: {
    query: z.object({ all: z.enum(["true", "false"]).default("false"), symbol: Ticker.optional() }),
  },
  responses: { 200: json(z.object({ rows: z.array(SymbolBlock) }), "Open blocks, or all."), ...failures() },
});

const resolve = createRoute({
  method: "post",
  path: "/symbol-blocks/{id}/resolve",
  tags,
  summary: "Settle a difference with the broker",
  description: "Nothing is sent or cancelled at the broker by it. Who settled it, when, how and why is kept.",
  request: {
    headers: idempotencyHeader,
    params: z.object({ id: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER) }),
    body: jsonBody(ResolveBlock),
  },
  responses: { 200: json(SymbolBlock, "The settled block."), ...failures(400, 404, 409, 502) },
});

export async function settle(
  deps: WebDeps,
  of: ResolveBlock & { blockId: number; who: string },
): Promise<void> {
  const { blockId, reason, who } = of;
  const how = of.how === "adopt" ? ("adopted" as const) : ("accepted" as const);
  await deps.broker.settle({ blockId, how, reason, who }, AbortSignal.timeout(SETTLE_DEADLINE_MS));
}

/** A block with both sides in words. */
export function blockOf(row: SymbolBlockRow): z.output<typeof SymbolBlock> {
  return shaped(SymbolBlock, { ...row, ...sidesOf(row) });
}

const Quantities = z.object({ ours: z.string(), brokers: z.string() });
const OrderSide = z.object({
  leg: z.string(),
  side: z.string(),
  quantity: z.string(),
  status: z.string(),
  filledQuantity: z.string(),
});
const Reading = z.object({ vendorStatus: z.string(), filledQuantity: z.string().nullable() });

function sidesOf({ details }: SymbolBlockRow): { desk: string; broker: string } {
  const held = Quantities.safeParse(details);
  if (held.success) {
    const shares = (count: string) => `${count} ${Number(count) === 1 ? "share" : "shares"} held`;
    return { desk: shares(held.data.ours), broker: shares(held.data.brokers) };
  }
  const told = z.object({ ours: OrderSide, brokers: z.unknown() }).safeParse(details);
  if (!told.success) return { desk: "not recorded", broker: "not recorded" };
  const { ours } = told.data;
  const seen = Reading.safeParse(told.data.brokers).data;
  const filled = seen?.filledQuantity == null ? "" : `, ${seen.filledQuantity} filled`;
  return {
    desk: `${ours.leg}, ${ours.side} ${ours.quantity}: ${ours.status}, ${ours.filledQuantity} filled`,
    broker: seen === undefined ? "knows no such order" : `${seen.vendorStatus}${filled}`,
  };
}

export function blocksApi(deps: WebDeps): Api {
  const { db } = deps.database;
  return newApi()
    .openapi(list, async (c) => {
      const { all, symbol } = c.req.valid("query");
      const rows = await listBlocks(db, { all: all === "true", ...(symbol === undefined ? {} : { symbol }) });
      return c.json({ rows: rows.map(blockOf) }, 200);
    })
    .openapi(resolve, async (c) => {
      const blockId = c.req.valid("param").id;
      await settle(deps, { ...c.req.valid("json"), blockId, who: nameOf(c.get("caller")) });
      return c.json(blockOf(await getBlock(db, blockId)), 200);
    });
}
