// Workflows and strategies in the database: history is only added to, older rows come with what was added later.
import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { prepareFirstStart } from "#server/compose/first-start.ts";
import { type StrategyId, Ticker, type WorkflowVersionId } from "#store/model/ids.ts";
import { StrategyParameters } from "#store/model/strategy.ts";
import { WorkflowDefinition } from "#store/model/workflow/definition.ts";
import { WORKFLOW_TEMPLATES } from "#store/model/workflow/templates.ts";
import {
  activateStrategyVersion,
  cloneStrategy,
  getStrategy,
  listStrategyVersions,
  saveStrategy,
  strategyByName,
} from "#store/strategies/strategies.ts";
import {
  activateWorkflowVersion,
  cloneWorkflow,
  createWorkflow,
  getWorkflowVersion,
  listWorkflows,
  listWorkflowVersions,
  newestWorkflowVersion,
  saveWorkflowVersion,
} from "#store/strategies/workflows.ts";
import { testDatabase } from "#tests/support/database.ts";

const { db } = await testDatabase();
const newId = () => randomUUID() as WorkflowVersionId;
const definition = (of: object = {}) => WorkflowDefinition.parse(of);
const single = definition({ charts: [{ timeframe: "daily" }] });

test("a first start makes a workflow of each template and leaves a person's own alone", async () => {
  const own = definition({ orders: "advise" });
  await saveWorkflowVersion(db, { id: newId(), name: "two-indicator", definition: own });
  await prepareFirstStart(db, randomUUID);
  await prepareFirstStart(db, randomUUID);
  expect((await listWorkflows(db)).map(({ name, versions }) => [name, versions]).sort()).toEqual(
    WORKFLOW_TEMPLATES.map(({ key }) => [key, 1]).sort(),
  );
  expect((await newestWorkflowVersion(db, "two-indicator")).definition).toEqual(own);
  const strategy = await strategyByName(db, "default");
  const workflow = await getWorkflowVersion(db, strategy?.workflowVersionId ?? newId());
  expect(workflow).toMatchObject({ name: "multi-agent", version: 1 });
  expect(strategy?.parameters.schedule).toBeNull();
});

test("a version is added for other content only, and an older one comes back as the newest", async () => {
  const name = "history";
  const first = await createWorkflow(db, { id: newId(), name, definition: definition() });
  expect(await saveWorkflowVersion(db, { id: newId(), name, definition: definition() })).toEqual(first);
  await saveWorkflowVersion(db, { id: newId(), name, definition: single });
  const third = await activateWorkflowVersion(db, { id: newId(), name, version: 1 });
  expect(third).toMatchObject({ version: 3, contentHash: first.contentHash });
  expect(third.id).not.toBe(first.id);
  expect((await listWorkflowVersions(db, { name })).map(({ version }) => version)).toEqual([3, 2, 1]);
  await expect(createWorkflow(db, { id: newId(), name, definition: single })).rejects.toMatchObject({
    code: "workflow_name_taken",
    facts: { field: "name" },
  });
  const clone = await cloneWorkflow(db, { id: newId(), name: "history, copied", from: name });
  expect(clone).toMatchObject({ version: 1, contentHash: first.contentHash });
});

test("versions that are saved at the same moment follow each other", async () => {
  const rows = await Promise.all(
    [60, 70, 80, 90, 100].map((barsShown) =>
      saveWorkflowVersion(db, {
        ...{ id: newId(), name: "at once" },
        definition: definition({ charts: [{ timeframe: "daily", barsShown }] }),
      }),
    ),
  );
  expect(rows.map(({ version }) => version).sort()).toEqual([1, 2, 3, 4, 5]);
});

test("rows that were written before indicators, prompts, orders and schedules existed are read with their defaults", async () => {
  const id = newId();
  const old = {
    charts: [
      { timeframe: "daily", barsShown: 200, barsLoaded: 504 },
      { timeframe: "weekly", barsShown: 200, barsLoaded: 520 },
    ],
    agents: { decision: { model: "a-model", maxToolCalls: 3 } },
    maxRevisions: 1,
  };
  await db.execute(sql`insert into workflow_versions (id, name, version, definition, content_hash)
    values (${id}, 'old', 1, ${JSON.stringify(old)}::jsonb, 'old')`);
  const read = await getWorkflowVersion(db, id);
  expect(read.definition).toEqual(
    definition({ agents: { decision: { model: "a-model", maxToolCalls: 3 } } }),
  );
  // The same content, said in today's words, is no new version.
  expect(
    await saveWorkflowVersion(db, { id: newId(), name: "old", definition: read.definition }),
  ).toMatchObject({
    id,
    version: 1,
  });

  const strategyId = randomUUID() as StrategyId;
  const parameters = StrategyParameters.parse({ symbols: ["AAPL"] });
  await saveStrategy(db, { id: strategyId, name: "old", active: true, workflowVersionId: id, parameters });
  await db.execute(sql`update strategy_versions set parameters = parameters - 'schedule' - 'askWhen'
    where strategy_id = ${strategyId}`);
  expect((await getStrategy(db, strategyId)).parameters).toEqual(parameters);
  const same = { id: strategyId, name: "old", active: true, workflowVersionId: id, parameters };
  expect((await saveStrategy(db, same)).version).toBe(1);
});

test("a strategy's older version comes back as the newest, and a copy has no schedule", async () => {
  const { id: workflowVersionId } = await newestWorkflowVersion(db, "multi-agent");
  const id = randomUUID() as StrategyId;
  const parameters = StrategyParameters.parse({ symbols: ["AAPL"], schedule: { cron: "0 10 * * 1-5" } });
  const strategy = { id, name: "of versions", active: true, workflowVersionId, parameters };
  await saveStrategy(db, strategy);
  await saveStrategy(db, { ...strategy, parameters: { ...parameters, symbols: [Ticker.parse("SPX")] } });
  const third = await activateStrategyVersion(db, { id, version: 1 });
  expect(third).toMatchObject({ version: 3, parameters });
  expect(await listStrategyVersions(db, id)).toHaveLength(3);
  await expect(activateStrategyVersion(db, { id, version: 8 })).rejects.toMatchObject({
    code: "strategy_version_not_found",
  });
  const copy = { id: randomUUID() as StrategyId, name: "a copy of versions", active: false, from: id };
  expect(await cloneStrategy(db, copy)).toMatchObject({
    version: 1,
    active: false,
    parameters: { schedule: null },
  });
  const users = (await listWorkflows(db)).find(({ name }) => name === "multi-agent")?.strategies;
  expect(users?.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["of versions", "a copy of versions"]),
  );
});
