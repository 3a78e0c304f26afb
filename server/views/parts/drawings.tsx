// Small drawings made on the server: the equity curve and the ladder of stop, entry and target. Pure.
import { Decimal } from "#store/model/money.ts";
import { decimal, exchangeDate, percent, price } from "./format.ts";
import { numberOf, written } from "./kept.tsx";

export type CurvePoint = { at: string; value: string };

const WIDTH = 720;
const HEIGHT = 150;
const PAD = { left: 4, right: 4, top: 10, bottom: 8 };

/** What the account is compared with; a day without a stored bar has no point. */
export type Benchmark = { label: string; points: readonly CurvePoint[] };

function growth(points: readonly CurvePoint[]): string {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || new Decimal(first.value).isZero()) return "–";
  const change = new Decimal(last.value).div(first.value).minus(1);
  return `${change.gt(0) ? "+" : ""}${percent(change.toString(), 2)}`;
}

type CurveProps = {
  /** One list as long as nothing was added to it. */
  points: readonly CurvePoint[];
  currency: string;
  benchmark?: Benchmark | null;
};

/** A line of account values over time, and a dashed one to compare with; the numbers are in the caption as text. */
export function Curve(props: CurveProps) {
  const { points, currency, benchmark } = props;
  const key = [
    numberOf(points),
    currency,
    benchmark == null ? null : [benchmark.label, numberOf(benchmark.points)],
  ];
  return <>{written(Curve, key, () => drawnCurve(props))}</>;
}

function drawnCurve(props: CurveProps) {
  const beside = props.benchmark?.points ?? [];
  const first = props.points[0];
  const last = props.points.at(-1);
  if (first === undefined || last === undefined || props.points.length < 2) return null;
  const values = props.points.map((point) => Number(point.value));
  const all = [...values, ...beside.map((point) => Number(point.value))];
  const low = Math.min(...all);
  const high = Math.max(...all);
  const span = high - low || Math.max(1, Math.abs(high) * 0.001);
  const start = Date.parse(first.at);
  const length = Math.max(1, Date.parse(last.at) - start);
  const x = (at: string) => PAD.left + ((Date.parse(at) - start) / length) * (WIDTH - PAD.left - PAD.right);
  const y = (value: number) => PAD.top + (1 - (value - low) / span) * (HEIGHT - PAD.top - PAD.bottom);
  const drawn = (points: readonly CurvePoint[]) =>
    points.map((point) => `${x(point.at).toFixed(1)},${y(Number(point.value)).toFixed(1)}`);
  const line = drawn(props.points);
  const change = new Decimal(last.value).minus(first.value);
  const area = `M${line.join("L")}L${x(last.at).toFixed(1)},${HEIGHT}L${x(first.at).toFixed(1)},${HEIGHT}Z`;
  const tone = change.isNegative() ? "text-bad" : "text-good";
  return (
    <figure>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        class={`h-32 w-full ${tone}`}
        role="img"
        aria-label={`Account value from ${decimal(first.value)} to ${decimal(last.value)} ${props.currency}`}
      >
        <path d={area} fill="currentColor" fill-opacity="0.08" />
        <line
          x1={PAD.left}
          x2={WIDTH - PAD.right}
          y1={y(Number(first.value))}
          y2={y(Number(first.value))}
          stroke="currentColor"
          stroke-opacity="0.35"
          stroke-dasharray="3 4"
          vector-effect="non-scaling-stroke"
        />
        {beside.length < 2 ? null : (
          <polyline
            points={drawn(beside).join(" ")}
            class="text-muted"
            fill="none"
            stroke="currentColor"
            stroke-width="1.5"
            stroke-dasharray="6 4"
            vector-effect="non-scaling-stroke"
          />
        )}
        <polyline
          points={line.join(" ")}
          fill="none"
          stroke="currentColor"
          stroke-width="2"
          stroke-linejoin="round"
          vector-effect="non-scaling-stroke"
        />
      </svg>
      <figcaption class="text-muted mt-1 flex justify-between gap-3 text-xs tabular-nums">
        <span>
          {exchangeDate(first.at)}: {decimal(first.value)}
        </span>
        <span>
          {exchangeDate(last.at)}: {decimal(last.value)} {props.currency}
        </span>
      </figcaption>
      {props.benchmark == null || beside.length < 2 ? null : (
        <ul class="mt-1.5 flex flex-wrap gap-x-5 gap-y-1 text-xs tabular-nums">
          <li class="flex items-center gap-1.5">
            <LineKey class={tone} /> Account {growth(props.points)}
          </li>
          <li class="text-muted flex items-center gap-1.5">
            <LineKey class="text-muted" dashed /> {props.benchmark.label} {growth(beside)}
          </li>
        </ul>
      )}
    </figure>
  );
}

function LineKey(props: { class: string; dashed?: boolean }) {
  return (
    <svg viewBox="0 0 18 4" class={`h-1 w-[18px] shrink-0 ${props.class}`} aria-hidden="true">
      <line
        x1="0"
        x2="18"
        y1="2"
        y2="2"
        stroke="currentColor"
        stroke-width="2"
        stroke-dasharray={props.dashed ? "5 3" : undefined}
      />
    </svg>
  );
}

export type Levels = { side: "BUY" | "SELL"; entry: string; stop: string; target: string };

/** Risk and reward as lengths on one scale: what is lost at the stop against what is won at the target. */
export function Ladder(props: { levels: Levels }) {
  const { side, entry, stop, target } = props.levels;
  const risk = new Decimal(entry).minus(stop).abs();
  const reward = new Decimal(target).minus(entry).abs();
  const whole = risk.plus(reward);
  if (whole.isZero()) return null;
  const split = risk.div(whole).mul(100).toNumber();
  const change = (to: string) =>
    `${decimal(new Decimal(to).minus(entry).div(entry).mul(100).toString(), 1)} %`;
  return (
    <figure>
      <svg
        viewBox="0 0 100 6"
        preserveAspectRatio="none"
        class="h-2.5 w-full rounded-full"
        aria-hidden="true"
      >
        <rect x="0" y="0" width={split.toFixed(2)} height="6" class="fill-bad-fill" />
        <rect x={split.toFixed(2)} y="0" width={(100 - split).toFixed(2)} height="6" class="fill-good-fill" />
        <rect x={(split - 0.35).toFixed(2)} y="0" width="0.7" height="6" class="fill-panel" />
      </svg>
      <figcaption class="mt-1.5 grid grid-cols-3 text-xs tabular-nums">
        <span>
          <span class="text-muted block">Stop</span>
          <span class="font-semibold">{price(stop)}</span> <span class="text-bad">{change(stop)}</span>
        </span>
        <span class="text-center">
          <span class="text-muted block">{side === "BUY" ? "Buy at" : "Sell at"}</span>
          <span class="font-semibold">{price(entry)}</span>
        </span>
        <span class="text-right">
          <span class="text-muted block">Target</span>
          <span class="font-semibold">{price(target)}</span> <span class="text-good">{change(target)}</span>
        </span>
      </figcaption>
    </figure>
  );
}
