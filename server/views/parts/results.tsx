// What decisions came to: trades with their outcome, sums, and the book of what was not sent, marked as such.
import type { Counterfactual } from "#store/model/counterfactual.ts";
import type { PerformanceLine, TradeOutcome } from "#store/model/trade.ts";
import { Empty, Facts, Panel, Time } from "./blocks.tsx";
import { decimal, price, quantity, signed, words } from "./format.ts";
import { numberOf, written } from "./kept.tsx";
import { gainTone, Pill } from "./status.tsx";

export type ResultsModel = {
  /** Newest first; null while they are being worked out, as after a start. */
  trades: readonly TradeOutcome[] | null;
  byStrategy: readonly PerformanceLine[];
  bySymbol: readonly PerformanceLine[];
  byPrompt: readonly PerformanceLine[];
  /** Null while the broker's clock cannot be read. */
  counterfactuals: readonly Counterfactual[] | null;
};

export function Results(props: { results: ResultsModel }) {
  const { trades, byStrategy, bySymbol, byPrompt, counterfactuals } = props.results;
  return (
    <>
      <Panel id="results" title="Results after commissions" flush live="any">
        {trades === null ? (
          <Empty icon="wait" title="Being added up">
            After a start every fill of the account is matched once. Load this page again in a moment.
          </Empty>
        ) : trades.length === 0 ? (
          <Empty icon="portfolio" title="No trades yet">
            What each filled decision came to is computed here from its fills.
          </Empty>
        ) : (
          <>
            <SumTable
              groups={[
                ["Strategy", byStrategy],
                ["Symbol", bySymbol],
                ["Prompt", byPrompt],
              ]}
            />
            <TradeTable rows={trades} />
          </>
        )}
      </Panel>
      <Panel
        id="unsent"
        title="Not sent: what rejected and expired proposals would have become"
        flush
        live="any"
      >
        {counterfactuals === null || counterfactuals.length === 0 ? (
          <Empty
            icon="approvals"
            title={counterfactuals === null ? "The market's clock cannot be read" : "None"}
          >
            Followed on the bars since, without commissions. Nothing of this was traded.
          </Empty>
        ) : (
          <UnsentTable rows={counterfactuals} />
        )}
      </Panel>
    </>
  );
}

/** The outcome of one decision, for its own page. */
export function Outcome(props: { outcome: TradeOutcome }) {
  const { outcome } = props;
  const { exitBy, exitPrice, currency } = outcome;
  const closed =
    exitBy === null ? "still open" : `${words(exitBy)}${outcome.closedAt === null ? ", in part" : ""}`;
  return (
    <Panel
      title="What came of it"
      note={outcome.closedAt === null ? null : <Time at={outcome.closedAt} compact />}
    >
      <Facts
        columns={3}
        rows={[
          ["Closed by", closed],
          ["Entry", price(outcome.entryPrice)],
          ["Exit", exitPrice === null ? "–" : price(exitPrice)],
          ["R reached", decimal(outcome.r)],
          ["Realised, after commissions", `${signed(outcome.realizedPnl)} ${currency}`],
          [
            "Unrealised",
            outcome.unrealizedPnl === null ? "no mark yet" : `${signed(outcome.unrealizedPnl)} ${currency}`,
          ],
        ]}
      />
    </Panel>
  );
}

function SumTable(props: { groups: readonly (readonly [string, readonly PerformanceLine[]])[] }) {
  return (
    <table class="grid-table">
      <thead>
        <tr>
          <th scope="col">By</th>
          <th scope="col">Name</th>
          <th scope="col" class="number">
            Trades
          </th>
          <th scope="col" class="number">
            Won of closed
          </th>
          <th scope="col" class="number">
            Average R
          </th>
          <th scope="col" class="number">
            Realised
          </th>
          <th scope="col" class="number">
            Unrealised
          </th>
          <th scope="col" class="number">
            Commissions
          </th>
        </tr>
      </thead>
      <tbody>
        {props.groups.map(([name, lines]) =>
          written(SumRows, [name, numberOf(lines)], () => <SumRows name={name} lines={lines} />),
        )}
      </tbody>
    </table>
  );
}

/** The store gives the same lines as long as no fill and no mark has changed. */
function SumRows(props: { name: string; lines: readonly PerformanceLine[] }) {
  return (
    <>
      {props.lines.map((line) => (
        <tr>
          <td class="text-muted">{props.name}</td>
          <td>{line.label}</td>
          <td class="number">{line.trades}</td>
          <td class="number">
            {line.won} of {line.closed}
          </td>
          <td class="number">{decimal(line.averageR)}</td>
          <td class={`number ${gainTone(line.realizedPnl)}`}>
            {signed(line.realizedPnl)} {line.currency}
          </td>
          <td class={`number ${gainTone(line.unrealizedPnl)}`}>{signed(line.unrealizedPnl)}</td>
          <td class="number">{decimal(line.commissions)}</td>
        </tr>
      ))}
    </>
  );
}

function TradeRow(props: { row: TradeOutcome }) {
  const { row } = props;
  return (
    <tr>
      <td>
        <a class="link font-semibold" href={`/runs/${row.symbolRunId}`}>
          {row.side} {row.symbol}
        </a>
      </td>
      <td>
        <Time at={row.openedAt} compact />
      </td>
      <td class="number">{quantity(row.quantity)}</td>
      <td class="number">{price(row.entryPrice)}</td>
      <td class="number">{row.exitPrice === null ? "–" : price(row.exitPrice)}</td>
      <td>
        {row.exitBy === null ? "open" : words(row.exitBy)}
        {row.exitBy !== null && row.closedAt === null ? ", in part" : ""}
      </td>
      <td class="number">{decimal(row.r)}</td>
      <td class={`number ${gainTone(row.realizedPnl)}`}>
        {signed(row.realizedPnl)} {row.currency}
      </td>
    </tr>
  );
}

function TradeTable(props: { rows: readonly TradeOutcome[] }) {
  return (
    <table class="grid-table">
      <thead>
        <tr>
          <th scope="col">Decision</th>
          <th scope="col">Opened</th>
          <th scope="col" class="number">
            Shares
          </th>
          <th scope="col" class="number">
            Entry
          </th>
          <th scope="col" class="number">
            Exit
          </th>
          <th scope="col">Closed by</th>
          <th scope="col" class="number">
            R
          </th>
          <th scope="col" class="number">
            Realised
          </th>
        </tr>
      </thead>
      <tbody>{props.rows.map((row) => written(TradeRow, numberOf(row), () => <TradeRow row={row} />))}</tbody>
    </table>
  );
}

const ENDS = {
  not_yet: "its session is not over",
  not_filled: "would not have filled",
  open: "would still be open",
  stop: "would have been stopped",
  target: "would have reached its target",
} as const;

function UnsentRow(props: { row: Counterfactual }) {
  const { row } = props;
  return (
    <tr>
      <td>
        <a class="link font-semibold" href={`/runs/${row.symbolRunId}`}>
          {row.side} {quantity(row.quantity)} {row.symbol}
        </a>{" "}
        <Pill tone="quiet" icon="skip" text="never traded" />
      </td>
      <td>{row.session}</td>
      <td>{row.why}</td>
      <td>
        {ENDS[row.end]}
        {row.exitOn === null ? "" : ` on ${row.exitOn}`}
      </td>
      <td class="number">{decimal(row.r)}</td>
      <td class={`number ${gainTone(row.pnl)}`}>
        {row.pnl === null ? "–" : `${signed(row.pnl)} ${row.currency}`}
      </td>
    </tr>
  );
}

function UnsentTable(props: { rows: readonly Counterfactual[] }) {
  return (
    <table class="grid-table">
      <thead>
        <tr>
          <th scope="col">Proposal</th>
          <th scope="col">Session</th>
          <th scope="col">Answer</th>
          <th scope="col">What it would have become</th>
          <th scope="col" class="number">
            R
          </th>
          <th scope="col" class="number">
            Before commissions
          </th>
        </tr>
      </thead>
      <tbody>
        {props.rows.map((row) => written(UnsentRow, numberOf(row), () => <UnsentRow row={row} />))}
      </tbody>
    </table>
  );
}
