// What the agents said, number by number: grounded in the stored values or not. All of it is text, whatever it holds.
import type { Grounding } from "#store/model/decision.ts";
import { Empty, Panel, Prose } from "../parts/blocks.tsx";
import { price, words } from "../parts/format.ts";
import { Icon } from "../parts/icons.tsx";
import { kept } from "../parts/kept.tsx";
import { Pill, StancePill } from "../parts/status.tsx";
import type { ReportModel } from "./model.ts";

const STAGE_TEXT: Readonly<Record<string, string>> = {
  technical_analysis: "Technical analyst, daily",
  weekly_trend: "Weekly trend",
};

export function GroundedMark(props: { grounded: boolean }) {
  return props.grounded ? (
    <span class="text-good inline-flex items-center gap-1 text-xs font-medium whitespace-nowrap">
      <Icon name="check" size={12} /> grounded
    </span>
  ) : (
    <span class="text-bad inline-flex items-center gap-1 text-xs font-medium whitespace-nowrap">
      <Icon name="cross" size={12} /> not grounded
    </span>
  );
}

export function GroundingPill(props: { grounding: Grounding }) {
  const { checks, grounded } = props.grounding;
  const good = checks.filter((check) => check.grounded).length;
  const text = `${good} of ${checks.length} numbers grounded`;
  return <Pill tone={grounded ? "good" : "bad"} icon={grounded ? "check" : "cross"} text={text} />;
}

export function GroundingTable(props: { grounding: Grounding }) {
  if (props.grounding.checks.length === 0) return <p class="text-muted text-sm">It states no number.</p>;
  return (
    <table class="grid-table text-sm">
      <thead>
        <tr>
          <th scope="col">Where</th>
          <th scope="col">Value</th>
          <th scope="col" class="number">
            Stated
          </th>
          <th scope="col" class="number">
            Stored
          </th>
          <th scope="col">Check</th>
        </tr>
      </thead>
      <tbody>
        {props.grounding.checks.map((check) => (
          <tr>
            <td>{check.where}</td>
            <td class="font-mono text-xs">{check.valueName ?? "–"}</td>
            <td class="number">{check.stated}</td>
            <td class="number">{check.stored ?? "–"}</td>
            <td>
              <GroundedMark grounded={check.grounded} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Levels(props: { title: string; prices: readonly number[] }) {
  return (
    <div>
      <dt class="text-muted text-xs">{props.title}</dt>
      <dd class="font-medium tabular-nums">
        {props.prices.length === 0 ? "none named" : props.prices.map((level) => price(level)).join(" · ")}
      </dd>
    </div>
  );
}

const ReportCard = kept(function ReportCard(props: { report: ReportModel }) {
  const { report, grounding } = props.report;
  const checkOf = (name: string, stated: number | null) =>
    grounding.checks.find(
      (check) => check.stated === stated && (check.valueName === name || check.where.includes(name)),
    );
  return (
    <Panel
      id={`report-${props.report.id}`}
      title={`${STAGE_TEXT[props.report.stage] ?? words(props.report.stage)}${props.report.visit > 0 ? `, revision ${props.report.visit}` : ""}`}
      actions={<StancePill stance={report.stance} />}
    >
      <div class="mb-3 flex flex-wrap items-center gap-2">
        <GroundingPill grounding={grounding} />
        <span class="text-muted text-sm">trend {report.trend}</span>
        <a class="link ml-auto text-xs" href={`#call-${props.report.llmCallId}`}>
          prompt and answer
        </a>
      </div>
      <Prose text={report.summary} />
      <dl class="mt-3 grid grid-cols-2 gap-3">
        <Levels title="Support" prices={report.support} />
        <Levels title="Resistance" prices={report.resistance} />
      </dl>
      <h3 class="mt-4 text-xs font-semibold">Evidence</h3>
      <ul class="mt-1 space-y-1.5 text-sm">
        {report.evidence.map((item) => {
          const check = checkOf(item.value, item.stated);
          return (
            <li class="flex flex-wrap items-baseline justify-between gap-x-3">
              <span class="prose-text min-w-0">{item.statement}</span>
              <span class="flex items-baseline gap-2 whitespace-nowrap">
                {item.stated === null ? (
                  <span class="text-muted text-xs">no number</span>
                ) : (
                  <>
                    <span class="font-mono text-xs">
                      {item.value} {item.stated}
                      <span class="text-muted">
                        {check === undefined || check.stored === null
                          ? ", nothing stored"
                          : `, stored ${check.stored}`}
                      </span>
                    </span>
                    {check === undefined ? null : <GroundedMark grounded={check.grounded} />}
                  </>
                )}
              </span>
            </li>
          );
        })}
      </ul>
      <p class="mt-4 text-sm">
        <span class="text-muted">Proven wrong by: </span>
        <span class="prose-text">{report.invalidation}</span>
      </p>
      <details class="mt-3">
        <summary class="text-muted text-sm">Every number, checked</summary>
        <div class="mt-2 overflow-x-auto">
          <GroundingTable grounding={grounding} />
        </div>
      </details>
    </Panel>
  );
});

export function Reports(props: { reports: readonly ReportModel[] }) {
  if (props.reports.length === 0) {
    return (
      <Panel title="Reports">
        <Empty icon="prompts" title="No report yet">
          The analysts write theirs as soon as the charts are drawn.
        </Empty>
      </Panel>
    );
  }
  return (
    <div class="space-y-4">
      {props.reports.map((report) => (
        <ReportCard report={report} />
      ))}
    </div>
  );
}
