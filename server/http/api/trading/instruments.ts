// Instruments as the broker knows them, over HTTP.
import { createRoute, z } from "@hono/zod-openapi";
import { Ticker } from "#store/model/ids.ts";
import { Instrument } from "#store/model/instrument.ts";
import type { WebDeps } from "../../deps.ts";
import { type Api, documented, failures, json, newApi } from "../api.ts";
import { shaped } from "../schemas.ts";

const LOOKUP_DEADLINE_MS = 15_000;

const lookUp = createRoute({
  method: "get",
  path: "/instruments/{symbol}",
  tags: ["instruments"],
  summary: "What the broker knows a ticker as",
  description:
    "Asks the broker now. A ticker that it does not know, or knows several of, is refused with a reason.",
  request: { params: z.object({ symbol: Ticker }) },
  responses: {
    200: json(documented(Instrument, "Instrument"), "The instrument."),
    ...failures(404, 502),
  },
});

export function instrumentsApi(deps: WebDeps): Api {
  return newApi().openapi(lookUp, async (c) => {
    const { symbol } = c.req.valid("param");
    const found = await deps.broker.resolve(symbol, AbortSignal.timeout(LOOKUP_DEADLINE_MS));
    return c.json(shaped(Instrument, found), 200);
  });
}
