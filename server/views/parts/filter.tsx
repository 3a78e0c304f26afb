// The small filter over a list: by symbol and by choices, kept in the address, without a script. Pure.
import type { PropsWithChildren } from "hono/jsx";

/** @param props.symbol as asked for; empty: every symbol */
export function ListFilter(props: PropsWithChildren<{ action: string; symbol: string }>) {
  return (
    <form method="get" action={props.action} class="flex flex-wrap gap-2">
      <label class="sr-only" for="symbol">
        Symbol
      </label>
      <input
        id="symbol"
        name="symbol"
        class="field w-24 uppercase placeholder:normal-case"
        placeholder="Symbol"
        value={props.symbol}
        maxlength={10}
      />
      {props.children}
      <button type="submit" class="button">
        Filter
      </button>
    </form>
  );
}

/** One choice of the filter; `every` are the words for none. */
export function FilterChoice(props: {
  name: string;
  label: string;
  every: string;
  options: readonly { value: string; text: string }[];
  chosen: string | null;
}) {
  const { name, options, chosen } = props;
  return (
    <>
      <label class="sr-only" for={name}>
        {props.label}
      </label>
      <select id={name} name={name} class="field w-40">
        <option value="">{props.every}</option>
        {options.map(({ value, text }) => (
          <option value={value} selected={value === chosen}>
            {text}
          </option>
        ))}
      </select>
    </>
  );
}
