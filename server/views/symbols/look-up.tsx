// Adding a symbol: a ticker, what the broker makes of it, and only then the button that adds it.
import type { Frame } from "../layout/frame.ts";
import { Facts, Panel } from "../parts/blocks.tsx";
import { ActionForm, checked, Field } from "../parts/form.tsx";
import { Icon } from "../parts/icons.tsx";
import { Pill } from "../parts/status.tsx";
import type { InstrumentModel, LookUp, SymbolsModel } from "./model.ts";

const TYPES: Readonly<Record<string, string>> = { STK: "stock", IND: "index" };

export function instrumentFacts(of: InstrumentModel): readonly (readonly [string, string])[] {
  return [
    ["Exchange", of.exchange],
    ["Type", TYPES[of.securityType] ?? of.securityType],
    ["Currency", of.currency],
    ["Contract (conid)", String(of.conid)],
  ];
}

function Found(props: { found: Extract<LookUp, { kind: "found" }> }) {
  const { symbol, instrument, listed } = props.found;
  return (
    <div class="border-line space-y-3 rounded-md border p-3">
      <div class="flex flex-wrap items-center gap-2">
        <Pill tone="good" icon="check" text={symbol} />
        <span class="font-semibold wrap-anywhere">{instrument.name}</span>
      </div>
      <Facts rows={instrumentFacts(instrument)} columns={2} />
      {instrument.indexReplay ? (
        <p class="text-warn text-sm font-medium">
          An index level that the simulator replays as paper. No real account can trade it.
        </p>
      ) : null}
      {listed ? (
        <p class="text-muted text-sm">{symbol} is on the list already.</p>
      ) : (
        <button type="submit" class="button button-primary w-full">
          <Icon name="plus" /> Add {symbol}
        </button>
      )}
    </div>
  );
}

function Refused(props: { refused: Extract<LookUp, { kind: "refused" }> }) {
  const { symbol, text, fault, candidates } = props.refused;
  return (
    <div class="border-line space-y-2 rounded-md border p-3">
      {fault ? (
        <Pill tone="bad" icon="cross" text={`${symbol} cannot be added`} />
      ) : (
        <Pill tone="warn" icon="warn" text={`${symbol} could not be looked up`} />
      )}
      <p class="prose-text text-sm">{text}</p>
      {candidates.length === 0 ? null : (
        <ul class="text-sm">
          {candidates.map((one) => (
            <li class="border-line border-t py-1.5">
              <span class="font-medium wrap-anywhere">{one.name}</span>
              <span class="text-muted block text-xs">
                {one.exchange === "" ? "no exchange named" : one.exchange}, contract {one.conid}
              </span>
            </li>
          ))}
        </ul>
      )}
      {fault ? null : (
        <button type="submit" formaction="/symbols/look-up" class="button w-full">
          Look up again
        </button>
      )}
    </div>
  );
}

/** What stands under the ticker while it is typed; without scripts, after the button. */
function Answer(props: { lookUp: LookUp | null }) {
  const { lookUp } = props;
  return (
    <div id="look-up" role="status" {...checked()}>
      {lookUp === null ? (
        <button type="submit" formaction="/symbols/look-up" class="button w-full">
          Look up
        </button>
      ) : lookUp.kind === "found" ? (
        <Found found={lookUp} />
      ) : (
        <Refused refused={lookUp} />
      )}
    </div>
  );
}

export function AddSymbol(props: { frame: Frame; model: SymbolsModel }) {
  const { values, faults, lookUp } = props.model;
  return (
    <Panel id="add" title="Add a symbol">
      <ActionForm
        action="/symbols"
        check="/symbols/look-up"
        token={props.frame.formToken}
        class="space-y-3"
        id="add-form"
      >
        <Field
          name="symbol"
          label="Ticker"
          value={values.symbol}
          required
          maxlength={10}
          uppercase
          hint="The broker is asked what it means before anything is added."
          fault={faults.symbol}
        />
        <Answer lookUp={lookUp} />
        <div class="grid grid-cols-[6rem_minmax(0,1fr)] gap-3">
          <Field
            name="priority"
            label="Priority"
            inputmode="numeric"
            value={values.priority}
            fault={faults.priority}
          />
          <Field
            name="note"
            label="Note"
            value={values.note}
            maxlength={500}
            placeholder="why it is here"
            fault={faults["settings.note"]}
          />
        </div>
        <p class="text-muted text-xs">Higher priority is served first. Nobody but you reads the note.</p>
      </ActionForm>
    </Panel>
  );
}
