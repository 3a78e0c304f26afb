// Tables of what stands between a decision and an order: verdicts, reserved capacity, approvals.
import { sql } from "drizzle-orm";
import { bigint, check, index, integer, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import type { RiskReview } from "../model/decision.ts";
import type {
  AccountId,
  ApprovalId,
  Conid,
  DecisionId,
  LlmCallId,
  SymbolRunId,
  Ticker,
  VerdictId,
} from "../model/ids.ts";
import type { OrderPlan, RiskVerdict, RuleOutcome } from "../model/risk.ts";
import { ApprovalChannel, type ApprovalEdit, ApprovalStatus } from "../model/run.ts";
import { decisions, llmCalls } from "./agents.ts";
import { databaseNow, decimal, facts, finite, instant, oneOf, prose } from "./columns.ts";
import { symbolRuns } from "./runs.ts";

/** `gate`: the rules; `review`: after the risk manager; `answer`: the check again when a person has answered. */
export const VERDICT_STEPS = ["gate", "review", "answer"] as const;
export type VerdictStep = (typeof VERDICT_STEPS)[number];

export const riskVerdicts = pgTable(
  "risk_verdicts",
  {
    id: uuid().$type<VerdictId>().primaryKey(),
    decisionId: uuid("decision_id")
      .$type<DecisionId>()
      .notNull()
      .references(() => decisions.id, { onDelete: "cascade" }),
    step: text().$type<VerdictStep>().notNull(),
    /** Counts verdicts of one step, from 0: a second question is checked again. */
    sequence: integer().notNull(),
    verdict: text().$type<RiskVerdict["verdict"]>().notNull(),
    codes: text().array().notNull(),
    rules: facts<RuleOutcome[]>("rules").notNull(),
    plan: facts<OrderPlan>("plan"),
    /** Everything the rules looked at. */
    snapshot: facts<unknown>("snapshot").notNull(),
    /** The risk manager's word; with step "review" only. */
    review: facts<RiskReview>("review"),
    llmCallId: uuid("llm_call_id")
      .$type<LlmCallId>()
      .references(() => llmCalls.id),
    createdAt: instant("created_at").notNull().default(databaseNow),
  },
  (table) => [
    unique("risk_verdicts_once").on(table.decisionId, table.step, table.sequence),
    index("risk_verdicts_by_call").on(table.llmCallId),
    index("risk_verdicts_newest").on(table.createdAt, table.id),
    check("risk_verdicts_verdict", oneOf(table.verdict, ["approved", "reduced", "denied"])),
    check("risk_verdicts_step", oneOf(table.step, VERDICT_STEPS)),
    check("risk_verdicts_plan", sql`${table.verdict} = 'denied' or ${table.plan} is not null`),
    check("risk_verdicts_review", sql`${table.step} <> 'review' or ${table.review} is not null`),
  ],
);

/** Capacity that a verdict has taken from its account until it is rejected, expires or becomes a position. */
export const riskReservations = pgTable(
  "risk_reservations",
  {
    verdictId: uuid("verdict_id")
      .$type<VerdictId>()
      .primaryKey()
      .references(() => riskVerdicts.id, { onDelete: "cascade" }),
    accountId: text("account_id").$type<AccountId>().notNull(),
    conid: bigint({ mode: "number" }).$type<Conid>().notNull(),
    symbol: text().$type<Ticker>().notNull(),
    notional: decimal().notNull(),
    lossAtStop: decimal("loss_at_stop").notNull(),
    createdAt: instant("created_at").notNull().default(databaseNow),
    releasedAt: instant("released_at"),
    releaseReason: text("release_reason"),
  },
  (table) => [
    index("risk_reservations_held").on(table.accountId).where(sql`released_at is null`),
    check("risk_reservations_amounts", sql`${finite(table.notional)} and ${finite(table.lossAtStop)}`),
    check("risk_reservations_release", sql`(${table.releasedAt} is null) = (${table.releaseReason} is null)`),
  ],
);

export const approvals = pgTable(
  "approvals",
  {
    id: uuid().$type<ApprovalId>().primaryKey(),
    symbolRunId: uuid("symbol_run_id")
      .$type<SymbolRunId>()
      .notNull()
      .references(() => symbolRuns.id, { onDelete: "cascade" }),
    verdictId: uuid("verdict_id")
      .$type<VerdictId>()
      .notNull()
      .references(() => riskVerdicts.id),
    status: text().$type<ApprovalStatus>().notNull().default("pending"),
    /** Exactly what the person was shown. */
    shown: facts<unknown>("shown").notNull(),
    expiresAt: instant("expires_at").notNull(),
    /** `machine`: the clock that answers are stamped with; `market`: the clock of the run's gateway session. */
    expiresOn: text("expires_on").$type<"machine" | "market">().notNull().default("machine"),
    edit: facts<ApprovalEdit>("edit"),
    reason: prose("reason"),
    answeredBy: text("answered_by"),
    channel: text().$type<ApprovalChannel>(),
    answeredAt: instant("answered_at"),
    createdAt: instant("created_at").notNull().default(databaseNow),
  },
  (table) => [
    index("approvals_by_status").on(table.status, table.createdAt, table.id),
    index("approvals_newest").on(table.createdAt, table.id),
    index("approvals_of_run").on(table.symbolRunId),
    index("approvals_by_verdict").on(table.verdictId),
    index("approvals_expiring").on(table.expiresAt).where(sql`status = 'pending'`),
    check("approvals_status", oneOf(table.status, ApprovalStatus.options)),
    check("approvals_expires_on", oneOf(table.expiresOn, ["machine", "market"])),
    check("approvals_channel", oneOf(table.channel, ApprovalChannel.options)),
    check("approvals_answered", sql`(${table.status} = 'pending') = (${table.answeredAt} is null)`),
    check("approvals_edit", sql`(${table.status} = 'edited') = (${table.edit} is not null)`),
    check("approvals_reason", sql`${table.status} <> 'rejected' or ${table.reason} is not null`),
    check(
      "approvals_person",
      sql`${table.status} in ('pending', 'expired') or (${table.answeredBy} is not null and ${table.channel} is not null)`,
    ),
  ],
);
