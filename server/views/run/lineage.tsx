// From the bars to the profit and loss, every step a link: what came of what, forward and back.
import { price, signed } from "../parts/format.ts";
import { Icon } from "../parts/icons.tsx";

export type LineageStep = { text: string; detail: string; href: string | null };

/** What the strip is made from: the run's page has all of it, other pages the part they know. */
export type LineageOf = {
  runId: string;
  symbol: string;
  marketDataId: string | null;
  pictureId: string | null;
  promptVersionId: string | null;
  /** The model's answer that the decision was made of. */
  decisionCallId: string | null;
  reports: number;
  reportId: string | null;
  decision: { id: string; text: string } | null;
  verdict: { id: string; text: string } | null;
  approval: { id: string; text: string } | null;
  order: { id: string; text: string } | null;
  fill: { ref: string; text: string } | null;
  outcome: { closed: boolean; realizedPnl: string; exitPrice: string | null } | null;
};

export function lineageSteps(of: LineageOf): LineageStep[] {
  const run = `/runs/${of.runId}`;
  const at = (anchor: string | null) => (anchor === null ? null : `${run}#${anchor}`);
  return [
    {
      text: "Bars",
      detail: of.marketDataId === null ? "not loaded" : "stored",
      href: of.marketDataId === null ? null : `/artifacts/${of.marketDataId}`,
    },
    {
      text: "Chart",
      detail: of.pictureId === null ? "not drawn" : "picture",
      href: of.pictureId === null ? null : `/artifacts/${of.pictureId}`,
    },
    {
      text: "Prompt",
      detail: of.promptVersionId === null ? "none" : "version",
      href: of.promptVersionId === null ? null : `/prompts/${of.promptVersionId}`,
    },
    {
      text: "Answer",
      detail: of.decisionCallId === null ? "none" : "word for word",
      href: of.decisionCallId === null ? null : at(`call-${of.decisionCallId}`),
    },
    {
      text: "Reports",
      detail: String(of.reports),
      href: of.reportId === null ? null : at(`report-${of.reportId}`),
    },
    {
      text: "Decision",
      detail: of.decision?.text ?? "none",
      href: of.decision === null ? null : at(`decision-${of.decision.id}`),
    },
    {
      text: "Verdict",
      detail: of.verdict?.text ?? "none",
      href: of.verdict === null ? null : at(`verdict-${of.verdict.id}`),
    },
    {
      text: "Approval",
      detail: of.approval?.text ?? "none",
      href: of.approval === null ? null : `/approvals/${of.approval.id}`,
    },
    {
      text: "Order",
      detail: of.order?.text ?? "none",
      href: of.order === null ? null : `/orders/${of.order.id}`,
    },
    {
      text: "Fill",
      detail: of.fill?.text ?? "none",
      href: of.fill === null ? null : `/fills/${encodeURIComponent(of.fill.ref)}`,
    },
    outcomeStep(of, run),
  ];
}

function outcomeStep(of: LineageOf, run: string): LineageStep {
  if (of.outcome === null) return { text: "P&L", detail: "none", href: null };
  const { closed, realizedPnl, exitPrice } = of.outcome;
  return closed
    ? { text: "P&L", detail: `${signed(realizedPnl)} at ${price(exitPrice)}`, href: `${run}#outcome` }
    : { text: "Position", detail: "open", href: `${run}#outcome` };
}

/** `here`: the step that the page itself stands for. */
export function Lineage(props: { of: LineageOf; here?: string }) {
  const steps = lineageSteps(props.of);
  return (
    <nav aria-label="Lineage">
      <ol class="flex flex-wrap items-center gap-x-1 gap-y-0.5 text-sm">
        {steps.map((step, index) => {
          const here = props.here === step.text;
          return (
            <li class="flex items-center gap-1">
              {index === 0 ? null : <Icon name="arrow" size={12} class="text-muted" />}
              {step.href === null ? (
                <span class="text-muted rounded-md px-2 py-1">
                  {step.text} <span class="text-xs">{step.detail}</span>
                </span>
              ) : (
                <a
                  href={step.href}
                  aria-current={here ? "step" : undefined}
                  class={`rounded-md px-2 py-1 font-medium ${here ? "bg-accent-soft text-accent" : "hover:bg-raised"}`}
                >
                  {step.text} <span class="text-muted text-xs font-normal">{step.detail}</span>
                </a>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
