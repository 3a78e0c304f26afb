// One symbol: what the broker says it is, where it stands, what blocks it, and what may be set.
import type { Frame } from "../layout/frame.ts";
import { Shell } from "../layout/shell.tsx";
import { Empty, Facts, PageHead, Panel, Time } from "../parts/blocks.tsx";
import { ActionForm, Choice, Field } from "../parts/form.tsx";
import { decimal, plural, quantity } from "../parts/format.ts";
import { Icon } from "../parts/icons.tsx";
import { gainTone } from "../parts/status.tsx";
import { SymbolBlockItem } from "../parts/symbol-block.tsx";
import { instrumentFacts } from "./look-up.tsx";
import type { SymbolLine, SymbolModel } from "./model.ts";
import { LastRun, SymbolState, TradedBy } from "./status.tsx";

function Blocks(props: { line: SymbolLine; token: string }) {
  const { line } = props;
  if (line.blocks.length === 0) return null;
  return (
    <Panel id="blocks" title="Blocked: no new entry is sent in this symbol" live="any">
      <ul class="divide-line divide-y">
        {line.blocks.map((block) => (
          <SymbolBlockItem block={block} action={`/orders/blocks/${block.id}`} token={props.token} />
        ))}
      </ul>
    </Panel>
  );
}

function Status(props: { line: SymbolLine }) {
  const { line } = props;
  const { position, orders } = line;
  return (
    <Panel id="status" title="Where it stands" live="any">
      <Facts
        columns={3}
        rows={[
          ["State", <SymbolState row={line} />],
          ["Last run", <LastRun run={line.lastRun} />],
          ["Traded by", <TradedBy strategies={line.strategies} />],
          [
            "Position",
            position === null
              ? "none"
              : `${quantity(position.quantity)} at ${decimal(position.averageCost)} ${position.currency}`,
          ],
          [
            "Unrealised",
            position?.unrealizedPnl == null ? (
              "–"
            ) : (
              <span class={gainTone(position.unrealizedPnl)}>{decimal(position.unrealizedPnl)}</span>
            ),
          ],
          [
            "Orders",
            orders.working === 0
              ? "none working"
              : `${plural(orders.working, "working order")}${orders.unknown === 0 ? "" : `, ${orders.unknown} of unknown outcome`}`,
          ],
          [
            "Newest daily bar",
            line.newestBar === null ? (
              "none stored"
            ) : (
              <>
                {line.newestBar.date}{" "}
                <span class="text-muted text-xs">
                  as of <Time at={line.newestBar.asOf} compact />
                </span>
              </>
            ),
          ],
        ]}
      />
    </Panel>
  );
}

export function SymbolPage(props: { frame: Frame; model: SymbolModel }) {
  const { frame, model } = props;
  const { line, values, faults } = model;
  return (
    <Shell title={line.symbol} frame={frame}>
      <PageHead
        title={line.symbol}
        back={{ href: "/symbols", text: "Symbols" }}
        lead={line.instrument?.name ?? "Not looked up yet: the broker is asked at the first run."}
      >
        <a class="button" href={`/executions/new?symbols=${line.symbol}`}>
          <Icon name="run" /> Analyse now
        </a>
      </PageHead>
      <div class="grid items-start gap-4 xl:grid-cols-3">
        <div class="space-y-4 xl:col-span-2">
          <Blocks line={line} token={frame.formToken} />
          <Status line={line} />
          <Panel title="What the broker says it is">
            {line.instrument === null ? (
              <Empty icon="symbols" title="Not looked up yet">
                The first run asks the broker, and refuses what is unknown or ambiguous.
              </Empty>
            ) : (
              <>
                <Facts rows={instrumentFacts(line.instrument)} columns={4} />
                {line.instrument.indexReplay ? (
                  <p class="text-warn mt-3 text-sm font-medium">
                    An index level that the simulator replays as paper. No real account can trade it.
                  </p>
                ) : null}
              </>
            )}
          </Panel>
        </div>
        <div class="space-y-4">
          <Panel title="Settings">
            <ActionForm action={`/symbols/${line.id}`} token={frame.formToken} class="space-y-3">
              <Choice
                name="enabled"
                label="State"
                value={values.enabled}
                options={[
                  ["true", "Enabled"],
                  ["false", "Off"],
                ]}
              />
              <Field
                name="priority"
                label="Priority"
                inputmode="numeric"
                value={values.priority}
                hint="Higher is served first."
                fault={faults.priority}
              />
              <Field
                name="note"
                label="Note"
                value={values.note}
                maxlength={500}
                hint="Why it is on the list. Nobody but you reads it."
                fault={faults["settings.note"]}
              />
              <button type="submit" class="button button-primary">
                Save
              </button>
            </ActionForm>
          </Panel>
          <Panel title="Remove from the list">
            <p class="text-muted mb-3 text-sm">
              Its runs, orders and positions stay. A strategy that names it goes on trading it.
            </p>
            <ActionForm action={`/symbols/${line.id}/remove`} token={frame.formToken}>
              <button
                type="submit"
                class="button button-bad"
                data-confirm={`Remove ${line.symbol} from the list?`}
              >
                Remove {line.symbol}
              </button>
            </ActionForm>
          </Panel>
        </div>
      </div>
    </Shell>
  );
}
