// Line icons drawn for this product, 20 × 20, coloured by the text around them. Always decoration: words say the same.
import { raw } from "hono/html";

const PATHS = {
  desk: "M3 4h6v7H3zM11 4h6v4h-6zM11 10h6v6h-6zM3 13h6v3H3z",
  approvals: "M4 10.5 8 14.5 16 5.5",
  executions: "M4 5h12M4 10h12M4 15h7M15 13l3 2-3 2z",
  orders: "M5 3h10v14l-2.5-1.6L10 17l-2.5-1.6L5 17zM8 7h4M8 10h4",
  portfolio: "M3 16V9h3v7M8.5 16V4h3v12M14 16v-5h3v5",
  symbols: "M3 14l4-5 3 3 6-8M12 4h4v4",
  strategies: "M4 5h5M13 5h3M11 3v4M4 10h2M10 10h6M8 8v4M4 15h7M15 15h1M13 13v4",
  workflows: "M7.5 2.5h5v4h-5zM3 13.5h5v4H3zM12 13.5h5v4h-5zM10 6.5V10M5.5 13.5V10h9v3.5",
  prompts: "M4 4h12v9H9l-4 3v-3H4zM7 7.5h6M7 10h4",
  settings:
    "M10 7.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM10 2.5v2.2M10 15.3v2.2M2.5 10h2.2M15.3 10h2.2M4.7 4.7l1.6 1.6M13.7 13.7l1.6 1.6M4.7 15.3l1.6-1.6M13.7 6.3l1.6-1.6",
  trades: "M4 4v12h12M7 12l3-4 2.5 2.5L16 6",
  artifacts: "M3.5 4h13v3.5h-13zM5 7.5V16h10V7.5M8 10.5h4",
  more: "M5 10h.01M10 10h.01M15 10h.01",
  check: "M4.5 10.5 8.5 14.5 15.5 6",
  cross: "M5.5 5.5l9 9M14.5 5.5l-9 9",
  wait: "M10 4v6l3.5 2M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15z",
  run: "M10 2.5a7.5 7.5 0 1 1-7.5 7.5",
  queue: "M4 10h.01M10 10h.01M16 10h.01",
  skip: "M5 10h10",
  stop: "M6 3h8l3.5 3.5v7L14 17H6l-3.5-3.5v-7zM7 10h6",
  warn: "M10 3 18 16.5H2zM10 8v4M10 14.2h.01",
  up: "M10 16V4M5 9l5-5 5 5",
  down: "M10 4v12M5 11l5 5 5-5",
  hold: "M4 8h12M4 12h12",
  arrow: "M4 10h12M11 5l5 5-5 5",
  next: "M4 5l7 5-7 5zM14 5v10",
  sun: "M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM10 2v1.5M10 16.5V18M2 10h1.5M16.5 10H18M4.3 4.3l1.1 1.1M14.6 14.6l1.1 1.1M4.3 15.7l1.1-1.1M14.6 5.4l1.1-1.1",
  exit: "M8 4H4v12h4M12 6l4 4-4 4M16 10H8",
  plus: "M10 4v12M4 10h12",
  clock: "M10 5v5l3 2M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15z",
  link: "M8 12l4-4M9 6l1.5-1.5a3.2 3.2 0 0 1 4.5 4.5L13.5 10.5M11 14l-1.5 1.5A3.2 3.2 0 0 1 5 11L6.5 9.5",
} as const;

export type IconName = keyof typeof PATHS;

type IconProps = { name: IconName; size?: number; class?: string };

/** Icons are the most frequent part of a page and few differ: each is written out once. */
const drawn = new Map<string, ReturnType<typeof raw>>();
const MOST_DRAWN = 1_000;

export function Icon(props: IconProps) {
  const key = `${props.name} ${props.size ?? ""} ${props.class ?? ""}`;
  const known = drawn.get(key) ?? raw(String(draw(props)));
  if (drawn.size < MOST_DRAWN) drawn.set(key, known);
  return <>{known}</>;
}

function draw(props: IconProps) {
  return (
    <svg
      width={props.size ?? 16}
      height={props.size ?? 16}
      viewBox="0 0 20 20"
      aria-hidden="true"
      class={props.class === undefined || props.class === "" ? "icon" : `icon ${props.class}`}
    >
      <path d={PATHS[props.name]} />
    </svg>
  );
}

/** The mark: one line written by code, one signed by a person. */
export function Mark(props: { size?: number }) {
  return (
    <svg
      width={props.size ?? 22}
      height={props.size ?? 22}
      viewBox="0 0 24 24"
      fill="none"
      aria-hidden="true"
    >
      <rect x="1" y="1" width="22" height="22" rx="6" class="fill-accent-fill" />
      <path
        d="M5.5 12.5l3 3 6-7"
        stroke="#fff"
        stroke-opacity="0.6"
        stroke-width="2"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
      <path
        d="M9.5 13.5l2 2 7-8"
        stroke="#fff"
        stroke-width="2"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
