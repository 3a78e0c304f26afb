// A list whose rows are lines of columns on a wide screen and cards with named values on a phone. Pure.
import type { Child } from "hono/jsx";
import { type Plain, written } from "./kept.tsx";

export type Column<Row> = {
  /** Empty: the column needs no name, such as one of actions. */
  title: string;
  cell(row: Row): Child;
  /** Such as "lg:text-right". */
  class?: string;
  /** True: on a phone the value stands without its name, over the whole width. */
  plain?: boolean;
};

/**
 * `columns` are laid out by `template`, a literal class such as "[--columns:2fr_1fr]". They are one constant and say what
 * their row says and nothing else: a row that was written out is kept. `last` may say more, such as a form of its reader.
 */
export function RowList<Row extends Plain>(props: {
  label: string;
  template: string;
  columns: readonly Column<Row>[];
  last?: Column<Row>;
  rows: readonly Row[];
}) {
  return (
    <div class={props.template}>
      <div aria-hidden="true" class="row-head">
        {[...props.columns, ...(props.last === undefined ? [] : [props.last])].map((column) => (
          <span class={column.class}>{column.title}</span>
        ))}
      </div>
      <ul aria-label={props.label}>
        {props.rows.map((row) => (
          <li class="row-line">
            {written(props.columns, row, () => (
              <>
                {props.columns.map((column) => (
                  <Cell column={column} row={row} />
                ))}
              </>
            ))}
            {props.last === undefined ? null : <Cell column={props.last} row={row} />}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Cell<Row>(props: { column: Column<Row>; row: Row }) {
  const { column, row } = props;
  const named = column.title !== "" && column.plain !== true;
  const look = named ? "cell named" : "cell";
  return (
    <div class={column.class === undefined ? look : `${look} ${column.class}`}>
      {named ? <span>{column.title}</span> : null}
      <div>{column.cell(row)}</div>
    </div>
  );
}
