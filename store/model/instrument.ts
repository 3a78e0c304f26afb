// What can be traded and how finely. Pure.
import { z } from "zod";
import { Conid, Ticker } from "./ids.ts";
import { Currency, DecimalString } from "./money.ts";

/** From `lowerEdge` upwards, prices move in steps of `increment` (instrument's currency). Ascending by edge. */
export const PriceIncrement = z.object({ lowerEdge: DecimalString, increment: DecimalString });
export type PriceIncrement = z.infer<typeof PriceIncrement>;

/** An instrument as the broker resolved it; `conid` is its identity, the ticker only its name. */
export const Instrument = z.object({
  conid: Conid,
  symbol: Ticker,
  name: z.string(),
  securityType: z.enum(["STK", "IND"]),
  currency: Currency,
  exchange: z.string(),
  /** True for a simulator instrument that is an index level replayed as if it could be traded. */
  indexReplay: z.boolean(),
  priceIncrements: z.array(PriceIncrement).min(1),
  /** Smallest quantity step in shares. */
  quantityIncrement: DecimalString,
  /** IBKR's words: limit, market, stop, … */
  orderTypes: z.array(z.string()),
});
export type Instrument = z.infer<typeof Instrument>;
