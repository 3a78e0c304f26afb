// Approvals over HTTP: what waits, what it was shown with, and the one answer that each takes.
import { createRoute, z } from "@hono/zod-openapi";
import { ApprovalId } from "#store/model/ids.ts";
import { ApprovalAnswer, ApprovalStatus } from "#store/model/run.ts";
import { getApproval, listApprovals } from "#store/trading/approvals.ts";
import { nameOf } from "../../auth/guard.ts";
import type { WebDeps } from "../../deps.ts";
import {
  type Api,
  documented,
  failures,
  idempotencyHeader,
  json,
  jsonBody,
  newApi,
  pageOf,
  pageQuery,
} from "../api.ts";
import { shaped } from "../schemas.ts";
import { Approval } from "./schemas.ts";

type ApprovalInput = z.input<typeof Approval>;
const params = z.object({ id: ApprovalId });
const tags = ["approvals"];

const list = createRoute({
  method: "get",
  path: "/approvals",
  tags,
  summary: "List approvals, newest first",
  request: { query: z.object({ ...pageQuery, status: ApprovalStatus.optional() }) },
  responses: { 200: json(pageOf(Approval), "A page of approvals."), ...failures() },
});

const detail = createRoute({
  method: "get",
  path: "/approvals/{id}",
  tags,
  summary: "One approval with exactly what the person is shown",
  request: { params },
  responses: { 200: json(Approval, "The approval."), ...failures(404) },
});

const answer = createRoute({
  method: "post",
  path: "/approvals/{id}/answer",
  tags,
  summary: "Approve, edit or reject",
  description:
    "The first answer counts. After it the price, the buying power and the limits are checked again; an order is sent " +
    "only if they still hold. An edit may lower the quantity and move limit, stop and target within the rules.",
  request: {
    headers: idempotencyHeader,
    params,
    body: jsonBody(documented(ApprovalAnswer, "ApprovalAnswer")),
  },
  responses: {
    202: json(
      z.object({ approvalId: ApprovalId, status: ApprovalStatus }).openapi("AnsweredApproval"),
      "The answer is recorded and the run goes on.",
    ),
    ...failures(400, 404, 409),
  },
});

export function approvalsApi(deps: WebDeps): Api {
  const { db } = deps.database;
  return newApi()
    .openapi(list, async (c) => {
      const { cursor, limit, status } = c.req.valid("query");
      const page = await listApprovals(db, { cursor, limit, ...(status === undefined ? {} : { status }) });
      // `shown` is stored as JSON; the schema proves it on the way out.
      const rows = page.rows.map((row) => shaped(Approval, row as ApprovalInput));
      return c.json({ rows, next: page.next }, 200);
    })
    .openapi(detail, async (c) => {
      const row = await getApproval(db, c.req.valid("param").id);
      return c.json(shaped(Approval, row as ApprovalInput), 200);
    })
    .openapi(answer, async (c) => {
      const answered = await deps.desk.answerApproval({
        approvalId: c.req.valid("param").id,
        answer: c.req.valid("json"),
        who: nameOf(c.get("caller")),
        channel: c.get("caller").kind === "browser" ? "web" : "api",
      });
      return c.json(answered, 202);
    });
}
