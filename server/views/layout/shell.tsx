// Navigation and status around each signed-in page: a rail on wide screens, a thumb bar on phones.
import type { Child, PropsWithChildren } from "hono/jsx";
import { live, NoticeBar } from "../parts/blocks.tsx";
import { ActionForm } from "../parts/form.tsx";
import { exchangeTime, utcTime } from "../parts/format.ts";
import { Icon, type IconName, Mark } from "../parts/icons.tsx";
import { kept } from "../parts/kept.tsx";
import { TradingPill } from "../parts/status.tsx";
import { Document } from "./document.tsx";
import type { Frame } from "./frame.ts";

type Place = { href: string; text: string; icon: IconName };

/** Groups of the navigation; the first one is also the thumb bar of phones. */
const GROUPS: readonly { title: string | null; places: readonly Place[] }[] = [
  {
    title: null,
    places: [
      { href: "/", text: "Desk", icon: "desk" },
      { href: "/approvals", text: "Approvals", icon: "approvals" },
      { href: "/executions", text: "Executions", icon: "executions" },
      { href: "/orders", text: "Orders", icon: "orders" },
      { href: "/portfolio", text: "Portfolio", icon: "portfolio" },
    ],
  },
  {
    title: "Look back",
    places: [
      { href: "/decisions", text: "Decisions", icon: "hold" },
      { href: "/trades", text: "Trades", icon: "trades" },
      { href: "/artifacts", text: "Artifacts", icon: "artifacts" },
    ],
  },
  {
    title: "Set up",
    places: [
      { href: "/strategies", text: "Strategies", icon: "strategies" },
      { href: "/workflows", text: "Workflows", icon: "workflows" },
      { href: "/schedules", text: "Schedules", icon: "clock" },
      { href: "/symbols", text: "Symbols", icon: "symbols" },
      { href: "/prompts", text: "Prompts", icon: "prompts" },
      { href: "/settings", text: "Settings & health", icon: "settings" },
    ],
  },
];
const THUMB_PLACES = GROUPS[0]?.places ?? [];

function isHere(place: Place, path: string): boolean {
  if (place.href === "/") return path === "/";
  const runs = place.href === "/executions" && path.startsWith("/runs/");
  const fills = place.href === "/trades" && path.startsWith("/fills/");
  return runs || fills || path === place.href || path.startsWith(`${place.href}/`);
}

function Badge(props: { count: number }) {
  if (props.count === 0) return null;
  return (
    <span class="bg-bad-fill ml-auto min-w-5 rounded-full px-1.5 text-center text-xs font-semibold text-white tabular-nums">
      {props.count}
      <span class="sr-only"> waiting</span>
    </span>
  );
}

/** The place of the navigation that a page belongs to. */
function placeOf(path: string): string | null {
  const places = GROUPS.flatMap((group) => group.places);
  return places.find((place) => isHere(place, path))?.href ?? null;
}

function RailLink(props: { place: Place; here: boolean; pending: number }) {
  const { place, here } = props;
  return (
    <a
      href={place.href}
      aria-current={here ? "page" : undefined}
      class={`flex items-center gap-2.5 rounded-md px-2.5 py-1.5 font-medium ${
        here ? "bg-accent-soft text-accent" : "text-muted hover:bg-raised hover:text-ink"
      }`}
    >
      <Icon name={place.icon} />
      {place.text}
      {place.href === "/approvals" ? <Badge count={props.pending} /> : null}
    </a>
  );
}

/** The groups of the navigation from one of them on. */
const Groups = kept(function Groups(props: { from: number; here: string | null; pending: number }) {
  return (
    <>
      {GROUPS.slice(props.from).map((group) => (
        <div class="mb-4 flex flex-col gap-0.5">
          {group.title === null ? null : (
            <p class="text-muted text-2xs mb-1 px-2.5 font-semibold tracking-wider uppercase">
              {group.title}
            </p>
          )}
          {group.places.map((place) => (
            <RailLink place={place} here={place.href === props.here} pending={props.pending} />
          ))}
        </div>
      ))}
    </>
  );
});

function Rail(props: { frame: Frame }) {
  return (
    <nav
      aria-label="Main"
      id="rail"
      {...live("any")}
      class="border-line bg-panel sticky top-0 hidden h-dvh w-52 shrink-0 flex-col overflow-y-auto border-r px-3 py-4 lg:flex"
    >
      <a href="/" class="mb-5 flex items-center gap-2 px-2 text-base font-semibold tracking-tight">
        <Mark /> Countersign
      </a>
      <Groups from={0} here={placeOf(props.frame.path)} pending={props.frame.pendingApprovals} />
      <div class="border-line mt-auto flex items-center justify-between gap-1 border-t pt-3">
        <ThemeSwitch frame={props.frame} />
        <ActionForm action="/logout" token={props.frame.formToken}>
          <button type="submit" class="text-muted hover:text-ink flex items-center gap-1.5 px-1 text-xs">
            <Icon name="exit" size={14} /> Sign out
          </button>
        </ActionForm>
      </div>
    </nav>
  );
}

function ThemeSwitch(props: { frame: Frame }) {
  const next = { system: "dark", dark: "light", light: "system" }[props.frame.theme];
  return (
    <ActionForm action="/theme" token={props.frame.formToken}>
      <input type="hidden" name="theme" value={next} />
      <input type="hidden" name="back" value={props.frame.path} />
      <button
        type="submit"
        class="text-muted hover:text-ink flex items-center gap-1.5 px-1 text-xs"
        aria-label={`Appearance: ${props.frame.theme}. Change to ${next}.`}
      >
        <Icon name="sun" size={14} /> {props.frame.theme}
      </button>
    </ActionForm>
  );
}

function StatusItem(props: PropsWithChildren<{ icon: IconName; label: string; tone?: string }>) {
  return (
    <span class="flex items-center gap-1.5 whitespace-nowrap" title={props.label}>
      <Icon name={props.icon} size={14} class={props.tone ?? "text-muted"} />
      <span class="sr-only">{props.label}: </span>
      {props.children}
    </span>
  );
}

function brokerText(broker: Frame["broker"]): string {
  const where = broker.kind === "simulator" ? "gateway simulator" : broker.paper ? "IBKR paper" : "IBKR live";
  const state = broker.state === "ok" ? "" : `, ${broker.state}`;
  return `${where}${broker.accountId === null ? "" : ` ${broker.accountId}`}${state}`;
}

/** Names plainly what the desk runs on: nobody shall take the simulator for a broker, or rules for a model. */
function StatusStrip(props: { frame: Frame }) {
  const { broker, model, marketNow } = props.frame;
  const brokerTone = { ok: "text-good", degraded: "text-warn", down: "text-bad" }[broker.state];
  return (
    <div
      id="status-strip"
      {...live("any")}
      class="flex min-w-0 flex-wrap items-center gap-x-5 gap-y-1 text-xs"
    >
      <a href="/#trading" class="rounded-full">
        <TradingPill state={props.frame.trading} />
      </a>
      {marketNow === null ? null : (
        <StatusItem icon="clock" label={`Market time; ${utcTime(marketNow)}`}>
          <span class="font-medium tabular-nums">{exchangeTime(marketNow)}</span>
          <span class="text-muted hidden tabular-nums xl:inline">{utcTime(marketNow)}</span>
        </StatusItem>
      )}
      <StatusItem icon={broker.state === "ok" ? "link" : "warn"} label="Broker" tone={brokerTone}>
        {brokerText(broker)}
      </StatusItem>
      <StatusItem icon="prompts" label="Model">
        {model.text}
      </StatusItem>
      <span
        id="stream-state"
        data-stream
        class="text-warn ml-auto hidden items-center gap-1.5 font-medium"
        role="status"
      >
        <Icon name="warn" size={14} /> live updates lost, reconnecting
      </span>
    </div>
  );
}

const ThumbBar = kept(function ThumbBar(props: { here: string | null; pending: number }) {
  return (
    <nav
      aria-label="Main, for phones"
      id="thumb-bar"
      {...live("any")}
      class="border-line bg-panel fixed inset-x-0 bottom-0 z-20 grid grid-cols-5 border-t pb-[env(safe-area-inset-bottom)] lg:hidden"
    >
      {THUMB_PLACES.map((place) => (
        <a
          href={place.href}
          aria-current={place.href === props.here ? "page" : undefined}
          class={`text-2xs relative flex flex-col items-center gap-0.5 py-2 font-medium ${
            place.href === props.here ? "text-accent" : "text-muted"
          }`}
        >
          <Icon name={place.icon} size={20} />
          {place.text}
          {place.href === "/approvals" && props.pending > 0 ? (
            <span class="absolute top-1 left-[calc(50%+0.5rem)]">
              <Badge count={props.pending} />
            </span>
          ) : null}
        </a>
      ))}
    </nav>
  );
});

function PhoneHead(props: { frame: Frame }) {
  return (
    <div class="flex items-center justify-between lg:hidden">
      <a href="/" class="flex items-center gap-2 font-semibold tracking-tight">
        <Mark size={20} /> Countersign
      </a>
      <details class="relative">
        <summary class="text-muted flex size-9 list-none items-center justify-center" aria-label="More pages">
          <Icon name="more" size={22} />
        </summary>
        <div class="panel absolute right-0 z-30 flex max-h-[80dvh] w-56 flex-col overflow-y-auto p-2 shadow-lg">
          <Groups from={1} here={placeOf(props.frame.path)} pending={props.frame.pendingApprovals} />
          <div class="border-line -mt-3 flex justify-between border-t pt-2">
            <ThemeSwitch frame={props.frame} />
            <ActionForm action="/logout" token={props.frame.formToken}>
              <button type="submit" class="text-muted px-1 text-xs">
                Sign out
              </button>
            </ActionForm>
          </div>
        </div>
      </details>
    </div>
  );
}

export function Shell(props: PropsWithChildren<{ title: string; frame: Frame; aside?: Child }>) {
  const { frame } = props;
  return (
    <Document title={props.title} theme={frame.theme} assets={frame.assets} eventsAfter={frame.eventsAfter}>
      <a
        href="#main"
        class="bg-panel sr-only z-40 rounded-md p-3 focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to content
      </a>
      <div class="flex">
        <Rail frame={frame} />
        <div class="min-w-0 flex-1">
          <header class="border-line bg-panel flex flex-col gap-2 border-b px-4 py-2.5 lg:sticky lg:top-0 lg:z-10 lg:px-6">
            <PhoneHead frame={frame} />
            <StatusStrip frame={frame} />
          </header>
          <main id="main" class="mx-auto max-w-[92rem] px-4 pt-5 pb-24 lg:px-6 lg:pb-10" tabindex={-1}>
            <NoticeBar notice={frame.notice} />
            {props.children}
          </main>
        </div>
      </div>
      <ThumbBar here={placeOf(frame.path)} pending={frame.pendingApprovals} />
    </Document>
  );
}
