// The decision with its figures, what the rules and the risk manager made of it, rule by rule.
import type { RuleOutcome } from "#store/model/risk.ts";
import { Empty, Facts, Panel, Prose, Time } from "../parts/blocks.tsx";
import { Ladder } from "../parts/drawings.tsx";
import { decimal, money, percent, price, quantity, words } from "../parts/format.ts";
import { Icon, type IconName } from "../parts/icons.tsx";
import { kept } from "../parts/kept.tsx";
import { Pill, SignalPill, StancePill, VerdictPill } from "../parts/status.tsx";
import type { DecisionModel, VerdictModel } from "./model.ts";
import { GroundingPill, GroundingTable } from "./reports.tsx";

const DecisionCard = kept(function DecisionCard(props: {
  decision: DecisionModel;
  superseded: boolean;
  single: boolean;
}) {
  const { decision } = props;
  const { stopPrice, targetPrice, consolidation } = decision;
  return (
    <Panel
      id={`decision-${decision.id}`}
      title={decision.visit === 0 ? "Decision" : `Decision, revision ${decision.visit}`}
      note={props.superseded ? "replaced by a revision" : <Time at={decision.createdAt} compact />}
      actions={<SignalPill signal={decision.signal} large />}
    >
      <Facts
        columns={3}
        rows={[
          ["Price", price(decision.currentPrice)],
          ["Target", price(targetPrice)],
          ["Stop", price(stopPrice)],
          ["R", decimal(decision.rCoefficient)],
          ["Profit margin", percent(decision.profitMargin)],
        ]}
      />
      {decision.signal === "HOLD" || stopPrice === null || targetPrice === null ? null : (
        <div class="mt-4">
          <Ladder
            levels={{
              side: decision.signal,
              entry: decision.currentPrice,
              stop: stopPrice,
              target: targetPrice,
            }}
          />
        </div>
      )}
      <div class="mt-4 flex flex-wrap items-center gap-2">
        <GroundingPill grounding={decision.grounding} />
        <span class="text-muted text-sm">{decision.strategyUsed}</span>
      </div>
      <Prose text={decision.analysis} class="mt-2" />
      {consolidation === null ? null : (
        <div class="border-line mt-4 border-t pt-3">
          <div class="mb-2 flex flex-wrap items-center gap-2">
            <h3 class="text-sm font-semibold">Weighed against each other</h3>
            <StancePill stance={consolidation.stance} />
            <Pill
              tone="quiet"
              text={
                props.single
                  ? "one chart read"
                  : `analysts ${consolidation.agreement === "partly" ? "partly agree" : consolidation.agreement}`
              }
            />
          </div>
          <Prose text={consolidation.summary} />
          <div class="mt-3 grid gap-4 sm:grid-cols-2">
            <ReasonList title="For" reasons={consolidation.reasonsFor} tone="text-good" sign="+" />
            <ReasonList title="Against" reasons={consolidation.reasonsAgainst} tone="text-bad" sign="−" />
          </div>
        </div>
      )}
      <details class="mt-3">
        <summary class="text-muted text-sm">Every number, checked</summary>
        <div class="mt-2 overflow-x-auto">
          <GroundingTable grounding={decision.grounding} />
        </div>
      </details>
      <a class="link mt-3 inline-block text-xs" href={`#call-${decision.llmCallId}`}>
        prompt and answer
      </a>
    </Panel>
  );
});

function ReasonList(props: { title: string; reasons: readonly string[]; tone: string; sign: string }) {
  return (
    <div>
      <h4 class={`text-xs font-semibold ${props.tone}`}>{props.title}</h4>
      {props.reasons.length === 0 ? <p class="text-muted text-sm">None was given.</p> : null}
      <ul class="mt-1 space-y-1 text-sm">
        {props.reasons.map((reason) => (
          <li class="flex gap-2">
            <span class={`${props.tone} font-semibold`} aria-hidden="true">
              {props.sign}
            </span>
            <span class="prose-text min-w-0">{reason}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

const STEPS: Readonly<Record<VerdictModel["step"], string>> = {
  gate: "Risk rules",
  review: "Risk manager",
  answer: "Checked again at the answer",
};

const OUTCOME: Readonly<Record<RuleOutcome["outcome"], readonly [tone: string, icon: IconName]>> = {
  pass: ["text-good", "check"],
  skip: ["text-muted", "skip"],
  clamp: ["text-warn", "down"],
  deny: ["text-bad", "stop"],
};

function RuleTable(props: { rules: readonly RuleOutcome[] }) {
  return (
    <table class="grid-table text-sm">
      <thead>
        <tr>
          <th scope="col">Rule</th>
          <th scope="col">Outcome</th>
          <th scope="col">Input</th>
          <th scope="col">Limit</th>
          <th scope="col" class="number">
            Taken
          </th>
        </tr>
      </thead>
      <tbody>
        {props.rules.map((rule) => {
          const [tone, icon] = OUTCOME[rule.outcome];
          return (
            <tr>
              <td class="font-medium">{words(rule.rule)}</td>
              <td class={`whitespace-nowrap ${tone}`}>
                <span class="inline-flex items-center gap-1 font-medium">
                  <Icon name={icon} size={13} /> {rule.outcome}
                </span>
                {rule.code === null ? null : <span class="block font-mono text-xs">{rule.code}</span>}
              </td>
              <td class="prose-text">{rule.input}</td>
              <td class="prose-text">{rule.limit}</td>
              <td class="number">{quantity(rule.taken)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** What a rule took or denied is told at once; every rule with its figures is one tap away. */
function Rules(props: { verdict: VerdictModel }) {
  const { rules } = props.verdict;
  if (rules.length === 0) return null;
  const biting = rules.filter((rule) => rule.outcome === "deny" || rule.outcome === "clamp");
  const passed = rules.filter((rule) => rule.outcome === "pass").length;
  return (
    <>
      {biting.length === 0 ? null : <RuleTable rules={biting} />}
      <details class="border-line border-t px-4 py-2.5">
        <summary class="text-muted text-sm">
          Every rule: {passed} of {rules.length} passed
          {biting.length === 0 ? "" : `, ${biting.length} took or denied`}
        </summary>
        <div class="mt-2 -mx-4 overflow-x-auto">
          <RuleTable rules={rules} />
        </div>
      </details>
    </>
  );
}

const VerdictCard = kept(function VerdictCard(props: { verdict: VerdictModel }) {
  const { verdict } = props;
  const { plan, review } = verdict;
  return (
    <Panel
      id={`verdict-${verdict.id}`}
      title={STEPS[verdict.step]}
      note={<Time at={verdict.createdAt} compact />}
      actions={<VerdictPill verdict={verdict.verdict} />}
      flush
    >
      {review === null ? null : (
        <p class="px-4 pt-3">
          <span class="font-semibold">{review.verdict}</span>
          {review.keepFraction === null ? "" : `, keep ${percent(review.keepFraction, 0)}`}:{" "}
          <span class="prose-text">{review.reason}</span>
        </p>
      )}
      {plan === null ? null : (
        <div class="p-4">
          <Facts
            columns={2}
            rows={[
              ["Order", `${plan.side} ${quantity(plan.quantity)} ${plan.entryType.toLowerCase()}`],
              ["Entry", plan.limitPrice === null ? "at market" : price(plan.limitPrice)],
              ["Stop and target", `${price(plan.stopPrice)} / ${price(plan.targetPrice)}`],
              ["Lost at the stop", money(plan.lossAtStop, plan.currency)],
            ]}
          />
        </div>
      )}
      <Rules verdict={verdict} />
    </Panel>
  );
});

/** `single`: the workflow looks at one timeframe, so that nobody could agree or disagree. */
export function Decisions(props: {
  decisions: readonly DecisionModel[];
  verdicts: readonly VerdictModel[];
  single: boolean;
}) {
  const { decisions, verdicts } = props;
  if (decisions.length === 0) {
    return (
      <Panel title="Decision">
        <Empty icon="desk" title="No decision">
          There is none until every analyst has given a grounded report. A failing model is never an opinion.
        </Empty>
      </Panel>
    );
  }
  const last = decisions.at(-1);
  return (
    <div class="space-y-4">
      {decisions.map((decision) => (
        <div class="space-y-4">
          <DecisionCard decision={decision} superseded={decision !== last} single={props.single} />
          {verdicts
            .filter((verdict) => verdict.decisionId === decision.id)
            .map((verdict) => (
              <VerdictCard verdict={verdict} />
            ))}
        </div>
      ))}
    </div>
  );
}
