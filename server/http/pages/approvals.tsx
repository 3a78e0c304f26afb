// The approvals inbox and its one form: approve, change or reject.
import { type Context, Hono } from "hono";
import { ApprovalPage, ApprovalsPage } from "#server/views/pages/approvals.tsx";
import { ApprovalId } from "#store/model/ids.ts";
import { ApprovalAnswer } from "#store/model/run.ts";
import { getApproval, listApprovals } from "#store/trading/approvals.ts";
import { nameOf } from "../auth/guard.ts";
import type { FormEnv } from "../guards/form-token.ts";
import { problemOf } from "../problems.ts";
import { decimalText } from "./fields.ts";
import { page } from "./html.ts";
import { approvalModel } from "./lines.ts";
import { chartsOfRun } from "./runs/run-model.ts";
import { type Site, withDone } from "./site.tsx";

const PENDING = 50;
const ANSWERED = 25;

/** Empty fields of an edit mean "leave it". */
function answerOf(form: URLSearchParams): unknown {
  const action = form.get("action");
  if (action === "reject") return { action, reason: form.get("reason") ?? "" };
  if (action !== "edit") return { action };
  const value = (name: string) => {
    const text = decimalText(form.get(name) ?? "");
    return text === "" ? null : text;
  };
  const [quantity, limitPrice] = [value("quantity"), value("limitPrice")];
  const [stopPrice, targetPrice] = [value("stopPrice"), value("targetPrice")];
  return { action, edit: { quantity, limitPrice, stopPrice, targetPrice } };
}

export function approvalPages(site: Site): Hono<FormEnv> {
  const app = new Hono<FormEnv>();
  const { db } = site.deps.database;

  app.get("/approvals", async (c) => {
    const cursor = c.req.query("cursor") ?? null;
    const [frame, pending, all] = await Promise.all([
      site.frame(c),
      listApprovals(db, { status: "pending", limit: PENDING }),
      listApprovals(db, { cursor, limit: ANSWERED }),
    ]);
    const model = {
      pending: pending.rows.map(approvalModel),
      answered: all.rows.filter((row) => row.status !== "pending").map(approvalModel),
      older: all.next === null ? null : `/approvals?cursor=${all.next}`,
    };
    return page(c, <ApprovalsPage frame={frame} model={model} />);
  });

  const onePage = async (
    c: Context<FormEnv>,
    id: ApprovalId,
    refused?: { text: string; faults: Record<string, string>; status: 409 | 422 },
  ) => {
    const row = await getApproval(db, id);
    const frame = await site.frame(
      c,
      refused === undefined ? undefined : { tone: "bad", text: refused.text },
    );
    const drawn = await chartsOfRun({ db, objects: site.deps.objects }, row.symbolRunId);
    const content = (
      <ApprovalPage frame={frame} approval={approvalModel(row)} faults={refused?.faults ?? {}} {...drawn} />
    );
    return page(c, content, refused?.status ?? 200);
  };

  app.get("/approvals/:id", (c) => onePage(c, ApprovalId.parse(c.req.param("id"))));

  app.post("/approvals/:id/answer", async (c) => {
    const id = ApprovalId.parse(c.req.param("id"));
    try {
      const answer = ApprovalAnswer.parse(answerOf(c.get("form")));
      await site.deps.desk.answerApproval({
        approvalId: id,
        answer,
        who: nameOf(c.get("caller")),
        channel: "web",
      });
      return c.redirect(withDone(`/approvals/${id}`, answer.action), 303);
    } catch (error) {
      const found = problemOf(error);
      if (found.status !== 422 && found.status !== 409) throw error;
      const faults = Object.fromEntries(
        (found.errors ?? []).map((fault) => [fault.field.split(".").at(-1) ?? "", fault.message]),
      );
      return onePage(c, id, { text: found.detail, faults, status: found.status });
    }
  });
  return app;
}
