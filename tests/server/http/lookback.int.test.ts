// Looking back at one trade: its chart before and after the answer, its pages and their links, its export and what shows
// when somebody changes that file.
import { createHash } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { buildProgram } from "#server/cli/program.ts";
import { readExport } from "#server/reports/export/file.ts";
import { differences, verifyExport } from "#server/reports/export/verify.ts";
import { decisionsOfRun } from "#store/agents/decisions.ts";
import { listLlmCalls, llmTotals, totalsOf } from "#store/agents/llm-calls.ts";
import { listReports } from "#store/agents/reports.ts";
import { SessionDate, SymbolRunId } from "#store/model/ids.ts";
import { listArtifacts } from "#store/runs/artifacts.ts";
import { listNodeEvents } from "#store/runs/node-events.ts";
import { getSymbolRun } from "#store/runs/symbol-runs.ts";
import { tradeOfRun, wholeRun } from "#store/runs/whole-run.ts";
import { approvalsOfRun } from "#store/trading/approvals.ts";
import { fillsOfOrders } from "#store/trading/fills.ts";
import { eventsOfOrders } from "#store/trading/order-events.ts";
import { ordersOfRun } from "#store/trading/orders.ts";
import { verdictsOfRun } from "#store/trading/verdicts.ts";
import { testDatabase } from "#tests/support/database.ts";
import { ticker } from "#tests/support/seed.ts";
import { TOKEN, webFixture } from "./fixture/web.ts";

const database = await testDatabase();
// After this close the rules propose to buy AAPL.
const web = await webFixture(database, {}, SessionDate.parse("2018-03-01"));
const PROGRAM = "countersign 0.1.0";
const HOSTILE = `</script><script>window.hacked=1</script><img src=x onerror="window.hacked=1">`;

const Chart = z.looseObject({ datasets: z.looseObject({ rows: z.array(z.looseObject({ d: z.string() })) }) });
const Rows = z.object({ rows: z.array(z.record(z.string(), z.unknown())), next: z.string().nullable() });
const json = async (address: string) => (await web.api(address)).json();
const text = async (address: string) => (await web.page(address)).text();
const rows = async (address: string) => Rows.parse(await json(address)).rows;
const exported = async (format: string) =>
  (await web.api(`/api/symbol-runs/${traded.runId}/export?format=${format}`)).text();

/** A proposal that was turned down with hostile words, then one that was bought, and a run two sessions later. */
async function story() {
  const proposed = async () => {
    await web.analyse([ticker("AAPL")]);
    const [approval] = await rows("/api/approvals?status=pending");
    return z.object({ id: z.string(), symbolRunId: z.string() }).parse(approval);
  };
  const refused = await proposed();
  await web.post(`/approvals/${refused.id}/answer`, { action: "reject", reason: HOSTILE });
  await web.fixture.drain(web.desk);
  const taken = await proposed();
  const asked = {
    chart: Chart.parse(await json(`/api/symbol-runs/${taken.symbolRunId}/charts/daily`)),
    page: await text(`/approvals/${taken.id}`),
  };
  await web.post(`/approvals/${taken.id}/answer`, { action: "approve" });
  await web.fixture.drain(web.desk);
  for (const _session of ["2018-03-02", "2018-03-05"]) {
    await web.fixture.simulator().next();
    await web.fixture.track();
  }
  await web.fixture.drain(web.desk);
  await web.analyse([ticker("AAPL")]);
  return { runId: taken.symbolRunId, refusedRunId: refused.symbolRunId, asked };
}
const traded = await story();
const run = `/runs/${traded.runId}`;

test("all lists of a run at once are what each says alone, to the last digit", async () => {
  const { db } = database;
  for (const id of [traded.runId, traded.refusedRunId].map((text) => SymbolRunId.parse(text))) {
    const of = { symbolRunId: id };
    const whole = await wholeRun(db, id);
    const ids = whole.orders.map((order) => order.id);
    expect(whole).toEqual({
      run: await getSymbolRun(db, id),
      artifacts: await listArtifacts(db, of),
      decisions: await decisionsOfRun(db, id),
      verdicts: await verdictsOfRun(db, id),
      approvals: await approvalsOfRun(db, id),
      orders: await ordersOfRun(db, id),
      fills: await fillsOfOrders(db, ids),
      events: await listNodeEvents(db, id),
      reports: await listReports(db, of),
      orderEvents: await eventsOfOrders(db, ids),
      calls: await listLlmCalls(db, id),
    });
    expect(totalsOf(whole.calls)).toEqual(await llmTotals(db, of));
    const { events: _events, reports: _reports, orderEvents: _told, calls: _calls, ...ofTrade } = whole;
    expect(await tradeOfRun(db, id)).toEqual(ofTrade);
  }
  const unknown = SymbolRunId.parse("00000000-0000-4000-8000-000000000000");
  await expect(wholeRun(db, unknown)).rejects.toMatchObject({ code: "symbol_run_not_found" });
});

describe("the chart of a trade", () => {
  test("ends at the decision while a person is asked, and goes on behind a rule afterwards", async () => {
    expect(traded.asked.page).toContain("While the order waits for an answer no later bar is shown.");
    expect(traded.asked.page).toContain("dotted: proposed");
    const now = Chart.parse(await json(`/api/symbol-runs/${traded.runId}/charts/daily`));
    const [before, after] = [traded.asked.chart, now].map((chart) => chart.datasets.rows.map(({ d }) => d));
    expect(before?.at(-1)).toBe("2018-03-01");
    expect(after?.slice(before?.length)).toEqual(["2018-03-02", "2018-03-05"]);
    expect(JSON.stringify(now)).toContain("decided here");
    expect(JSON.stringify(now)).toMatch(/BUY \d+ at \d/);
  });

  test("tells the same in its drawing, its legend and its table", async () => {
    const page = await text(run);
    for (const said of ["decided here", "solid: filled", "dashed: working at the broker", "bought, entry"])
      expect(page.includes(said), said).toBe(true);
    const label = /aria-label="(AAPL, daily bars;[^"]+)"/.exec(page)?.[1];
    expect(label).toMatch(
      /entry [\d.]+ filled, stop [\d.]+ accepted, target [\d.]+ accepted; filled: BUY \d+/,
    );
  });

  test("is not there for a timeframe that was not drawn", async () => {
    const answer = await web.api(
      `/api/symbol-runs/${traded.runId.replace(/^.{8}/, "00000000")}/charts/daily`,
    );
    expect(answer.status).toBe(404);
  });
});

test("a node's visit opens by a link, without scripts", async () => {
  expect(await text(run)).toContain(`${run}?node=executor#node`);
  const page = await text(`${run}?node=executor`);
  for (const said of [
    "Node: executor",
    "Result of",
    "Model calls",
    "Log of this visit",
    "&quot;signal&quot;",
  ])
    expect(page).toContain(said);
  expect(await text(`${run}?node=nonsense&visit=x`)).not.toContain("Log of this visit");
});

test("the conversation is one thread: agents, rules, the desk, the person, the broker", async () => {
  const page = await text(run);
  const order = [
    "Technical analyst<",
    "Executor, weighing the reports",
    "Executor, deciding",
    "Risk rules",
    "Risk manager",
    "The desk asks",
    "entry order",
  ];
  const thread = page.slice(page.indexOf("The whole conversation"));
  const places = order.map((said) => thread.indexOf(said));
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(places[0]).toBeGreaterThan(0);
});

test("the exact words of a call come when they are asked for, of one or of all", async () => {
  const page = await text(run);
  const one = new RegExp(`${run.replaceAll("/", "\\/")}\\?call=([0-9a-f-]{36})#call-`).exec(page)?.[1] ?? "";
  const exchanges = async (call: string) =>
    (await text(`${run}?call=${call}`)).match(/<details id="exchange-[0-9a-f-]{36}"/g)?.length ?? 0;
  expect([await exchanges("none"), await exchanges(one), await exchanges("all")]).toEqual([0, 1, 5]);
});

test("the rules' verdicts are listed by run, outcome and reason, each whole with what it judged", async () => {
  const all = await rows("/api/verdicts");
  expect(new Set(all.map((verdict) => verdict.symbol))).toEqual(new Set(["AAPL"]));
  expect(all.map((verdict) => verdict.createdAt)).toEqual(
    all
      .map((verdict) => verdict.createdAt)
      .toSorted()
      .reverse(),
  );
  const own = await rows(`/api/verdicts?symbolRun=${traded.runId}`);
  expect(own.map((verdict) => verdict.step)).toEqual(["answer", "review", "gate"]);
  expect(all).toEqual(expect.arrayContaining(own));
  const codes = [...new Set(all.flatMap((verdict) => z.array(z.string()).parse(verdict.codes)))];
  for (const code of [...codes, "trading_halted"])
    expect(await rows(`/api/verdicts?code=${code}`)).toEqual(
      all.filter((verdict) => (verdict.codes as string[]).includes(code)),
    );
  const denied = await rows("/api/verdicts?verdict=denied");
  expect(denied).toEqual(all.filter(({ verdict }) => verdict === "denied"));
  const [first] = own;
  expect(first).not.toHaveProperty("snapshot");
  expect(await json(`/api/verdicts/${first?.id}`)).toMatchObject({
    id: first?.id,
    snapshot: { account: {} },
  });
  expect((await web.api("/api/verdicts?code=Robert'); drop")).status).toBe(422);
});

describe("lineage", () => {
  test("leads from a trade to its fill and from there to each step and back", async () => {
    const [trade] = await rows("/api/trades?symbol=AAPL&exit=open");
    const { parts } = z
      .object({ parts: z.array(z.object({ executionRef: z.string(), role: z.string() })) })
      .parse(trade);
    expect(parts.map(({ role }) => role)).toEqual(["entry"]);
    const ref = encodeURIComponent(parts[0]?.executionRef ?? "");
    expect(await text("/trades?exit=open")).toContain(`/fills/${ref}`);
    expect(await text("/trades?exit=stop")).toContain("No trade like that");
    const page = await text(`/fills/${ref}`);
    for (const address of ["/artifacts/", "/prompts/", `${run}#call-`, `${run}#report-`, `${run}#decision-`])
      expect(page).toContain(`href="${address}`);
    for (const address of [`${run}#verdict-`, "/approvals/", "/orders/", `${run}#outcome`])
      expect(page).toContain(`href="${address}`);
    const chain = z
      .object({ symbolRunId: z.string(), fills: z.array(z.unknown()) })
      .parse(await json(`/api/fills/${ref}/lineage`));
    expect(chain).toMatchObject({ symbolRunId: traded.runId, fills: [{}] });
    expect(await json(`/api/symbol-runs/${traded.runId}/lineage`)).toEqual(
      await json(`/api/fills/${ref}/lineage`),
    );
    expect((await web.page("/fills/none-such")).status).toBe(404);
    expect((await web.api("/api/fills/none-such/lineage")).status).toBe(404);
  });

  test("every address that the run's page links to is there", async () => {
    const pages = new Set(
      [...(await text(run)).matchAll(/href="(\/[a-z]+\/[^"#?]+)/g)].map((match) => match[1] ?? ""),
    );
    for (const address of pages) {
      if (!/^\/(artifacts|prompts|approvals|orders|fills|executions)\//.test(address)) continue;
      expect((await web.page(address)).status, address).toBe(200);
    }
    expect([...pages].some((address) => address.startsWith("/fills/"))).toBe(true);
  });
});

describe("artifacts", () => {
  test("are listed by symbol, kind and timeframe, page by page", async () => {
    const all = await rows(`/api/artifacts?run=${traded.runId}`);
    expect(all).toHaveLength(6);
    const filter = `/api/artifacts?run=${traded.runId}&kind=chart_png&timeframe=weekly&symbol=AAPL`;
    expect(await rows(filter)).toMatchObject([{ kind: "chart_png", timeframe: "weekly", symbol: "AAPL" }]);
    const first = Rows.parse(await json(`/api/artifacts?run=${traded.runId}&limit=4`));
    const second = Rows.parse(
      await json(`/api/artifacts?run=${traded.runId}&limit=4&cursor=${first.next ?? ""}`),
    );
    expect([...first.rows, ...second.rows].map(({ id }) => id)).toEqual(all.map(({ id }) => id));
    expect(second.next).toBeNull();
  });

  test("are grouped by execution on their page, shown one by one, and lead back to the run", async () => {
    const page = await text(`/artifacts?run=${traded.runId}`);
    for (const group of ["Inputs", "Bars", "Charts", "Analyses", "Risk verdict", "Approval", "Fills"])
      expect(page).toContain(group);
    expect(page).toContain(`href="${run}#outcome"`);
    expect(await text("/artifacts?symbol=SPX")).toContain("Nothing like that");
    expect(await text("/artifacts?kind=fills")).toContain("/fills/");
    const [values] = await rows(`/api/artifacts?run=${traded.runId}&kind=market_data&timeframe=daily`);
    const table = await text(`/artifacts/${values?.id}`);
    expect(table).toContain("2018-03-01");
    expect(table).toContain(`href="${run}"`);
    const [picture] = await rows(`/api/artifacts?run=${traded.runId}&kind=chart_png&timeframe=daily`);
    expect(await text(`/artifacts/${picture?.id}`)).toContain("shown to: technical analysis");
    const content = await web.api(`/api/artifacts/${picture?.id}/content`);
    const etag = content.headers.get("etag") ?? "";
    expect(etag).toContain(String(picture?.sha256));
    const again = await web.api(`/api/artifacts/${picture?.id}/content`, {
      headers: { "if-none-match": etag },
    });
    expect(again.status).toBe(304);
  });
});

describe("an export", () => {
  test("verifies, is the same each time, and says the same as page and as data", async () => {
    const [html, data] = [await exported("html"), await exported("json")];
    expect(await exported("html")).toBe(html);
    expect(verifyExport(html, PROGRAM)).toMatchObject({ faults: [], notices: [], symbolRunId: traded.runId });
    expect(verifyExport(data, PROGRAM)).toMatchObject({ faults: [] });
    expect(readExport(html).bundle).toEqual(readExport(data).bundle);
    expect(html).toContain(readExport(data).bundle.head);
    for (const said of ["Exact prompt", "Raw answer", "Hash chain", "decided here", "data:image/png;base64,"])
      expect(html).toContain(said);
  });

  test("carries a policy that lets no script run, and no address to load from", async () => {
    const html = await exported("html");
    const policy = /content="(default-src [^"]+)"/.exec(html)?.[1] ?? "";
    expect(policy).toContain("default-src &#39;none&#39;");
    expect(policy).not.toContain("script-src");
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? "";
    expect(policy).toContain(createHash("sha256").update(style).digest("base64"));
    expect(html.match(/<script/g)).toEqual(["<script"]);
    expect(html).not.toMatch(/(src|href)="(?!data:)/);
  });

  test("keeps hostile words as text", async () => {
    const html = await (await web.api(`/api/symbol-runs/${traded.refusedRunId}/export`)).text();
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html.match(/<img/g)).toHaveLength(2);
    expect(html).toContain("&lt;script&gt;window.hacked=1");
    expect(verifyExport(html, PROGRAM).faults).toEqual([]);
    const bundle = JSON.stringify(readExport(html).bundle);
    expect(bundle).toContain(JSON.stringify(HOSTILE).slice(1, -1));
  });

  test("holds no token, no folder and no setting of the desk", async () => {
    const data = await exported("json");
    for (const secret of [TOKEN, tmpdir(), database.url, "DATABASE_URL", "password"])
      expect(data.includes(secret), secret).toBe(false);
  });

  test("shows each change: of any section, of a picture, of the page, of the chain", async () => {
    const html = await exported("html");
    const original = readExport(html).bundle;
    for (const [index, section] of original.sections.entries()) {
      const changed = structuredClone(original);
      const target = changed.sections[index];
      if (target !== undefined) target.content = { was: "something else" };
      const { faults } = verifyExport(JSON.stringify(changed), PROGRAM);
      expect(faults, section.name).toContain(`${section.name}: its content was changed`);
    }
    const swapped = { ...original, sections: original.sections.toReversed() };
    expect(verifyExport(JSON.stringify(swapped), PROGRAM).faults.length).toBeGreaterThan(1);
    const shortened = { ...original, sections: original.sections.slice(0, -1) };
    expect(verifyExport(JSON.stringify(shortened), PROGRAM).faults).toContain(
      "the head is not the end of the chain",
    );
    const repainted = html.replace("decided here", "decided there");
    expect(verifyExport(repainted, PROGRAM).faults).toContain("page: it does not say what its data say");
    expect(verifyExport(html, "countersign 9").notices).toHaveLength(1);
    expect(() => verifyExport("no export", PROGRAM)).toThrow("not JSON");
  });

  test("is told from the desk's own when somebody has rewritten all hashes too", async () => {
    const { bundle } = readExport(await exported("json"));
    const forged = structuredClone(bundle);
    const outcome = forged.sections.find(({ name }) => name === "outcome");
    if (outcome !== undefined) outcome.content = null;
    expect(differences(forged, bundle)).toEqual(["outcome"]);
    expect(differences(bundle, bundle)).toEqual([]);
  });

  test("is checked by the command line without a desk", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "countersign-export-"));
    const html = await exported("html");
    writeFileSync(path.join(folder, "good.html"), html);
    writeFileSync(path.join(folder, "bad.html"), html.replace("Raw answer", "Fair answer"));
    const call = async (file: string) => {
      const signal = new AbortController().signal;
      const invocation = { variables: {}, directory: folder, signal, exitCode: 0 as const };
      await buildProgram(invocation).parseAsync(["export", "--verify", file], { from: "user" });
      return invocation.exitCode as number;
    };
    expect([await call("good.html"), await call("bad.html")]).toEqual([0, 1]);
  });

  test("of a run that is not there is not there", async () => {
    const id = traded.runId.replace(/^.{8}/, "00000000");
    expect((await web.api(`/api/symbol-runs/${id}/export`)).status).toBe(404);
  });
});
