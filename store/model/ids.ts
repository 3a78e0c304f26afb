// Branded identifiers and the names derived from them. Pure; new random ids come in from server/.
import { parse as parseUuid, v5 as uuidv5 } from "uuid";
import { z } from "zod";

const uuid = <Brand extends string>(_brand: Brand) => z.uuid().brand<Brand>();

export const ExecutionId = uuid("ExecutionId");
export type ExecutionId = z.infer<typeof ExecutionId>;
export const SymbolRunId = uuid("SymbolRunId");
export type SymbolRunId = z.infer<typeof SymbolRunId>;
export const StrategyId = uuid("StrategyId");
export type StrategyId = z.infer<typeof StrategyId>;
export const WorkflowVersionId = uuid("WorkflowVersionId");
export type WorkflowVersionId = z.infer<typeof WorkflowVersionId>;
export const PromptVersionId = uuid("PromptVersionId");
export type PromptVersionId = z.infer<typeof PromptVersionId>;
export const ArtifactId = uuid("ArtifactId");
export type ArtifactId = z.infer<typeof ArtifactId>;
export const LlmCallId = uuid("LlmCallId");
export type LlmCallId = z.infer<typeof LlmCallId>;
export const DecisionId = uuid("DecisionId");
export type DecisionId = z.infer<typeof DecisionId>;
export const VerdictId = uuid("VerdictId");
export type VerdictId = z.infer<typeof VerdictId>;
export const ApprovalId = uuid("ApprovalId");
export type ApprovalId = z.infer<typeof ApprovalId>;
export const OrderId = uuid("OrderId");
export type OrderId = z.infer<typeof OrderId>;

/** IBKR's contract id, a positive integer. An attribute of the instrument, never typed by a model. */
export const Conid = z.number().int().positive().brand("Conid");
export type Conid = z.infer<typeof Conid>;

/** IBKR account, such as DU1234567 (paper) or U1234567 (live). */
export const AccountId = z
  .string()
  .regex(/^[A-Z]{1,4}\d{4,16}$/)
  .brand("AccountId");
export type AccountId = z.infer<typeof AccountId>;

/** The id that the broker gave an order (IBKR sends it as text or as a number; here always text). */
export const BrokerOrderId = z
  .string()
  .regex(/^\d{1,19}$/)
  .brand("BrokerOrderId");
export type BrokerOrderId = z.infer<typeof BrokerOrderId>;

/** A ticker: data, never a path and never SQL. */
export const TICKER_PATTERN = /^[A-Z][A-Z0-9.]{0,9}$/;
export const Ticker = z.string().regex(TICKER_PATTERN, "a ticker such as AAPL or BRK.B").brand("Ticker");
export type Ticker = z.infer<typeof Ticker>;

/** Session date on the exchange, YYYY-MM-DD (New York for US stocks); never a UTC date. */
export const SessionDate = z.iso.date().brand("SessionDate");
export type SessionDate = z.infer<typeof SessionDate>;

/** UTC instant as ISO 8601 text with a Z. */
export const Instant = z.iso.datetime().brand("Instant");
export type Instant = z.infer<typeof Instant>;

export const OrderLeg = z.enum(["entry", "stop", "target", "exit"]);
export type OrderLeg = z.infer<typeof OrderLeg>;

/** Sent to the broker as cOID and returned as order_ref; unique for 24 hours there, for ever here. */
export const ClientOrderId = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,64}$/)
  .brand("ClientOrderId");
export type ClientOrderId = z.infer<typeof ClientOrderId>;

const NAMESPACE = parseUuid("6f0ec5f4-2f5a-4f0e-9a53-0c1f6f5b7a11");

/** The id that is the same whenever the same parts are given: what makes every retry land on the same row. */
export function derivedId(kind: string, ...parts: readonly (string | number)[]): string {
  return uuidv5([kind, ...parts].join("|"), NAMESPACE);
}

/** The symbol run's id, which is also its LangGraph thread id. */
export function symbolRunId(executionId: ExecutionId, symbol: Ticker): SymbolRunId {
  return derivedId("symbol-run", executionId, symbol) as SymbolRunId;
}

/**
 * The client order id of one leg: deterministic, dated, at most 64 characters.
 * `attempt` rises only after the previous attempt is known not to have reached the broker.
 */
export function clientOrderId(of: {
  executionId: ExecutionId;
  symbol: Ticker;
  leg: OrderLeg;
  sessionDate: SessionDate;
  attempt?: number;
}): ClientOrderId {
  const date = of.sessionDate.replaceAll("-", "");
  const digest = derivedId("order", of.executionId, of.symbol, of.leg, of.attempt ?? 0)
    .replaceAll("-", "")
    .slice(0, 20);
  return `CS-${date}-${of.symbol}-${of.leg}-${digest}` as ClientOrderId;
}
