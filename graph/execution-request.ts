// What a caller may ask of the desk when it starts an execution. Pure.
import { z } from "zod";
import { SessionDate, Ticker } from "#store/model/ids.ts";
import { ApprovalPolicy } from "#store/model/run.ts";

/** A request for one execution; absent fields take the strategy's own values. Unknown keys are errors. */
export const ExecutionRequest = z.strictObject({
  /** Strategy id or name; absent: the desk's default strategy. */
  strategy: z.string().trim().min(1).max(120).optional(),
  /** Instead of the strategy's symbols. */
  symbols: z
    .array(Ticker)
    .min(1)
    .max(5000)
    .refine((symbols) => new Set(symbols).size === symbols.length, "each symbol once")
    .optional(),
  /** Run as just after this session's close, in a simulator session of its own; absent: now on the main session. */
  asOf: SessionDate.optional(),
  approval: ApprovalPolicy.optional(),
});
export type ExecutionRequest = z.input<typeof ExecutionRequest>;
