// Schedules: what runs by itself and when, what was started last, and which instants were left out and why.
import type { FiringResult } from "#store/model/workflow/schedule.ts";
import type { Frame } from "../layout/frame.ts";
import { Shell } from "../layout/shell.tsx";
import { Empty, live, PageHead, Panel, Time } from "../parts/blocks.tsx";
import { plural } from "../parts/format.ts";
import { Pill } from "../parts/status.tsx";
import type { SchedulePreview } from "../strategies/model.ts";

export type FiringModel = {
  instant: string;
  result: FiringResult;
  reason: string | null;
  /** Earlier instants that this one stands for. */
  missed: number;
  executionId: string | null;
};

export type ScheduleLine = {
  id: string;
  name: string;
  active: boolean;
  cron: string;
  schedule: SchedulePreview;
  /** Market time up to which every instant has been dealt with; null before the first look. */
  lookedUntil: string | null;
  lastFiring: FiringModel | null;
  skips: readonly FiringModel[];
};

export type SchedulesModel = {
  rows: readonly ScheduleLine[];
  /** Strategies that run only when somebody starts them. */
  unscheduled: readonly { id: string; name: string; active: boolean }[];
  /** The simulator's clock moves on command: nothing runs before it is moved. */
  simulator: boolean;
};

function Result(props: { firing: FiringModel }) {
  const { result } = props.firing;
  if (result === "started") return <Pill tone="good" icon="check" text="started" />;
  return result === "failed" ? (
    <Pill tone="bad" icon="cross" text="did not start" />
  ) : (
    <Pill tone="quiet" icon="skip" text="left out" />
  );
}

function Firing(props: { firing: FiringModel }) {
  const { firing } = props;
  return (
    <li class="text-sm">
      <span class="flex flex-wrap items-center gap-2">
        <Result firing={firing} />
        {firing.executionId === null ? (
          <Time at={firing.instant} compact />
        ) : (
          <a class="link" href={`/executions/${firing.executionId}`}>
            <Time at={firing.instant} compact />
          </a>
        )}
        {firing.missed === 0 ? null : (
          <span class="text-muted text-xs">
            stands for {plural(firing.missed, "earlier instant")} as well
          </span>
        )}
      </span>
      {firing.reason === null ? null : (
        <span class="text-muted block text-xs wrap-anywhere">{firing.reason}</span>
      )}
    </li>
  );
}

function Next(props: { row: ScheduleLine }) {
  const { active, schedule } = props.row;
  if (!active) return <p class="text-muted text-sm">Nothing while the strategy is off.</p>;
  if (schedule.next.length === 0)
    return <p class="text-muted text-sm">The market's clock does not answer, or the schedule never comes.</p>;
  return (
    <ol class="space-y-1 text-sm">
      {schedule.next.map(({ at, closed }) => (
        <li class={closed === null ? "" : "text-muted"}>
          <Time at={at} compact={closed !== null} />
          {closed === null ? null : <span class="block text-xs">left out: {closed}</span>}
        </li>
      ))}
    </ol>
  );
}

function Schedule(props: { row: ScheduleLine }) {
  const { row } = props;
  return (
    <section class="panel p-4" aria-labelledby={`schedule-${row.id}`}>
      <header class="flex flex-wrap items-center gap-2">
        <h2 id={`schedule-${row.id}`} class="font-semibold">
          <a class="link wrap-anywhere" href={`/strategies/${row.id}`}>
            {row.name}
          </a>
        </h2>
        {row.active ? (
          <Pill tone="good" icon="check" text="active" />
        ) : (
          <Pill tone="quiet" icon="skip" text="off" />
        )}
        <span class="text-sm">{row.schedule.words}</span>
        <code class="text-muted ml-auto font-mono text-xs">{row.cron}</code>
      </header>
      <div class="mt-3 grid gap-4 md:grid-cols-3">
        <div>
          <h3 class="text-muted mb-1 text-xs">Next</h3>
          <Next row={row} />
        </div>
        <div>
          <h3 class="text-muted mb-1 text-xs">Last start</h3>
          {row.lastFiring === null ? (
            <p class="text-muted text-sm">None yet.</p>
          ) : (
            <ul>
              <Firing firing={row.lastFiring} />
            </ul>
          )}
          {row.lookedUntil === null ? null : (
            <p class="text-muted mt-1 text-xs">
              dealt with up to <Time at={row.lookedUntil} compact />
            </p>
          )}
        </div>
        <div>
          <h3 class="text-muted mb-1 text-xs">Left out lately</h3>
          {row.skips.length === 0 ? (
            <p class="text-muted text-sm">Nothing.</p>
          ) : (
            <ul class="space-y-1.5">
              {row.skips.map((firing) => (
                <Firing firing={firing} />
              ))}
            </ul>
          )}
        </div>
      </div>
    </section>
  );
}

export function SchedulesPage(props: { frame: Frame; model: SchedulesModel }) {
  const { frame, model } = props;
  return (
    <Shell title="Schedules" frame={frame}>
      <PageHead
        title="Schedules"
        lead={
          <>
            Strategies that run by themselves, in New York time. An instant on a closed day is left out; one
            that was missed while the desk stood still is made up for once.
            {model.simulator ? " The simulator's market clock decides when an instant has come." : ""}
          </>
        }
      />
      <div id="schedules" class="space-y-4" {...live("any")}>
        {model.rows.map((row) => (
          <Schedule row={row} />
        ))}
        {model.rows.length > 0 ? null : (
          <Panel>
            <Empty icon="clock" title="Nothing runs by itself">
              Open a strategy and give it a schedule, such as 45 15 * * 1-5 for a quarter of an hour before
              the close.
            </Empty>
          </Panel>
        )}
        {model.unscheduled.length === 0 ? null : (
          <Panel title="Run by hand">
            <ul class="flex flex-wrap gap-x-6 gap-y-2 text-sm">
              {model.unscheduled.map((one) => (
                <li>
                  <a class="link wrap-anywhere" href={`/strategies/${one.id}#cron`}>
                    {one.name}
                  </a>
                  {one.active ? "" : " (off)"}
                </li>
              ))}
            </ul>
          </Panel>
        )}
      </div>
    </Shell>
  );
}
