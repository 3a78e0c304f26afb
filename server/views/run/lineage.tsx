// From the bars to the profit and loss, every step a link: what came of what.
import { Icon } from "../parts/icons.tsx";
import type { RunModel } from "./model.ts";

type Step = { text: string; detail: string; href: string | null };

function steps(run: RunModel): Step[] {
  const decision = run.decisions.at(-1);
  const verdict = run.verdicts.at(-1);
  const approval = run.approvals.at(-1);
  const entry = run.orders.find((order) => order.leg === "entry");
  const fills = run.orders.flatMap((order) => order.fills);
  const data = run.charts.find((chart) => chart.marketDataId !== null);
  return [
    {
      text: "Bars",
      detail: data === undefined ? "not loaded" : "stored",
      href: data === undefined ? null : `/api/artifacts/${data.marketDataId}/market-data`,
    },
    {
      text: "Charts",
      detail: `${run.charts.filter((chart) => chart.pictureId !== null).length}`,
      href: "#charts",
    },
    { text: "Prompts", detail: `${run.calls.length} calls`, href: "#calls" },
    { text: "Reports", detail: `${run.reports.length}`, href: "#reports" },
    {
      text: "Decision",
      detail: decision?.signal ?? "none",
      href: decision === undefined ? null : `#decision-${decision.id}`,
    },
    {
      text: "Verdict",
      detail: verdict?.verdict ?? "none",
      href: verdict === undefined ? null : `#verdict-${verdict.id}`,
    },
    {
      text: "Approval",
      detail: approval?.status ?? "none",
      href: approval === undefined ? null : `/approvals/${approval.id}`,
    },
    {
      text: "Order",
      detail: entry === undefined ? "none" : entry.status.toLowerCase().replaceAll("_", " "),
      href: entry === undefined ? null : `/orders/${entry.id}`,
    },
    { text: "Fills", detail: `${fills.length}`, href: fills.length === 0 ? null : "#fills" },
    {
      text: "P&L",
      detail: fills.length === 0 ? "none" : "portfolio",
      href: fills.length === 0 ? null : "/portfolio",
    },
  ];
}

export function Lineage(props: { run: RunModel }) {
  return (
    <nav aria-label="Lineage" class="overflow-x-auto">
      <ol class="flex min-w-max items-center gap-1 text-sm">
        {steps(props.run).map((step, index) => (
          <li class="flex items-center gap-1">
            {index === 0 ? null : <Icon name="arrow" size={12} class="text-muted" />}
            {step.href === null ? (
              <span class="text-muted rounded-md px-2 py-1">
                {step.text} <span class="text-xs">{step.detail}</span>
              </span>
            ) : (
              <a href={step.href} class="hover:bg-raised rounded-md px-2 py-1 font-medium">
                {step.text} <span class="text-muted text-xs font-normal">{step.detail}</span>
              </a>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}
