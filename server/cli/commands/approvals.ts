// `countersign approvals`, `approve`, `reject`: what waits for a person, and the person's answer.
import { z } from "zod";
import { InputError } from "#store/model/errors.ts";
import { ApprovalAnswer } from "#store/model/run.ts";
import { Approval } from "../../http/api/trading/schemas.ts";
import type { Invocation } from "../program.ts";
import { type CommonOptions, withDesk } from "../session.ts";
import { table } from "../terminal.ts";
import { followExecution, newestEvent } from "./follow.ts";

const Page = z.object({ rows: z.array(Approval), next: z.string().nullable() });
const Answered = z.looseObject({ status: z.string() });
const Run = z.looseObject({ executionId: z.string() });

export async function approvalsCommand(invocation: Invocation, options: CommonOptions): Promise<void> {
  await withDesk(invocation, options, async ({ api, terminal }) => {
    const { rows } = await api.get("/api/approvals?status=pending&limit=200", Page);
    if (terminal.json) {
      terminal.object({ approvals: rows });
      return;
    }
    if (rows.length === 0) {
      terminal.line("Nothing waits for you.");
      return;
    }
    const head = [
      "approval",
      "symbol",
      "order",
      "limit",
      "stop",
      "target",
      "loss at stop",
      "asked because",
      "expires",
    ];
    terminal.line(table(head, rows.map(rowOf)));
  });
}

type AnswerOptions = CommonOptions & {
  action: "approve" | "reject";
  quantity?: string;
  limit?: string;
  stop?: string;
  target?: string;
  reason?: string;
};

export async function answerCommand(
  invocation: Invocation,
  id: string,
  options: AnswerOptions,
): Promise<void> {
  if (!z.uuid().safeParse(id).success) {
    throw new InputError(
      "approval_id",
      `approval: ${id} is not an approval's id (countersign approvals lists them)`,
    );
  }
  const answer = answerOf(options);
  await withDesk(invocation, options, async ({ api, terminal }) => {
    const { symbolRunId } = await api.get(`/api/approvals/${id}`, Approval);
    const { executionId } = await api.get(`/api/symbol-runs/${symbolRunId}`, Run);
    const after = await newestEvent(api, executionId);
    const { status } = await api.send("POST", `/api/approvals/${id}/answer`, answer, Answered);
    terminal.note(`${status}; the desk goes on with it …`);
    const report = await followExecution({ api, terminal, executionId, after, signal: invocation.signal });
    const run = report.runs.find((one) => one.symbolRunId === symbolRunId);
    if (terminal.json) terminal.object({ approval: id, status, run });
    else
      terminal.line(
        run?.order == null
          ? `${run?.symbol ?? ""}: ${run?.status ?? status}`
          : orderLine(run.symbol, run.order),
      );
  });
}

function orderLine(
  symbol: string,
  order: { side: string; quantity: string; limitPrice: string | null; status: string },
) {
  return `${symbol}: ${order.side} ${order.quantity} ${order.limitPrice === null ? "at market" : `at ${order.limitPrice}`}: ${order.status}`;
}

function answerOf(options: AnswerOptions): ApprovalAnswer {
  const { action, reason, quantity, limit, stop, target } = options;
  const edits = { quantity, limitPrice: limit, stopPrice: stop, targetPrice: target };
  const edited = Object.values(edits).some((value) => value !== undefined);
  const given =
    action === "reject"
      ? { action, reason }
      : edited
        ? { action: "edit", edit: { ...edits, quantity: quantity ?? null, limitPrice: limit ?? null } }
        : { action };
  const answer = ApprovalAnswer.safeParse(given);
  if (answer.success) return answer.data;
  const option = (path: PropertyKey | undefined) => `--${String(path).replace(/Price$/, "")}`;
  const faults = answer.error.issues.map((issue) => `${option(issue.path.at(-1))}: ${issue.message}`);
  throw new InputError("answer", faults.join("\n"));
}

function rowOf(approval: z.infer<typeof Approval>): string[] {
  const { symbol, plan, because, expiresOn } = approval.shown;
  return [
    approval.id,
    symbol,
    `${plan.side} ${plan.quantity}`,
    plan.limitPrice ?? "market",
    plan.stopPrice ?? "–",
    plan.targetPrice ?? "–",
    `${plan.lossAtStop} ${plan.currency}`,
    because.map((reason) => reason.code).join(", "),
    expiresOn === "market" ? `${approval.expiresAt} market time` : approval.expiresAt,
  ];
}
