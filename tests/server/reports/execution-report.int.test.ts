// What a report calls settled: nothing that goes on by itself, and nothing else.
import { expect, test } from "vitest";
import { executionReport } from "#server/reports/execution-report.ts";
import { getSymbolRun, setSymbolRunStatus } from "#store/runs/symbol-runs.ts";
import { answerApproval } from "#store/trading/approvals.ts";
import { testDatabase } from "#tests/support/database.ts";
import { instant, seedApproval, seedRun } from "#tests/support/seed.ts";

const { db } = await testDatabase();

test("a run whose question waits is settled; once it is answered it is not, though no worker has taken it up", async () => {
  const id = await seedRun(db);
  const { executionId } = await getSymbolRun(db, id);
  const approval = await seedApproval(db, id);
  await setSymbolRunStatus(db, { id, status: "waiting_approval" });
  const report = async () => {
    const { settled, runs } = await executionReport(db, executionId, { model: "none", broker: "none" });
    return { settled, status: runs[0]?.status };
  };
  expect(await report()).toEqual({ settled: true, status: "waiting_approval" });
  await answerApproval(db, {
    id: approval.id,
    answer: { action: "approve" },
    who: "a person",
    channel: "api",
    at: instant("2025-06-30T20:01:00.000Z"),
  });
  expect(await report()).toEqual({ settled: false, status: "running" });
});
