// The shapes that every page is made of: panels, headings, facts, empty states, pagers, times. Pure.
import type { Child, PropsWithChildren } from "hono/jsx";
import { exchangeTime, utcTime } from "./format.ts";
import { Icon, type IconName } from "./icons.tsx";

/** An instant in exchange time; the browser adds the reader's own (until then: UTC beside it, or in the title). */
export function Time(props: { at: string; compact?: boolean }) {
  return (
    <time datetime={props.at} data-time="" title={utcTime(props.at)}>
      <span>{exchangeTime(props.at)}</span>
      <wbr />
      {props.compact ? (
        // Empty where the reader is in the exchange's own zone.
        <span data-local="short" />
      ) : (
        <span>
          {" · "}
          <span data-local>{utcTime(props.at)}</span>
        </span>
      )}
    </time>
  );
}

export function PageHead(
  props: PropsWithChildren<{ title: string; lead?: Child; back?: { href: string; text: string } }>,
) {
  return (
    <header class="mb-4 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
      <div class="min-w-0">
        {props.back === undefined ? null : (
          <a href={props.back.href} class="text-muted text-xs hover:underline">
            ← {props.back.text}
          </a>
        )}
        <h1 class="text-xl leading-tight font-semibold tracking-tight">{props.title}</h1>
        {props.lead === undefined ? null : (
          <div class="text-muted mt-1 max-w-[75ch] text-sm">{props.lead}</div>
        )}
      </div>
      {props.children === undefined ? null : (
        <div class="flex flex-wrap items-center gap-2">{props.children}</div>
      )}
    </header>
  );
}

export function Panel(
  props: PropsWithChildren<{
    id?: string;
    title?: string;
    note?: Child;
    actions?: Child;
    flush?: boolean;
    /** The table inside holds nothing to tab to: the scrolling part itself takes the focus. */
    textOnly?: boolean;
    live?: string;
  }>,
) {
  return (
    <section
      id={props.id}
      class="panel min-w-0 overflow-hidden"
      {...(props.live === undefined ? {} : live(props.live))}
    >
      {props.title === undefined ? null : (
        <div class="border-line flex flex-wrap items-center justify-between gap-2 border-b px-4 py-2.5">
          <h2 class="text-sm font-semibold">{props.title}</h2>
          {props.note === undefined ? null : <div class="text-muted text-xs">{props.note}</div>}
          {props.actions}
        </div>
      )}
      {props.textOnly ? (
        <section tabindex={0} aria-label={props.title ?? "Table"} class="relative overflow-x-auto">
          {props.children}
        </section>
      ) : (
        <div class={props.flush ? "relative overflow-x-auto" : "p-4"}>{props.children}</div>
      )}
    </section>
  );
}

/**
 * Attributes of a part that is fetched again when the desk reports something about `topic`: "any", "execution:<id>" or
 * "run:<id>". The part must have an id; the page itself is asked and only this part of it is taken.
 */
export function live(topic: string): Record<string, string> {
  return { "data-live": topic };
}

export function Empty(props: PropsWithChildren<{ icon: IconName; title: string }>) {
  return (
    <div class="flex flex-col items-center gap-1.5 px-6 py-6 text-center">
      <span class="text-muted">
        <Icon name={props.icon} size={26} />
      </span>
      <p class="font-semibold">{props.title}</p>
      <div class="text-muted max-w-[55ch] text-sm">{props.children}</div>
    </div>
  );
}

export function Facts(props: { rows: readonly (readonly [string, Child])[]; columns?: 1 | 2 | 3 | 4 }) {
  const columns = {
    1: "",
    2: "sm:grid-cols-2",
    3: "grid-cols-2 sm:grid-cols-3",
    4: "grid-cols-2 sm:grid-cols-4",
  };
  return (
    <dl class={`grid gap-x-6 gap-y-3 ${columns[props.columns ?? 1]}`}>
      {props.rows.map(([term, value]) => (
        <div class="min-w-0">
          <dt class="text-muted text-xs">{term}</dt>
          <dd class="font-medium tabular-nums wrap-anywhere">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export type Notice = { tone: "good" | "bad" | "warn"; text: string; details?: readonly string[] };

export function NoticeBar(props: { notice: Notice | null }) {
  if (props.notice === null) return null;
  const tone = {
    good: "bg-good-soft text-good",
    bad: "bg-bad-soft text-bad",
    warn: "bg-warn-soft text-warn",
  }[props.notice.tone];
  return (
    <div
      role={props.notice.tone === "bad" ? "alert" : "status"}
      class={`mb-4 rounded-lg px-4 py-2.5 font-medium ${tone}`}
    >
      {props.notice.text}
      {props.notice.details === undefined || props.notice.details.length === 0 ? null : (
        <ul class="mt-1 list-disc pl-5 font-normal">
          {props.notice.details.map((detail) => (
            <li>{detail}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

export function Pager(props: {
  newer: string | null;
  older: string | null;
  words?: readonly [newer: string, older: string];
}) {
  if (props.newer === null && props.older === null) return null;
  const [newer, older] = props.words ?? ["Newest", "Older"];
  return (
    <nav aria-label="Pages" class="mt-3 flex justify-between">
      {props.newer === null ? (
        <span />
      ) : (
        <a class="button" href={props.newer}>
          {newer}
        </a>
      )}
      {props.older === null ? (
        <span />
      ) : (
        <a class="button" href={props.older}>
          {older}
        </a>
      )}
    </nav>
  );
}

export function Stat(props: { label: string; value: Child; note?: Child; tone?: string }) {
  return (
    <div class="min-w-0">
      <div class="text-muted text-xs">{props.label}</div>
      <div class={`text-lg leading-snug font-semibold tabular-nums ${props.tone ?? ""}`}>{props.value}</div>
      {props.note === undefined ? null : <div class="text-muted text-xs">{props.note}</div>}
    </div>
  );
}

/** Text from agents, vendors and people: always text, line breaks kept. */
export function Prose(props: { text: string; class?: string }) {
  return <p class={`prose-text ${props.class ?? ""}`}>{props.text}</p>;
}

export function ScrollText(props: { text: string; label: string }) {
  return (
    <section tabindex={0} aria-label={props.label} class="bg-raised max-h-96 overflow-auto rounded-md p-3">
      <pre class="prose-text font-mono text-xs">{props.text}</pre>
    </section>
  );
}
