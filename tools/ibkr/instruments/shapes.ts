// Loose shapes of the contract calls. Pure.
import { z } from "zod";
import { NumberLike } from "../wire/values.ts";

/** trsrv/stocks: per symbol the companies, each with its listings. An unknown symbol has an empty list. */
export const StockLookup = z.record(
  z.string(),
  z.array(
    z.looseObject({
      name: z.string().nullish(),
      assetClass: z.string().nullish(),
      contracts: z.array(
        z.looseObject({ conid: NumberLike, exchange: z.string().nullish(), isUS: z.boolean().optional() }),
      ),
    }),
  ),
);
export type StockLookup = z.infer<typeof StockLookup>;

/** A failed look-up of rules is an answer of its own: HTTP 200 with `error` set. */
export const ContractRules = z.looseObject({
  error: z.string().nullish(),
  orderTypes: z.array(z.string()).optional(),
  increment: NumberLike.nullish(),
  incrementRules: z.array(z.looseObject({ lowerEdge: NumberLike, increment: NumberLike })).nullish(),
});
export type ContractRules = z.infer<typeof ContractRules>;

/** contract/{conid}/info-and-rules; snake_case, unlike most of the API. */
export const ContractInfo = z.looseObject({
  con_id: NumberLike,
  symbol: z.string(),
  local_symbol: z.string().nullish(),
  instrument_type: z.string(),
  currency: z.string().nullish(),
  company_name: z.string().nullish(),
  exchange: z.string().nullish(),
  valid_exchanges: z.string().nullish(),
  multiplier: NumberLike.nullish(),
  rules: ContractRules.nullish(),
});
export type ContractInfo = z.infer<typeof ContractInfo>;
