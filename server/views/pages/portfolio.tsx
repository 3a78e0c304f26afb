// The account as the broker states it: figures, curve, positions, fills.
import type { AccountSummary, Position } from "#store/model/order.ts";
import type { Frame } from "../layout/frame.ts";
import { Shell } from "../layout/shell.tsx";
import { Empty, PageHead, Pager, Panel, Stat, Time } from "../parts/blocks.tsx";
import { Curve, type CurvePoint } from "../parts/drawings.tsx";
import { decimal, percent, signed } from "../parts/format.ts";
import { numberOf, written } from "../parts/kept.tsx";
import { Results, type ResultsModel } from "../parts/results.tsx";
import { gainTone } from "../parts/status.tsx";
import { type FillLine, FillTable, PositionTable } from "../parts/tables.tsx";

export type PortfolioModel = {
  accountId: string | null;
  summary: AccountSummary | null;
  curve: readonly CurvePoint[];
  positions: readonly Position[];
  unrealizedPnl: string;
  realizedPnl: string;
  /** Gross value of positions over equity, a fraction. */
  exposure: string | null;
  fills: readonly FillLine[];
  results: ResultsModel;
  older: string | null;
  newer: string | null;
};

export function PortfolioPage(props: { frame: Frame; model: PortfolioModel }) {
  const { model } = props;
  const { summary } = model;
  return (
    <Shell title="Portfolio" frame={props.frame}>
      <PageHead
        title="Portfolio"
        lead={
          summary === null ? (
            `Account ${model.accountId ?? "not yet known"}`
          ) : (
            <>
              Account {summary.accountId}, as stated by the broker <Time at={summary.at} />
            </>
          )
        }
      />
      <div class="space-y-4">
        <Panel id="figures" live="any">
          {summary === null ? (
            <Empty icon="portfolio" title="No figures yet">
              The desk asks the broker for them at start and every few minutes.
            </Empty>
          ) : (
            <>
              <div class="mb-4 grid grid-cols-2 gap-4 sm:grid-cols-3 lg:grid-cols-6">
                <Stat label={`Equity in ${summary.currency}`} value={decimal(summary.netLiquidation)} />
                <Stat label="Cash" value={decimal(summary.totalCash)} />
                <Stat label="Buying power" value={decimal(summary.buyingPower)} />
                <Stat label="Exposure" value={percent(model.exposure)} note="of equity" />
                <Stat
                  label="Unrealised"
                  value={signed(model.unrealizedPnl)}
                  tone={gainTone(model.unrealizedPnl)}
                />
                <Stat
                  label="Realised, open positions"
                  value={signed(model.realizedPnl)}
                  tone={gainTone(model.realizedPnl)}
                />
              </div>
              {written(Curve, [numberOf(model.curve), summary.currency], () => (
                <Curve points={model.curve} currency={summary.currency} />
              ))}
            </>
          )}
        </Panel>
        <Panel id="positions" title="Positions" flush live="any">
          {model.positions.length === 0 ? (
            <Empty icon="portfolio" title="No open positions">
              A position appears when an approved order is filled.
            </Empty>
          ) : (
            <PositionTable rows={model.positions} />
          )}
        </Panel>
        <Results results={model.results} />
        <Panel id="trades" title="Fills" flush live="any">
          {model.fills.length === 0 ? (
            <Empty icon="orders" title="No fills yet">
              Every execution at the broker is listed here, each partial fill on a line of its own.
            </Empty>
          ) : (
            <FillTable rows={model.fills} />
          )}
        </Panel>
      </div>
      <Pager newer={model.newer} older={model.older} />
    </Shell>
  );
}
