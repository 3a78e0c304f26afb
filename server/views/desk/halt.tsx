// The confirmation of the kill switch: what exactly would be stopped, cancelled and closed, before it is done.
import type { Frame } from "../layout/frame.ts";
import { Shell } from "../layout/shell.tsx";
import { PageHead, Panel } from "../parts/blocks.tsx";
import { ActionForm, Field } from "../parts/form.tsx";
import { money, plural, price, quantity, words } from "../parts/format.ts";
import { Icon } from "../parts/icons.tsx";
import type { HaltAct, HaltModel } from "./model.ts";

const ACTS: readonly (readonly [HaltAct, string, string])[] = [
  ["halt", "Halt", "No order leaves the desk. What works at the broker, and what is held, stays."],
  ["cancel", "Halt and cancel", "Entries that work at the broker are cancelled too. Stops and targets stay."],
  ["flatten", "Halt and close", "Entries are cancelled, and what the desk holds is closed at the market."],
];

function Choices(props: { act: HaltAct }) {
  return (
    <nav aria-label="How far" class="mb-4 grid gap-2 sm:grid-cols-3">
      {ACTS.map(([act, name, text]) => {
        const here = act === props.act;
        return (
          <a
            href={`/halt?act=${act}`}
            aria-current={here ? "true" : undefined}
            class={`panel block p-3 ${here ? "outline-bad-fill outline-2" : "hover:bg-raised"}`}
          >
            <span class="flex items-center gap-1.5 font-semibold">
              {here ? <Icon name="check" size={15} /> : null}
              {name}
            </span>
            <span class="text-muted mt-0.5 block text-sm">{text}</span>
          </a>
        );
      })}
    </nav>
  );
}

function Entries(props: { model: HaltModel }) {
  const { act, entries } = props.model;
  const cancelled = act !== "halt";
  return (
    <Panel
      title={cancelled ? "Will be cancelled" : "Stays at the broker"}
      note={plural(entries.length, "working entry", "working entries")}
      textOnly
    >
      {entries.length === 0 ? (
        <p class="text-muted p-4 text-sm">No entry of the desk works at the broker.</p>
      ) : (
        <table class="grid-table">
          <thead>
            <tr>
              <th scope="col">Symbol</th>
              <th scope="col">Side</th>
              <th scope="col" class="number">
                Quantity
              </th>
              <th scope="col" class="number">
                Limit
              </th>
              <th scope="col">State</th>
            </tr>
          </thead>
          <tbody>
            {entries.map((order) => (
              <tr>
                <td class="font-semibold">{order.symbol}</td>
                <td>{order.side}</td>
                <td class="number">{quantity(order.quantity)}</td>
                <td class="number">{price(order.limitPrice)}</td>
                <td>{words(order.status.toLowerCase())}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

function Holdings(props: { model: HaltModel }) {
  const { act, holdings } = props.model;
  const closed = act === "flatten";
  return (
    <Panel
      title={closed ? "Will be closed at the market" : "Stays open, with its stops and targets"}
      note={plural(holdings.length, "position")}
      textOnly
    >
      {holdings.length === 0 ? (
        <p class="text-muted p-4 text-sm">
          The desk holds nothing. Positions that were opened outside it are never touched.
        </p>
      ) : (
        <table class="grid-table">
          <thead>
            <tr>
              <th scope="col">Symbol</th>
              <th scope="col" class="number">
                Held
              </th>
              <th scope="col" class="number">
                Worth
              </th>
              <th scope="col">{closed ? "Order" : "Kept"}</th>
            </tr>
          </thead>
          <tbody>
            {holdings.map((held) => (
              <tr>
                <td class="font-semibold">{held.symbol}</td>
                <td class="number">{quantity(held.quantity)}</td>
                <td class="number">{money(held.marketValue, held.currency)}</td>
                <td>{closed ? `${held.side} at the market` : "yes"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

function confirmText({ act, entries, holdings }: HaltModel): string {
  const acts = [
    ...(act === "halt" || entries.length === 0
      ? []
      : [`cancel ${plural(entries.length, "entry", "entries")}`]),
    ...(act !== "flatten" || holdings.length === 0 ? [] : [`close ${plural(holdings.length, "position")}`]),
  ];
  return acts.length === 0 ? "Halt now" : `Halt, ${acts.join(" and ")}`;
}

export function HaltPage(props: { frame: Frame; model: HaltModel }) {
  const { frame, model } = props;
  return (
    <Shell title="Halt" frame={frame}>
      <div class="mx-auto max-w-4xl">
        <PageHead
          title="Halt trading"
          back={{ href: "/", text: "Desk" }}
          lead="In force for every worker from the moment you confirm. Nothing on this page has been done yet."
        />
        <Choices act={model.act} />
        <div class="grid gap-4 sm:grid-cols-2">
          <Entries model={model} />
          <Holdings model={model} />
        </div>
        <div class="mt-4">
          <Panel>
            <ActionForm
              action="/halt"
              token={frame.formToken}
              once={frame.once}
              class="flex flex-wrap items-end gap-3"
            >
              <input type="hidden" name="act" value={model.act} />
              <div class="min-w-0 flex-1 basis-60">
                <Field name="reason" label="Reason" value="by hand" maxlength={500} required />
              </div>
              <button type="submit" class="button button-bad">
                <Icon name="stop" /> {confirmText(model)}
              </button>
              <a class="button" href="/">
                Back, do nothing
              </a>
            </ActionForm>
            {model.act === "flatten" ? (
              <p class="text-muted mt-3 text-sm">
                Orders at the market take the next price there is; while the exchange is shut that is the next
                opening. What is listed is what the desk knows now; what counts is what it holds when you
                confirm.
              </p>
            ) : null}
          </Panel>
        </div>
      </div>
    </Shell>
  );
}
