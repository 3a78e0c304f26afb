// A strategy's schedule in its form: the expression, what it means in words, and when it would run next.
import { Time } from "../parts/blocks.tsx";
import { checked, Field } from "../parts/form.tsx";
import type { SchedulePreview } from "./model.ts";

export function Preview(props: { schedule: SchedulePreview; empty: string }) {
  const { words, next } = props.schedule;
  if (words === null) return <p class="text-muted text-sm">{props.empty}</p>;
  return (
    <div class="text-sm">
      <p>
        Runs <span class="font-semibold">{words}</span>, New York time, on days the exchange is open.
      </p>
      {next.length === 0 ? null : (
        <ol aria-label="Next runs" class="mt-1.5 space-y-0.5">
          {next.map(({ at, closed }) => (
            <li class={closed === null ? "" : "text-muted"}>
              <Time at={at} compact={closed !== null} />
              {closed === null ? null : <span class="text-xs"> left out: {closed}</span>}
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

const EXAMPLES: readonly (readonly [string, string])[] = [
  ["45 15 * * 1-5", "a quarter of an hour before the close"],
  ["10 16 * * 1-5", "after the close, on the finished day's bar"],
  ["0 10 * * 1", "Mondays at ten"],
];

export function ScheduleFields(props: {
  cron: string;
  schedule: SchedulePreview;
  fault: string | undefined;
}) {
  return (
    <div class="grid gap-4 lg:grid-cols-2">
      <div>
        <Field
          name="cron"
          label="Schedule"
          value={props.cron}
          placeholder="none"
          maxlength={120}
          list="cron-examples"
          hint="Minute, hour, day of the month, month, day of the week; empty: only when you start it."
          fault={props.fault}
        />
        <datalist id="cron-examples">
          {EXAMPLES.map(([cron, text]) => (
            <option value={cron}>{text}</option>
          ))}
        </datalist>
      </div>
      <div id="schedule-preview" class="lg:pt-6" {...checked()}>
        <Preview
          schedule={props.schedule}
          empty={props.cron.trim() === "" ? "Runs only when you or a program starts it." : ""}
        />
      </div>
    </div>
  );
}
