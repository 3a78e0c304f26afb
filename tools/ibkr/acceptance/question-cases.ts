// Acceptance: what is answered to the broker's questions.
import { type AcceptanceCase, controlOf, expectCode, expectEqual, expectThat } from "./bench.ts";
import { bracket, parentId, submitAccepted, takeBack, ticket } from "./order-steps.ts";

export const QUESTION_CASES: readonly AcceptanceCase[] = [
  {
    number: 45,
    area: "questions",
    title: "confirms the stop order disclosure",
    needs: "simulator",
    run: async (bench) => {
      const outcome = await submitAccepted(
        bench,
        await bracket(bench, { entry: 0.99, stop: 0.95, target: 1.02 }),
      );
      expectEqual(
        outcome.questions.map((question) => `${question.messageId} ${question.action}`),
        ["o10331 confirm"],
        "questions",
      );
    },
  },
  {
    number: 46,
    area: "questions",
    title: "confirms a price far from the market, and follows a chain of several questions",
    needs: "simulator",
    run: async (bench) => {
      const outcome = await submitAccepted(
        bench,
        await bracket(bench, { entry: 0.9, stop: 0.8, target: 1.2 }),
      );
      const ids = outcome.questions.map((question) => question.messageId);
      expectThat(ids.length >= 3 && ids.includes("o163") && ids.includes("o10331"), `a chain: ${ids.join()}`);
    },
  },
  {
    number: 47,
    area: "questions",
    title: "confirms many shares, but leaves a great value to a person",
    needs: "simulator",
    simulator: { cash: 5_000_000 },
    run: async (bench) => {
      const order = await ticket(bench, { limit: 0.99, quantity: "2000" });
      const outcome = await bench.client.orders.submit([order]);
      expectThat(outcome.kind === "question", `a question, not ${outcome.kind}`);
      expectEqual(
        outcome.questions.map((question) => `${question.messageId} ${question.action}`),
        ["o383 confirm", "o451 ask"],
        "questions",
      );
      expectEqual(await controlOf(bench).ordersSeen(), 0, "orders at the broker");
    },
  },
  {
    number: 48,
    area: "questions",
    title: "places the order once a person has confirmed the question",
    needs: "simulator",
    simulator: { cash: 5_000_000 },
    run: async (bench) => {
      const order = await ticket(bench, { limit: 0.99, quantity: "2000" });
      const outcome = await bench.client.orders.submit([order], { confirmedByPerson: ["o451"] });
      expectEqual(outcome.kind, "accepted", "outcome");
      expectEqual(await controlOf(bench).ordersSeen(), 1, "orders at the broker");
    },
  },
  {
    number: 49,
    area: "questions",
    title: "leaves an order without market data to a person",
    needs: "simulator",
    simulator: { data: { subscription: "none" } },
    run: async (bench) => {
      const outcome = await bench.client.orders.submit([await ticket(bench, {})]);
      expectThat(outcome.kind === "question", `a question, not ${outcome.kind}`);
      expectEqual(outcome.messageId, "o354", "question");
      expectThat(outcome.message.includes("without market data"), "its text is shown");
    },
  },
  {
    number: 50,
    area: "questions",
    title: "declines the open question, so that the same order can be sent anew",
    needs: "simulator",
    simulator: { data: { subscription: "none" } },
    run: async (bench) => {
      const order = await ticket(bench, {});
      await bench.client.orders.submit([order]);
      const replies = (await controlOf(bench).received()).filter((entry) =>
        entry.call.includes("/iserver/reply/"),
      );
      expectEqual(
        replies.map((entry) => entry.body),
        ['{"confirmed":false}'],
        "replies",
      );
      const outcome = await bench.client.orders.submit([order], { confirmedByPerson: ["o354"] });
      expectEqual(outcome.kind, "accepted", "outcome");
    },
  },
  {
    number: 51,
    area: "questions",
    title: "switches off only questions that the written policy always confirms",
    needs: "trades",
    run: async (bench) => {
      const { orders } = bench.client;
      await expectCode(orders.suppress(["o451"]), "questions_not_suppressible", "a question for a person");
      await expectCode(orders.suppress(["o9999"]), "questions_not_suppressible", "an unknown question");
      await orders.suppress(["o163", "o10331"]);
      const outcome = await submitAccepted(bench, [await ticket(bench, { side: "BUY", stop: 1.08 })]);
      expectThat(
        outcome.questions.every((question) => question.messageId !== "o10331"),
        "the suppressed question is not asked",
      );
      await takeBack(bench, parentId(outcome));
    },
  },
];
