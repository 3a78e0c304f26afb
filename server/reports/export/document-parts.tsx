// Parts of an export's page: figures, checked numbers, decisions with what the rules made of them. Pure.
import type { Child } from "hono/jsx";
import { decimal, percent } from "#server/views/parts/format.ts";
import type { Grounding } from "#store/model/decision.ts";
import type { ExportContent } from "./bundle.ts";

export function Figures(props: { rows: readonly (readonly [string, Child])[] }) {
  return (
    <dl>
      {props.rows.map(([term, value]) => (
        <div>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Each stated number beside the stored one it was held against. */
export function Numbers(props: { grounding: Grounding }) {
  const { checks } = props.grounding;
  if (checks.length === 0) return <p class="quiet">It states no number.</p>;
  return (
    <details>
      <summary>
        {checks.filter((check) => check.grounded).length} of {checks.length} numbers grounded
      </summary>
      <section class="wide" tabindex={0} aria-label="Numbers, checked">
        <table>
          <thead>
            <tr>
              <th>Where</th>
              <th>Value</th>
              <th>Stated</th>
              <th>Stored</th>
              <th>Check</th>
            </tr>
          </thead>
          <tbody>
            {checks.map((check) => (
              <tr>
                <td>{check.where}</td>
                <td>{check.valueName ?? "–"}</td>
                <td>{check.stated}</td>
                <td>{check.stored ?? "–"}</td>
                <td class={check.grounded ? "good" : "bad"}>
                  {check.grounded ? "grounded" : "not grounded"}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}

const STEPS = {
  gate: "Risk rules",
  review: "After the risk manager",
  answer: "At the answer",
} as const;

type Rules = ExportContent["verdicts"][number]["rules"];

function RuleTable(props: { rules: Rules }) {
  return (
    <section class="wide" tabindex={0} aria-label="Rules">
      <table>
        <thead>
          <tr>
            <th>Rule</th>
            <th>Outcome</th>
            <th>Input</th>
            <th>Limit</th>
            <th>Taken</th>
          </tr>
        </thead>
        <tbody>
          {props.rules.map((rule) => (
            <tr>
              <td>{rule.rule.replaceAll("_", " ")}</td>
              <td class={rule.outcome === "deny" ? "bad" : ""}>
                {rule.outcome}
                {rule.code === null ? "" : ` ${rule.code}`}
              </td>
              <td class="text">{rule.input}</td>
              <td class="text">{rule.limit}</td>
              <td>{rule.taken ?? ""}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function VerdictTable(props: { verdict: ExportContent["verdicts"][number] }) {
  const { verdict } = props;
  const { plan, review, rules } = verdict;
  const biting = rules.filter((rule) => rule.outcome === "deny" || rule.outcome === "clamp");
  return (
    <>
      <h3>
        {STEPS[verdict.step]}: {verdict.verdict}
      </h3>
      {review === null ? null : (
        <p class="text">
          Risk manager: {review.verdict}
          {review.keepFraction === null ? "" : `, keep ${review.keepFraction}`}. {review.reason}
        </p>
      )}
      {plan === null ? null : (
        <p>
          Order allowed: {plan.side} {plan.quantity} at {plan.limitPrice ?? "market"}, stop {plan.stopPrice},
          target {plan.targetPrice}; lost at the stop {plan.lossAtStop} {plan.currency}.
        </p>
      )}
      {biting.length === 0 ? <p>Every rule let it pass.</p> : <RuleTable rules={biting} />}
      <details>
        <summary>
          Each of the {rules.length} rules: {rules.filter((rule) => rule.outcome === "pass").length} passed,{" "}
          {rules.filter((rule) => rule.outcome === "skip").length} did not apply
        </summary>
        <RuleTable rules={rules} />
      </details>
    </>
  );
}

export function Decisions(props: { content: ExportContent }) {
  const { decisions, verdicts } = props.content;
  return (
    <>
      <h2>Decision and risk verdict</h2>
      {decisions.length === 0 ? <p>There is none.</p> : null}
      {decisions.map((decision) => (
        <>
          <h3>
            {decision.signal}
            {decision.visit > 0 ? `, revision ${decision.visit}` : ""}
          </h3>
          <Figures
            rows={[
              ["Price", decision.currentPrice],
              ["Stop", decision.stopPrice ?? "–"],
              ["Target", decision.targetPrice ?? "–"],
              ["R", decimal(decision.rCoefficient)],
              ["Profit margin", percent(decision.profitMargin)],
              ["Strategy used", decision.strategyUsed],
            ]}
          />
          <p class="text">{decision.analysis}</p>
          {decision.consolidation === null ? null : (
            <>
              <p class="text">
                Weighed: {decision.consolidation.stance}, analysts {decision.consolidation.agreement}.{" "}
                {decision.consolidation.summary}
              </p>
              <ul>
                {decision.consolidation.reasonsFor.map((reason) => (
                  <li class="text">for: {reason}</li>
                ))}
                {decision.consolidation.reasonsAgainst.map((reason) => (
                  <li class="text">against: {reason}</li>
                ))}
              </ul>
            </>
          )}
          <Numbers grounding={decision.grounding} />
          {verdicts
            .filter((verdict) => verdict.decisionId === decision.id)
            .map((verdict) => (
              <VerdictTable verdict={verdict} />
            ))}
        </>
      ))}
    </>
  );
}
