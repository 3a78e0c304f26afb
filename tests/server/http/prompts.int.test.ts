// Prompts as people and programs use them: written, refused with a line, compared, put into use, tried on a past run; what
// each came to, and every decision with what became of it.
import { sql } from "drizzle-orm";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { activePrompt, promptActivationsOf } from "#store/agents/prompts.ts";
import { SessionDate, type SymbolRunId } from "#store/model/ids.ts";
import { DecisionOutcome } from "#store/results/decision-list.ts";
import { listSymbolRuns } from "#store/runs/symbol-runs.ts";
import { listApprovals } from "#store/trading/approvals.ts";
import { ordersOfRun } from "#store/trading/orders.ts";
import { testDatabase } from "#tests/support/database.ts";
import { ticker } from "#tests/support/seed.ts";
import { onceOf, webFixture } from "./fixture/web.ts";

const database = await testDatabase();
// A day on which the offline analyst proposes an order in AAPL.
const web = await webFixture(database, {}, SessionDate.parse("2018-03-01"));
const { db } = database;
const HOSTILE = '<script>alert("x")</script>';

const Version = z.looseObject({
  id: z.string(),
  version: z.string(),
  active: z.boolean(),
  template: z.string(),
});
const Problem = z.looseObject({
  code: z.string(),
  errors: z.array(z.object({ field: z.string(), message: z.string() })),
});
const Decisions = z.object({
  rows: z.array(
    z.looseObject({
      id: z.string(),
      outcome: DecisionOutcome,
      kind: z.string(),
      symbol: z.string(),
      counterfactual: z.looseObject({ counterfactual: z.literal(true) }).nullable(),
    }),
  ),
  next: z.string().nullable(),
});

let source: SymbolRunId;
let rejected: SymbolRunId;

const read = async <Shape extends z.ZodType>(shape: Shape, path: string, status = 200) => {
  const answer = await web.api(path);
  expect(answer.status, path).toBe(status);
  return shape.parse(await answer.json());
};

/** Walks the market forward until an order is proposed; answers it so. */
async function proposal(answer: object | null): Promise<SymbolRunId> {
  for (let tries = 0; tries < 30; tries += 1) {
    const executionId = await web.analyse([ticker("AAPL")]);
    const { rows } = await listApprovals(db, { status: "pending" });
    const [run] = await listSymbolRuns(db, executionId);
    const [pending] = rows;
    if (pending !== undefined && run !== undefined) {
      if (answer !== null)
        await web.api(`/api/approvals/${pending.id}/answer`, { method: "POST", json: answer });
      await web.fixture.drain(web.desk);
      return run.id;
    }
    await web.fixture.simulator().next(10);
  }
  throw new Error("nothing was proposed in 300 sessions");
}

async function written(change: (text: string) => string, more: object = {}) {
  const base = await activePrompt(db, "decision");
  const json = { stage: "decision", template: change(base.template), ...more };
  return web.api("/api/prompts", { method: "POST", json });
}

beforeAll(async () => {
  rejected = await proposal({ action: "reject", reason: HOSTILE });
  source = await proposal(null);
});

describe("a written prompt", () => {
  test("becomes the next version, is not in use until somebody says so, and who did is kept", async () => {
    const before = await activePrompt(db, "decision");
    const answer = await written((text) => text.replace("HOLD costs nothing.", `HOLD is free. ${HOSTILE}`), {
      note: `why ${HOSTILE}`,
    });
    expect(answer.status).toBe(201);
    const made = Version.parse(await answer.json());
    expect(made).toMatchObject({ version: String(Number(before.version) + 1), active: false });
    expect(made.template).toContain(`version: ${made.version}\n`);
    expect((await activePrompt(db, "decision")).id).toBe(before.id);

    const again = await written((text) => text.replace("HOLD costs nothing.", `HOLD is free. ${HOSTILE}`));
    expect(again.status).toBe(409);
    expect(Problem.parse(await again.json()).code).toBe("prompt_version_known");

    const difference = await read(
      z.looseObject({ added: z.number(), removed: z.number() }),
      `/api/prompts/${made.id}/difference?from=${before.id}`,
    );
    expect(difference).toMatchObject({ added: 1, removed: 1 });
    const page = await (await web.page(`/prompts/difference?from=${before.id}&to=${made.id}`)).text();
    expect(page).toContain("removed: ");
    expect(page).not.toContain(HOSTILE);

    const posted = await web.post(`/prompts/${made.id}/activate`, {});
    expect(posted.headers.get("location")).toBe(`/prompts/${made.id}?done=promptInUse`);
    expect((await activePrompt(db, "decision")).id).toBe(made.id);
    expect((await promptActivationsOf(db, "decision"))[0]).toMatchObject({
      version: made.version,
      who: expect.stringContaining("web session"),
    });
    for (const path of ["/prompts", "/prompts/stages/decision", `/prompts/${made.id}`])
      expect(await (await web.page(path)).text(), path).not.toContain(HOSTILE);
    await web.api(`/api/prompts/${before.id}/activate`, { method: "POST" });
    expect((await activePrompt(db, "decision")).id).toBe(before.id);
  });

  test("is refused with the line of every fault, by the API and beside the text", async () => {
    const broken = (text: string) => text.replace("{{limits}}", "{{limitz}}");
    const answer = await written(broken);
    expect(answer.status).toBe(422);
    const { code, errors } = Problem.parse(await answer.json());
    expect(code).toBe("prompt_malformed");
    expect(errors).toEqual([
      { field: "template", message: expect.stringMatching(/^line \d+: limits is declared and nowhere used/) },
      { field: "template", message: expect.stringMatching(/^line \d+: \{\{limitz\}\} is filled by nobody/) },
    ]);
    const { id, template } = await activePrompt(db, "decision");
    const form = await web.post(`/prompts/new?from=${id}`, {
      template: broken(template) + HOSTILE,
      note: "",
    });
    expect(form.status).toBe(422);
    const html = await form.text();
    expect(html).toMatch(/Line \d+: <\/span>\{\{limitz\}\} is filled by nobody/);
    expect(html).toContain('aria-invalid="true"');
    expect(html).not.toContain(HOSTILE);
    const check = await web.post(`/prompts/new/check?from=${id}`, {
      template: template.replaceAll("\n", "\r\n"),
    });
    expect(await check.text()).toContain("Word for word the same");
    expect((await web.post(`/prompts/new?from=${id}`, { template, note: "" })).status).toBe(409);
  });

  test("from the form is stored as it was typed, and put into use when asked", async () => {
    const { id, template } = await activePrompt(db, "risk_review");
    const text = template.replace("A veto costs little", "A veto costs nothing");
    const fields = { template: text.replaceAll("\n", "\r\n"), note: "shorter", activate: "true" };
    const answer = await web.post(`/prompts/new?from=${id}`, fields);
    expect(answer.status).toBe(303);
    const active = await activePrompt(db, "risk_review");
    expect(answer.headers.get("location")).toBe(`/prompts/${active.id}?done=promptInUse`);
    expect(active).toMatchObject({ note: "shorter", author: expect.stringContaining("web session") });
    expect(active.template).toContain("A veto costs nothing");
    expect(active.template).not.toContain("\r");
  });
});

describe("a try on a past run", () => {
  test("is begun from a version's page or a run's page, shown beside the original, and sends nothing", async () => {
    const made = Version.parse(
      await (await written((text) => text.replace("near the current", "at the"))).json(),
    );
    const choose = await (await web.page(`/prompts/${made.id}/try?symbol=aapl`)).text();
    expect(choose).toContain(source);
    // A double click: the form's key lets it begin once.
    const typed = { once: onceOf(choose), run: source, model: "" };
    const [begun, twice] = await Promise.all([
      web.post(`/prompts/${made.id}/try`, typed),
      web.post(`/prompts/${made.id}/try`, typed),
    ]);
    expect(begun.status).toBe(303);
    expect(twice.headers.get("location")).toBe(begun.headers.get("location"));
    const location = begun.headers.get("location") ?? "";
    await web.fixture.drain(web.desk);
    const fork = location.split("/").at(-1) as SymbolRunId;
    expect(await web.fixture.status(fork)).toBe("done");
    expect(await ordersOfRun(db, fork)).toHaveLength(0);
    const page = await (await web.page(location)).text();
    expect(page).toContain("no order can come of it");
    expect(page).toContain("taken over: the same question, the same answer");

    const compared = await read(
      z.looseObject({
        stages: z.array(z.looseObject({ stage: z.string(), taken: z.boolean(), chosen: z.boolean() })),
        parts: z.array(z.looseObject({ stage: z.string(), taken: z.boolean() })),
      }),
      `/api/symbol-runs/${fork}/comparison`,
    );
    expect(compared.stages.filter((stage) => stage.chosen).map((stage) => stage.stage)).toEqual(["decision"]);
    expect(compared.stages.filter((stage) => stage.taken)).toHaveLength(4);
    expect(compared.parts.find((part) => part.stage === "decision")).toMatchObject({ taken: false });

    const begin = () =>
      web.api(`/api/symbol-runs/${source}/fork`, {
        method: "POST",
        json: { prompts: { decision: made.id } },
        headers: { "idempotency-key": "try-again" },
      });
    const started = await begin();
    expect(started.status).toBe(202);
    // The process was killed before it could note its answer: whoever asks again finds that fork.
    await db.execute(sql`update idempotency_keys set status = null, media_type = null, answer = null,
      lease_until = now() - interval '1 second' where key = 'try-again'`);
    const again = await begin();
    expect([again.status, again.headers.get("idempotent-replayed")]).toEqual([202, null]);
    expect(await again.json()).toEqual(await started.json());
    await web.fixture.drain(web.desk);
    const forks = await read(
      z.object({ rows: z.array(z.looseObject({ id: z.string() })) }),
      `/api/symbol-runs/${source}/forks`,
    );
    expect(forks.rows).toHaveLength(2);
    expect(await (await web.page(`/runs/${source}/try`)).text()).toContain(`/prompts/tries/${fork}`);
    const usage = await read(
      z.looseObject({ tries: z.array(z.unknown()), active: z.boolean() }),
      `/api/prompts/${made.id}/usage`,
    );
    expect(usage).toMatchObject({ active: false });
    expect(usage.tries).toHaveLength(2);
  });

  test("is refused beside its field, and a run that is no fork has nothing to be compared with", async () => {
    const { id } = await activePrompt(db, "decision");
    const model = await web.post(`/runs/${source}/try`, { prompt: id, model: HOSTILE });
    expect(model.status).toBe(422);
    const html = await model.text();
    expect(html).toContain("model-fault");
    expect(html).not.toContain(HOSTILE);
    expect((await web.post(`/prompts/${id}/try`, { run: "nonsense", model: "" })).status).toBe(422);
    const empty = await web.api(`/api/symbol-runs/${source}/fork`, { method: "POST", json: {} });
    expect(empty.status).toBe(422);
    expect(Problem.parse(await empty.json()).errors[0]).toMatchObject({ field: "fromNode" });
    expect((await web.api(`/api/symbol-runs/${source}/comparison`)).status).toBe(409);
  });
});

describe("results and decisions", () => {
  test("count dry runs apart, and every decision stands under exactly one outcome", async () => {
    const Results = z.object({
      rows: z.array(z.looseObject({ kind: z.string(), asked: z.number(), promptVersionId: z.string() })),
    });
    web.fixture.clock.skip(3_600_000); // no count of before serves any more, but for as long as the newer one takes
    const kinds = async () =>
      new Set((await read(Results, "/api/prompt-results?stage=decision")).rows.map((row) => row.kind));
    await expect.poll(kinds).toEqual(new Set(["paper", "dry_run"]));
    const all = await read(Decisions, "/api/decisions?limit=200");
    expect(all.rows.length).toBeGreaterThan(3);
    const byOutcome = await Promise.all(
      DecisionOutcome.options.map(async (outcome) => {
        const found = await read(Decisions, `/api/decisions?limit=200&outcome=${outcome}`);
        expect(found.rows.every((row) => row.outcome === outcome)).toBe(true);
        return found.rows.map((row) => row.id);
      }),
    );
    expect(byOutcome.flat().sort()).toEqual(all.rows.map((row) => row.id).sort());
  });

  test("say of a rejected one what it would have become, and that it was never traded", async () => {
    await web.fixture.simulator().next(5);
    const { rows } = await read(Decisions, "/api/decisions?outcome=rejected&symbol=AAPL");
    expect(rows.map((row) => [row.counterfactual?.counterfactual])).toEqual([[true]]);
    const page = await (await web.page("/decisions?outcome=rejected")).text();
    expect(page).toContain(`/runs/${rejected}`);
    expect(page).toContain("never traded");
    expect(page).not.toContain(HOSTILE);
  });

  test("are filtered and paged by address; what cannot be read is left out and told", async () => {
    const one = await read(Decisions, "/api/decisions?limit=1");
    const two = await read(Decisions, `/api/decisions?limit=1&cursor=${one.next}`);
    expect(two.rows[0]?.id).not.toBe(one.rows[0]?.id);
    const dry = await read(Decisions, "/api/decisions?kind=dry_run&signal=BUY&from=2016-01-01&to=2030-01-01");
    expect(dry.rows.every((row) => row.kind === "dry_run")).toBe(true);
    expect((await read(Decisions, "/api/decisions?from=2040-01-01")).rows).toEqual([]);
    const { id } = await activePrompt(db, "technical_analysis");
    expect((await read(Decisions, `/api/decisions?prompt=${id}&kind=paper`)).rows.length).toBeGreaterThan(0);
    const page = await (
      await web.page(`/decisions?symbol=${encodeURIComponent(HOSTILE)}&from=nonsense`)
    ).text();
    expect(page).toContain("Left out, because it could not be read: the symbol and the first date.");
    expect(page).not.toContain(HOSTILE);
    expect(await (await web.page("/decisions?symbol=ZZZZ")).text()).toContain("No decision fits");
  });
});
