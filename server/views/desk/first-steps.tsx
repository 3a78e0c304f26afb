// The way from an empty desk to the first trade, with the next step named. Pure; gone once the desk has traded.
import type { Child } from "hono/jsx";
import type { Frame } from "../layout/frame.ts";
import { Panel } from "../parts/blocks.tsx";
import { Icon } from "../parts/icons.tsx";
import type { DashboardModel, StepsModel } from "./model.ts";

type State = "done" | "now" | "ahead";
type Step = { state: State; title: string; text: Child };

const SHAPE = {
  done: ["check", "bg-good-soft text-good", "done"],
  now: ["arrow", "bg-accent-fill text-white", "now"],
  ahead: ["queue", "bg-raised text-muted", "ahead"],
} as const;

function analysed(steps: StepsModel, simulator: boolean): Step {
  const title = "The agents analyse your symbols";
  if (steps.executionId === null) {
    return {
      state: "now",
      title,
      text: (
        <>
          {simulator ? "The first execution starts by itself in a moment. " : ""}
          <a class="link" href="/executions/new">
            {simulator ? "Or start one of your own" : "Start the first execution"}
          </a>
          .
        </>
      ),
    };
  }
  const running = steps.executionStatus === "running";
  return {
    state: running ? "now" : "done",
    title,
    text: (
      <a class="link" href={`/executions/${steps.executionId}`}>
        {running ? "Watch charts, reports and the decision being made" : "Read their charts and reports"}
      </a>
    ),
  };
}

function countersigned(steps: StepsModel, simulator: boolean): Step {
  const title = "You countersign";
  if (steps.pending !== null) {
    return {
      state: "now",
      title,
      text: (
        <>
          An order waits for you: look at its size, stop and loss, then{" "}
          <a class="link" href={`/approvals/${steps.pending}`}>
            approve, change or reject it
          </a>
          .
        </>
      ),
    };
  }
  if (steps.answered) {
    return {
      state: "done",
      title,
      text: (
        <a class="link" href="/approvals">
          Your answers
        </a>
      ),
    };
  }
  const over = steps.executionStatus === "finished";
  return {
    state: over ? "now" : "ahead",
    title,
    text: over ? (
      <>
        Nothing was proposed this time; that happens. {simulator ? "Move the market on and " : ""}
        <a class="link" href="/executions/new">
          start another execution
        </a>
        .
      </>
    ) : (
      "Each order that passes the rules waits for your word; it expires unanswered."
    ),
  };
}

function worked(steps: StepsModel, simulator: boolean): Step {
  const title = "The order works at the broker";
  if (steps.orderId === null) {
    return { state: "ahead", title, text: "Price and limits are checked once more before it leaves." };
  }
  const link = (
    <a class="link" href={`/orders/${steps.orderId}`}>
      See its life
    </a>
  );
  if (steps.filled) return { state: "done", title, text: link };
  return {
    state: "now",
    title,
    text: (
      <>
        {link}.{" "}
        {simulator ? (
          <>
            Then{" "}
            <a class="link" href="#market">
              move the market to its next session
            </a>
            : it is matched against that day's bars.
          </>
        ) : (
          "It fills when the market reaches its price."
        )}
      </>
    ),
  };
}

function traced(steps: StepsModel): Step {
  const title = "Trace the fill back";
  if (!steps.filled || steps.orderRunId === null)
    return { state: "ahead", title, text: "From bars to P&L, every step is a link." };
  return {
    state: "now",
    title,
    text: (
      <>
        <a class="link" href={`/runs/${steps.orderRunId}`}>
          From bars to P&L
        </a>
        , every step is a link; then set up a{" "}
        <a class="link" href="/strategies">
          strategy
        </a>{" "}
        of your own.
      </>
    ),
  };
}

function stepsOf(steps: StepsModel, frame: Frame): Step[] {
  const simulator = frame.broker.kind === "simulator";
  const broker = simulator
    ? "On the built-in simulator with recorded prices: no money can be lost."
    : `On IBKR, ${frame.broker.paper ? "a paper account" : "REAL MONEY"}.`;
  const model = frame.model.offline
    ? "The agents follow fixed rules until you name a model (OPENAI_MODEL)."
    : `The agents ask ${frame.model.text}.`;
  return [
    { state: "done", title: "The desk runs", text: `${broker} ${model}` },
    analysed(steps, simulator),
    countersigned(steps, simulator),
    worked(steps, simulator),
    traced(steps),
  ];
}

export function FirstSteps(props: { model: DashboardModel; frame: Frame }) {
  const { steps } = props.model;
  if (steps === null) return <div id="first-steps" data-live="any" />;
  return (
    <div id="first-steps" class="mb-4" data-live="any">
      <Panel title="Your first trade" note="five steps, about five minutes">
        <ol class="grid gap-x-6 gap-y-3 md:grid-cols-5">
          {stepsOf(steps, props.frame).map((step, index) => {
            const [icon, look, word] = SHAPE[step.state];
            return (
              <li
                class={`flex gap-2.5 md:block ${step.state === "ahead" ? "text-muted" : ""}`}
                aria-current={step.state === "now" ? "step" : undefined}
              >
                <span class={`flex size-6 shrink-0 items-center justify-center rounded-full ${look}`}>
                  <Icon name={icon} size={14} />
                  <span class="sr-only">{word}</span>
                </span>
                <div class="min-w-0 md:mt-1.5">
                  <p class="text-sm font-semibold">
                    {index + 1}. {step.title}
                  </p>
                  <p class="text-muted mt-0.5 text-sm">{step.text}</p>
                </div>
              </li>
            );
          })}
        </ol>
      </Panel>
    </div>
  );
}
