import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { type Db, transaction } from "#store/database.ts";
import type { ApprovalId } from "#store/model/ids.ts";
import { AccountId } from "#store/model/ids.ts";
import { dec } from "#store/model/money.ts";
import { getSymbolRun } from "#store/runs/symbol-runs.ts";
import {
  answerApproval,
  createApproval,
  expireApprovals,
  expireApprovalsOfSession,
  getApproval,
  listApprovals,
  sessionsAwaitingAnswers,
} from "#store/trading/approvals.ts";
import { accountLock, giveVerdict, heldReservations, releaseCapacity } from "#store/trading/verdicts.ts";
import { testDatabase } from "#tests/support/database.ts";
import {
  BEFORE_EXPIRY,
  conid,
  decimal,
  EXPIRY,
  instant,
  seedApproval,
  seedDecision,
  seedRun,
  seedVerdict,
  ticker,
  YES,
} from "#tests/support/seed.ts";

const { db } = await testDatabase();
const by = { who: "anna", channel: "web", at: BEFORE_EXPIRY } as const;

test("of many answers at once exactly one counts, and the others are told which", async () => {
  const { id } = await seedApproval(db, await seedRun(db));
  const answers = await Promise.allSettled(
    Array.from({ length: 8 }, (_, index) =>
      answerApproval(db, {
        ...by,
        id,
        who: `person ${index}`,
        answer: index % 2 === 0 ? { action: "approve" } : { action: "reject", reason: "too dear" },
      }),
    ),
  );
  const won = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
  const lost = answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason] : []));
  expect(won).toHaveLength(1);
  const stored = await getApproval(db, id);
  expect(stored).toEqual(won[0]);
  for (const error of lost) {
    expect(error).toMatchObject({
      code: "approval_answered",
      facts: { status: stored.status, answeredBy: stored.answeredBy },
    });
  }
});

test("an edit, a reason, who, when and how are kept", async () => {
  const edited = await seedApproval(db, await seedRun(db));
  const edit = { quantity: decimal("5"), limitPrice: null };
  expect(await answerApproval(db, { ...by, id: edited.id, answer: { action: "edit", edit } })).toMatchObject({
    status: "edited",
    edit,
    answeredBy: "anna",
    channel: "web",
    answeredAt: BEFORE_EXPIRY,
  });
  const rejected = await seedApproval(db, await seedRun(db));
  const answer = { action: "reject", reason: "earnings tomorrow" } as const;
  expect(await answerApproval(db, { ...by, id: rejected.id, answer })).toMatchObject({
    status: "rejected",
    reason: "earnings tomorrow",
    edit: null,
  });
});

test("an answer at the moment of expiry is too late, whether or not the expiry was recorded", async () => {
  const { id } = await seedApproval(db, await seedRun(db));
  const late = () => answerApproval(db, { ...by, at: EXPIRY, id, answer: { action: "approve" } });
  await expect(late()).rejects.toMatchObject({ code: "approval_expired", facts: { status: "pending" } });
  const expired = await expireApprovals(db, EXPIRY);
  expect(expired.map((row) => row.id)).toContain(id);
  await expect(late()).rejects.toMatchObject({ code: "approval_expired", facts: { status: "expired" } });
  expect(await expireApprovals(db, EXPIRY)).toEqual([]);
});

test("an answer racing its expiry ends in one of the two states, never both", async () => {
  const { id } = await seedApproval(db, await seedRun(db));
  const [answered, expired] = await Promise.allSettled([
    answerApproval(db, { ...by, id, answer: { action: "approve" } }),
    expireApprovals(db, EXPIRY),
  ]);
  const { status } = await getApproval(db, id);
  const wasExpired = expired.status === "fulfilled" && expired.value.some((row) => row.id === id);
  expect([answered.status, wasExpired, status]).toEqual(
    answered.status === "fulfilled" ? ["fulfilled", false, "approved"] : ["rejected", true, "expired"],
  );
});

test("an unknown request is told as what it is", async () => {
  const unknown = answerApproval(db, {
    ...by,
    id: randomUUID() as ApprovalId,
    answer: { action: "approve" },
  });
  await expect(unknown).rejects.toMatchObject({ code: "approval_not_found" });
});

test("asking again gives the request as it is now", async () => {
  const asked = await seedApproval(db, await seedRun(db));
  const answered = await answerApproval(db, { ...by, id: asked.id, answer: { action: "approve" } });
  expect(await createApproval(db, asked)).toEqual(answered);
});

test("open requests are listed apart", async () => {
  const open = await seedApproval(db, await seedRun(db));
  const pending = await listApprovals(db, { status: "pending", limit: 500 });
  expect(pending.rows.map((row) => row.id)).toContain(open.id);
  expect(pending.rows.every((row) => row.status === "pending")).toBe(true);
});

test("workers that give verdicts under the account's lock never spend the same capacity twice", async () => {
  const accountId = AccountId.parse("DU7000001");
  const budget = dec("5000");
  const reserve = async () => {
    const symbolRunId = await seedRun(db);
    const decision = await seedDecision(db, symbolRunId);
    const work = async (tx: Db) => {
      const held = await heldReservations(tx, accountId);
      const spent = held.reduce((sum, row) => sum.plus(row.notional), dec(0));
      if (spent.plus("2000").gt(budget)) return null;
      const { id } = await giveVerdict(tx, {
        ...{ decisionId: decision.id, step: "gate", verdict: YES, snapshot: {} },
        ...{ accountId, symbolRunId, instrument: { conid: conid(1), symbol: ticker("AAPL") } },
      });
      return id;
    };
    return transaction(db, work, [accountLock(accountId)]);
  };
  const reserved = (await Promise.all(Array.from({ length: 6 }, reserve))).flatMap((id) =>
    id === null ? [] : [id],
  );
  expect(reserved).toHaveLength(2);
  expect(await releaseCapacity(db, reserved, "rejected")).toBe(true);
  expect(await releaseCapacity(db, reserved, "rejected again")).toBe(false);
  expect(await heldReservations(db, accountId)).toEqual([]);
});

test("an expiry later than the answer leaves the request open", async () => {
  const { id } = await seedApproval(db, await seedRun(db));
  await expireApprovals(db, instant("2025-06-30T00:00:00.000Z"));
  expect(await getApproval(db, id)).toMatchObject({ status: "pending", answeredAt: null });
});

test("an answer in time and an expiry at once: one of them counts, and the row says which", async () => {
  const after = instant("2025-07-02T00:00:00.000Z");
  for (let round = 0; round < 10; round += 1) {
    const { id } = await seedApproval(db, await seedRun(db));
    const [answered, expired] = await Promise.allSettled([
      answerApproval(db, { ...by, id, answer: { action: "approve" } }),
      expireApprovals(db, after),
    ]);
    const { status } = await getApproval(db, id);
    expect(status).toBe(answered.status === "fulfilled" ? "approved" : "expired");
    const ended = expired.status === "fulfilled" && expired.value.some((row) => row.id === id);
    expect(ended).toBe(status === "expired");
  }
});

test("a question on the market's clock is open until that clock says so, in its own session only", async () => {
  const at = instant("2030-01-01T00:00:00.000Z");
  const runId = await seedRun(db);
  const { gatewaySession } = (await getSymbolRun(db, runId)).execution;
  const verdict = await seedVerdict(db, runId);
  const id = randomUUID() as ApprovalId;
  const asked = { id, symbolRunId: runId, verdictId: verdict.id, shown: {}, expiresAt: EXPIRY };
  await createApproval(db, { ...asked, expiresOn: "market" });
  expect(await expireApprovals(db, at)).toHaveLength(0);
  expect(await sessionsAwaitingAnswers(db)).toContain(gatewaySession);
  const other = { gatewaySession: "replay-2001-01-02-00000000", marketAt: EXPIRY, at };
  expect(await expireApprovalsOfSession(db, other)).toHaveLength(0);
  const early = { gatewaySession, marketAt: BEFORE_EXPIRY, at };
  expect(await expireApprovalsOfSession(db, early)).toHaveLength(0);
  const late = answerApproval(db, { ...by, id, at, marketAt: EXPIRY, answer: { action: "approve" } });
  await expect(late).rejects.toMatchObject({ code: "approval_expired" });
  const ended = await expireApprovalsOfSession(db, { gatewaySession, marketAt: EXPIRY, at });
  expect(ended.map((row) => row.id)).toContain(id);
  expect(await getApproval(db, id)).toMatchObject({ status: "expired", answeredAt: at });
});
