// The page of an export, made from its data alone: the same data give the same page. No script, no address of anywhere;
// the policy inside forbids both. All text goes in as text. Pure.
import { createHash } from "node:crypto";
import { raw } from "hono/html";
import { exchangeDate, exchangeTime, utcTime } from "#server/views/parts/format.ts";
import { LevelTable, MarkedFills } from "#server/views/trade/chart.tsx";
import { TradeDrawing } from "#server/views/trade/drawing.tsx";
import { WIDE } from "#server/views/trade/geometry.ts";
import { contentsOf, type ExportBundle, type ExportContent } from "./bundle.ts";
import { Conversation } from "./document-calls.tsx";
import { Countersign, Fills, Orders } from "./document-orders.tsx";
import { Decisions, Figures, Numbers } from "./document-parts.tsx";
import { EXPORT_STYLES } from "./styles.ts";

const styleHash = createHash("sha256").update(EXPORT_STYLES).digest("base64");
const POLICY = `default-src 'none'; img-src data:; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`;

function Head(props: { title: string }) {
  return (
    <head>
      <meta charset="utf-8" />
      <meta http-equiv="content-security-policy" content={POLICY} />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="referrer" content="no-referrer" />
      <title>{props.title}</title>
      <style>{raw(EXPORT_STYLES)}</style>
    </head>
  );
}

function Summary(props: { content: ExportContent }) {
  const { run, execution, strategy, llm } = props.content.run;
  const { outcome } = props.content;
  return (
    <Figures
      rows={[
        ["State", run.status.replaceAll("_", " ")],
        ["As of", exchangeTime(execution.asOf)],
        ["Strategy", `${strategy}, version ${execution.strategyVersion}`],
        [
          "Mode",
          `${execution.mode}, session ${execution.gatewaySession}${execution.dryRun ? ", dry run" : ""}`,
        ],
        ["Account", execution.accountId ?? "not known"],
        [
          "Contract",
          props.content.instrument === null
            ? "not resolved"
            : `${props.content.instrument.name}, ${props.content.instrument.conid}`,
        ],
        ["Model calls", `${llm.calls}, ${llm.inputTokens + llm.outputTokens} tokens, $${llm.costUsd}`],
        [
          "Came to",
          outcome === null
            ? "nothing filled"
            : `${outcome.realizedPnl} ${outcome.currency} realised, R ${outcome.r ?? "–"}`,
        ],
        ["Run", <span class="mono">{run.id}</span>],
        ["Execution", <span class="mono">{run.executionId}</span>],
      ]}
    />
  );
}

function Charts(props: { content: ExportContent }) {
  const { charts, trade } = props.content;
  return (
    <>
      <h2>Charts</h2>
      {trade.map((picture) => (
        <>
          <h3>The trade, {picture.timeframe}</h3>
          <TradeDrawing picture={picture} size={WIDE} />
          {picture.notice === null ? null : <p class="quiet">{picture.notice}</p>}
          <section class="wide" tabindex={0} aria-label={`Levels and fills, ${picture.timeframe}`}>
            {picture.levels.length === 0 ? null : <LevelTable levels={picture.levels} />}
            {picture.fills.length === 0 ? null : <MarkedFills fills={picture.fills} linked={false} />}
          </section>
        </>
      ))}
      {charts.map(({ artifact, base64 }) => (
        <>
          <h3>The picture that the models saw, {artifact.timeframe}</h3>
          <img
            src={`data:${artifact.mediaType === "image/png" ? "image/png" : "application/octet-stream"};base64,${base64}`}
            alt={`${artifact.timeframe} chart with the indicators that the agents were given`}
            width={1024}
            height={768}
          />
          <p class="mono quiet">sha256 {artifact.sha256}</p>
        </>
      ))}
    </>
  );
}

function Reports(props: { content: ExportContent }) {
  const { reports } = props.content;
  return (
    <>
      <h2>Reports</h2>
      {reports.length === 0 ? <p>None.</p> : null}
      {reports.map(({ stage, visit, report, grounding }) => (
        <>
          <h3>
            {stage.replaceAll("_", " ")}
            {visit > 0 ? `, revision ${visit}` : ""}: {report.stance}, trend {report.trend}
          </h3>
          <p class="text">{report.summary}</p>
          <p>
            Support {report.support.join(", ") || "none named"}; resistance{" "}
            {report.resistance.join(", ") || "none named"}.
          </p>
          <ul>
            {report.evidence.map((item) => (
              <li class="text">
                {item.statement} {item.stated === null ? "" : `(${item.value} ${item.stated})`}
              </li>
            ))}
          </ul>
          <p class="text">Proven wrong by: {report.invalidation}</p>
          <Numbers grounding={grounding} />
        </>
      ))}
    </>
  );
}

function Nodes(props: { nodes: ExportContent["nodes"] }) {
  return (
    <>
      <h2>What each node did</h2>
      <section class="wide" tabindex={0} aria-label="Nodes">
        <table>
          <thead>
            <tr>
              <th>When</th>
              <th>Node</th>
              <th>What</th>
              <th>Took</th>
              <th>Fault</th>
            </tr>
          </thead>
          <tbody>
            {props.nodes.map((event) => (
              <tr>
                <td>{event.at}</td>
                <td>
                  {event.node.replaceAll("_", " ")}
                  {event.visit > 0 ? `, revision ${event.visit}` : ""}
                </td>
                <td>
                  {event.kind}, attempt {event.attempt}
                </td>
                <td>{event.durationMs === null ? "" : `${event.durationMs} ms`}</td>
                <td class="text">
                  {event.error === null ? "" : `${event.error.message} (${event.error.code})`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

function Chain(props: { bundle: ExportBundle }) {
  const { bundle } = props;
  return (
    <>
      <h2>Hash chain</h2>
      <p>
        Each section is hashed, and each link hashes the one before it. Keep the last value elsewhere, and a
        change of any character shows: <span class="mono">countersign export --verify FILE</span>
      </p>
      <section class="wide" tabindex={0} aria-label="Hash chain">
        <table>
          <thead>
            <tr>
              <th>Section</th>
              <th>SHA-256 of its content</th>
              <th>Link</th>
            </tr>
          </thead>
          <tbody>
            {bundle.sections.map((section) => (
              <tr>
                <td>{section.name}</td>
                <td class="mono">{section.sha256}</td>
                <td class="mono">{section.link}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p>
        Head: <strong class="mono">{bundle.head}</strong>
      </p>
    </>
  );
}

/** From the doctype to the end of the document, without the data. */
export function renderExport(bundle: ExportBundle): string {
  const content = contentsOf(bundle);
  const { run, execution } = content.run;
  const decision = content.decisions.at(-1);
  const title = `${run.symbol} as of ${exchangeDate(execution.asOf)}: ${decision?.signal ?? "no decision"}`;
  const asOf = utcTime(execution.asOf);
  const page = (
    <html lang="en">
      <Head title={title} />
      <body>
        <h1>{title}</h1>
        <p class="quiet">
          Everything that led to this decision and came of it, as of {asOf}, written by {bundle.program}. The
          file holds the same as data, at its end; nothing in it is loaded from anywhere.
        </p>
        <p class="mono quiet">head {bundle.head}</p>
        <Summary content={content} />
        {run.error === null ? null : (
          <p class="bad text">
            {run.error.message} ({run.error.code})
          </p>
        )}
        <Decisions content={content} />
        <Charts content={content} />
        <Reports content={content} />
        <Countersign approvals={content.approvals} />
        <Orders orders={content.orders} />
        <Fills fills={content.fills} outcome={content.outcome} />
        <Conversation calls={content.calls} prompts={content.prompts} />
        <Nodes nodes={content.nodes} />
        <Chain bundle={bundle} />
      </body>
    </html>
  );
  return `<!doctype html>${String(page)}`;
}
