// Risk verdicts over HTTP: what the rules said to each proposal, filtered by outcome and reason, newest first.
import { createRoute, z } from "@hono/zod-openapi";
import { ExecutionId, SymbolRunId, Ticker, VerdictId } from "#store/model/ids.ts";
import { RiskVerdict } from "#store/model/risk.ts";
import { listVerdicts } from "#store/results/verdict-list.ts";
import { getVerdict } from "#store/trading/verdicts.ts";
import type { WebDeps } from "../../deps.ts";
import { type Api, failures, json, newApi, pageOf, pageQuery } from "../api.ts";
import { shaped } from "../schemas.ts";
import { Verdict } from "../trading/schemas.ts";

const VerdictLine = Verdict.omit({ snapshot: true })
  .extend({ symbolRunId: SymbolRunId, symbol: Ticker })
  .openapi("VerdictLine");

const tags = ["verdicts"];

const list = createRoute({
  method: "get",
  path: "/verdicts",
  tags,
  summary: "List risk verdicts, newest first",
  description:
    "With every rule, its input, limit and outcome; one verdict alone has the snapshot that it judged, too.",
  request: {
    query: z.object({
      ...pageQuery,
      symbol: Ticker.optional(),
      execution: ExecutionId.optional(),
      symbolRun: SymbolRunId.optional(),
      verdict: RiskVerdict.shape.verdict.optional(),
      code: z
        .string()
        .regex(/^[a-z][a-z0-9_]{0,63}$/, "a reason code, as in docs/risk.md")
        .optional()
        .openapi({ description: "A reason code that the verdict names, such as `trading_halted`." }),
    }),
  },
  responses: { 200: json(pageOf(VerdictLine), "A page of verdicts."), ...failures() },
});

const detail = createRoute({
  method: "get",
  path: "/verdicts/{id}",
  tags,
  summary: "One risk verdict with everything that the rules looked at",
  request: { params: z.object({ id: VerdictId }) },
  responses: { 200: json(Verdict, "The verdict."), ...failures(404) },
});

export function verdictsApi(deps: WebDeps): Api {
  const { db } = deps.database;
  return newApi()
    .openapi(list, async (c) => {
      const { execution, symbolRun, ...query } = c.req.valid("query");
      const page = await listVerdicts(db, { ...query, executionId: execution, symbolRunId: symbolRun });
      return c.json({ rows: page.rows.map((row) => shaped(VerdictLine, row)), next: page.next }, 200);
    })
    .openapi(detail, async (c) =>
      c.json(shaped(Verdict, await getVerdict(db, c.req.valid("param").id)), 200),
    );
}
