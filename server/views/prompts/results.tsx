// Figures per prompt version with their sample and interval; below the written number of cases nothing is claimed. Pure.
import { Empty, Time } from "../parts/blocks.tsx";
import { decimal, percent, signed } from "../parts/format.ts";
import { gainTone } from "../parts/status.tsx";
import type { MeanModel, ResultsLine, ShareModel, VersionModel } from "./model.ts";

export const KIND_TEXT: Readonly<Record<ResultsLine["kind"], string>> = {
  live: "Live",
  paper: "Paper",
  replay: "Replay",
  dry_run: "Dry run",
};

const TOO_FEW = <span class="text-muted block text-xs">too few to say</span>;

export function ShareText(props: { share: ShareModel }) {
  const { share, low, high, count, of, enough } = props.share;
  if (share === null || low === null || high === null) return <span class="text-muted">–</span>;
  const cases = `${count} of ${of}`;
  if (!enough) {
    return (
      <span class="whitespace-nowrap">
        {cases}
        {TOO_FEW}
      </span>
    );
  }
  return (
    <span class="whitespace-nowrap">
      {percent(share, 0)} <span class="text-muted text-xs">({cases})</span>
      <span class="text-muted block text-xs">
        {percent(low, 0).replace(" %", "")} to {percent(high, 0)}
      </span>
    </span>
  );
}

export function MeanText(props: { mean: MeanModel; unit?: string }) {
  const { mean, low, high, of, enough } = props.mean;
  if (mean === null) return <span class="text-muted">–</span>;
  const text = `${signed(String(mean))}${props.unit === undefined ? "" : ` ${props.unit}`}`;
  return (
    <span class="whitespace-nowrap">
      {text} <span class="text-muted text-xs">(n {of})</span>
      {!enough || low === null || high === null ? (
        TOO_FEW
      ) : (
        <span class="text-muted block text-xs">
          {signed(String(low))} to {signed(String(high))}
        </span>
      )}
    </span>
  );
}

function PnlText(props: { line: ResultsLine }) {
  if (props.line.pnl.length === 0) return <span class="text-muted">–</span>;
  return (
    <>
      {props.line.pnl.map((one) => (
        <span class="block whitespace-nowrap">
          <span class={gainTone(one.realizedPnl)}>{signed(one.realizedPnl)}</span> {one.currency}
          <span class="text-muted block text-xs">after {decimal(one.commissions)} commissions</span>
        </span>
      ))}
    </>
  );
}

/** How to read the figures, once per page. */
export function ResultsNote(props: { fewest: number; countedAt: string }) {
  return (
    <p class="text-muted px-4 py-3 text-xs">
      Small print under a figure is its 95 % interval (Wilson for shares, Student for means). Below{" "}
      {props.fewest} cases no figure is claimed. The intervals take runs for independent: trades that overlap
      in time or symbol say less than their number. R is measured against the planned stop, P&amp;L after
      commissions of both sides. Live, paper, replays and dry runs are never added up. Counted{" "}
      <Time at={props.countedAt} compact />.
    </p>
  );
}

const NOTHING = (
  <Empty icon="prompts" title="Nothing to count yet">
    Every run that asks this stage is counted here: its answer, the decision it led to, what people said of
    it, and what the trade came to.
  </Empty>
);

/** In their place while every run of the stage is counted for the first time. */
export const BEING_COUNTED = (
  <Empty icon="wait" title="Being counted">
    After a start every run of this stage is counted once. Load this page again in a moment.
  </Empty>
);

/** One version: a column per kind of run. */
export function VersionResults(props: {
  results: readonly ResultsLine[];
  fewest: number;
  countedAt: string | null;
}) {
  const { results } = props;
  if (props.countedAt === null) return BEING_COUNTED;
  if (results.length === 0) return NOTHING;
  const rows: readonly (readonly [string, (line: ResultsLine) => unknown])[] = [
    ["Asked", (line) => decimal(line.asked, 0)],
    ["Answered", (line) => <ShareText share={line.answered} />],
    ["Abstained: no grounded answer", (line) => <ShareText share={line.abstained} />],
    ["Failed: no usable answer", (line) => <ShareText share={line.failed} />],
    ["Answers with ungrounded numbers", (line) => <ShareText share={line.ungrounded} />],
    ["BUY", (line) => <ShareText share={line.buy} />],
    ["SELL", (line) => <ShareText share={line.sell} />],
    ["HOLD", (line) => <ShareText share={line.hold} />],
    ["Denied by rules or risk manager", (line) => <ShareText share={line.denied} />],
    ["Approved by a person", (line) => <ShareText share={line.approved} />],
    ["Rejected by a person", (line) => <ShareText share={line.rejected} />],
    ["Expired unanswered", (line) => <ShareText share={line.expired} />],
    ["Countersigned by policy", (line) => decimal(line.byPolicy, 0)],
    ["Trades still open", (line) => decimal(line.openTrades, 0)],
    ["Closed trades won", (line) => <ShareText share={line.won} />],
    ["Mean R of closed trades", (line) => <MeanText mean={line.r} />],
    ["Realised P&L", (line) => <PnlText line={line} />],
    [
      "Mean P&L per closed trade",
      (line) =>
        line.pnl.length === 0
          ? "–"
          : line.pnl.map((one) => <MeanText mean={one.perTrade} unit={one.currency} />),
    ],
  ];
  return (
    <>
      <table class="grid-table">
        <thead>
          <tr>
            <th scope="col">Measure</th>
            {results.map((line) => (
              <th scope="col" class="number">
                {KIND_TEXT[line.kind]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([label, cell]) => (
            <tr>
              <th scope="row">{label}</th>
              {results.map((line) => (
                <td class="number">{cell(line) as string}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <ResultsNote fewest={props.fewest} countedAt={props.countedAt} />
    </>
  );
}

/** All versions of a stage in runs of one kind, side by side. */
export function StageResults(props: {
  versions: readonly VersionModel[];
  results: readonly ResultsLine[];
  kind: ResultsLine["kind"];
}) {
  const lines = props.versions.flatMap((version) => {
    const line = props.results.find((one) => one.promptVersionId === version.id && one.kind === props.kind);
    return line === undefined ? [] : [{ version, line }];
  });
  if (lines.length === 0) return NOTHING;
  return (
    <table class="grid-table">
      <thead>
        <tr>
          <th scope="col">Version</th>
          {["Asked", "Answered", "Ungrounded", "BUY", "SELL", "HOLD", "Approved", "Won", "Mean R", "P&L"].map(
            (title) => (
              <th scope="col" class="number">
                {title}
              </th>
            ),
          )}
        </tr>
      </thead>
      <tbody>
        {lines.map(({ version, line }) => (
          <tr>
            <td>
              <a class="link font-semibold whitespace-nowrap" href={`/prompts/${version.id}`}>
                version {version.version}
              </a>
              {version.active ? <span class="text-muted block text-xs">active</span> : null}
            </td>
            <td class="number">{decimal(line.asked, 0)}</td>
            {[line.answered, line.ungrounded, line.buy, line.sell, line.hold, line.approved, line.won].map(
              (share) => (
                <td class="number">
                  <ShareText share={share} />
                </td>
              ),
            )}
            <td class="number">
              <MeanText mean={line.r} />
            </td>
            <td class="number">
              <PnlText line={line} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
