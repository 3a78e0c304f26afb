// The desk's list of symbols: add with a look-up at the broker, enable, set priority, remove.
import type { SymbolRunStatus } from "#store/model/run.ts";
import type { Frame } from "../layout/frame.ts";
import { Shell } from "../layout/shell.tsx";
import { Empty, PageHead, Panel, Time } from "../parts/blocks.tsx";
import { ActionForm, type Faults, Field } from "../parts/form.tsx";
import { Icon } from "../parts/icons.tsx";
import { Pill, RunStatus } from "../parts/status.tsx";

export type SymbolLine = {
  id: string;
  symbol: string;
  enabled: boolean;
  priority: number;
  instrument: {
    name: string;
    exchange: string;
    currency: string;
    conid: number;
    indexReplay: boolean;
  } | null;
  lastRun: { id: string; status: SymbolRunStatus; at: string } | null;
};

export type SymbolsModel = {
  rows: readonly SymbolLine[];
  values: { symbol: string; priority: string };
  faults: Faults;
};

function Row(props: { row: SymbolLine; token: string }) {
  const { row } = props;
  return (
    <tr>
      <td class="font-semibold">{row.symbol}</td>
      <td>
        {row.instrument === null ? (
          <span class="text-muted">looked up at the first run</span>
        ) : (
          <>
            {row.instrument.name}
            <span class="text-muted block text-xs">
              {row.instrument.exchange}, {row.instrument.currency}, contract {row.instrument.conid}
              {row.instrument.indexReplay ? ", index level replayed as paper" : ""}
            </span>
          </>
        )}
      </td>
      <td>
        {row.enabled ? (
          <Pill tone="good" icon="check" text="enabled" />
        ) : (
          <Pill tone="quiet" icon="skip" text="off" />
        )}
      </td>
      <td>
        <ActionForm action={`/symbols/${row.id}`} token={props.token} class="flex items-center gap-1">
          <label class="sr-only" for={`priority-${row.id}`}>
            Priority of {row.symbol}
          </label>
          <input
            id={`priority-${row.id}`}
            name="priority"
            class="field min-h-8 w-16 text-right"
            inputmode="numeric"
            value={String(row.priority)}
          />
          <button type="submit" class="button min-h-8 px-2" aria-label={`Save the priority of ${row.symbol}`}>
            <Icon name="check" />
          </button>
        </ActionForm>
      </td>
      <td>
        {row.lastRun === null ? (
          <span class="text-muted">never</span>
        ) : (
          <a href={`/runs/${row.lastRun.id}`} class="flex flex-wrap items-center gap-2">
            <RunStatus status={row.lastRun.status} />
            <span class="text-muted text-xs">
              <Time at={row.lastRun.at} compact />
            </span>
          </a>
        )}
      </td>
      <td>
        <div class="flex justify-end gap-3 whitespace-nowrap">
          <ActionForm action={`/symbols/${row.id}`} token={props.token}>
            <input type="hidden" name="enabled" value={row.enabled ? "false" : "true"} />
            <button type="submit" class="link">
              {row.enabled ? "Turn off" : "Enable"}
            </button>
          </ActionForm>
          <ActionForm action={`/symbols/${row.id}/remove`} token={props.token}>
            <button type="submit" class="link text-bad" data-confirm={`Remove ${row.symbol} from the list?`}>
              Remove
            </button>
          </ActionForm>
        </div>
      </td>
    </tr>
  );
}

export function SymbolsPage(props: { frame: Frame; model: SymbolsModel }) {
  const { model, frame } = props;
  return (
    <Shell title="Symbols" frame={frame}>
      <PageHead
        title="Symbols"
        lead="Collected, scheduled and offered in forms. A new one is looked up at the broker first."
      />
      <div class="grid items-start gap-4 xl:grid-cols-4">
        <div class="min-w-0 xl:col-span-3">
          <Panel id="symbols" flush>
            {model.rows.length === 0 ? (
              <Empty icon="symbols" title="No symbols yet">
                Add one that your broker knows, such as AAPL.
              </Empty>
            ) : (
              <table class="grid-table">
                <thead>
                  <tr>
                    <th scope="col">Symbol</th>
                    <th scope="col">Instrument</th>
                    <th scope="col">State</th>
                    <th scope="col">Priority</th>
                    <th scope="col">Last run</th>
                    <th scope="col">
                      <span class="sr-only">Actions</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {model.rows.map((row) => (
                    <Row row={row} token={frame.formToken} />
                  ))}
                </tbody>
              </table>
            )}
          </Panel>
        </div>
        <Panel title="Add a symbol">
          <ActionForm action="/symbols" token={frame.formToken} class="space-y-3">
            <Field
              name="symbol"
              label="Ticker"
              value={model.values.symbol}
              required
              maxlength={10}
              uppercase
              hint="Capital letters, digits and a dot, such as BRK.B."
              fault={model.faults.symbol}
            />
            <Field
              name="priority"
              label="Priority"
              inputmode="numeric"
              value={model.values.priority}
              hint="Higher is served first."
              fault={model.faults.priority}
            />
            <button type="submit" class="button button-primary w-full">
              <Icon name="plus" /> Look up and add
            </button>
          </ActionForm>
        </Panel>
      </div>
    </Shell>
  );
}
