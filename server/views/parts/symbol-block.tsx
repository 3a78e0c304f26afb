// A symbol in which the two books differ: both sides beside each other, and the two ways in which a person settles it. Pure.
import { Facts, Time } from "./blocks.tsx";
import { ActionForm, type FormToken } from "./form.tsx";
import { words } from "./format.ts";
import { Pill } from "./status.tsx";

export type BlockModel = {
  id: number;
  symbol: string;
  code: string;
  reason: string;
  /** What each side says, in words. */
  desk: string;
  broker: string;
  createdAt: string;
};

/** @param props.action where the two answers go: `how` is adopt or accept, `reason` is asked for */
export function SymbolBlockItem(props: { block: BlockModel; action: string; token: FormToken }) {
  const { block, token } = props;
  const reasonId = `block-reason-${block.id}`;
  return (
    <li class="py-3">
      <div class="flex flex-wrap items-center gap-2">
        <span class="font-semibold">{block.symbol}</span>
        <Pill tone="bad" icon="stop" text={words(block.code)} />
        <span class="text-muted text-sm">
          since <Time at={block.createdAt} compact />
        </span>
      </div>
      <p class="prose-text mt-1">{block.reason}</p>
      <div class="mt-2">
        <Facts
          columns={2}
          rows={[
            ["The desk's book", block.desk],
            ["The broker", block.broker],
          ]}
        />
      </div>
      <ActionForm action={props.action} token={token} class="mt-3 flex flex-wrap items-end gap-2">
        <div class="min-w-0 grow">
          <label for={reasonId} class="mb-1 block text-sm font-medium">
            What you found
          </label>
          <input
            id={reasonId}
            name="reason"
            class="field w-full"
            required
            minlength={3}
            maxlength={500}
            autocomplete="off"
            placeholder="for example: ten shares sold by hand in TWS"
          />
        </div>
        <button
          type="submit"
          name="how"
          value="adopt"
          class="button button-primary"
          data-confirm={`Take over the broker's side for ${block.symbol}? New entries may leave again.`}
        >
          Take over the broker's side
        </button>
        <button
          type="submit"
          name="how"
          value="accept"
          class="button"
          data-confirm={`Settle ${block.symbol} by your word? New entries may leave again.`}
        >
          Settle by my word
        </button>
      </ActionForm>
    </li>
  );
}
