// The trade over its bars as SVG made on the server: readable without scripts, in both themes, in print and in the export.
// A state is a dash, a fill is a shape, a rising bar is hollow: nothing is told by colour alone. Pure.
import { price as priceText } from "../parts/format.ts";
import { apart, type DrawingSize, type Geometry, geometryOf } from "./geometry.ts";
import type { TradeBar, TradeFill, TradeLevel, TradePicture } from "./model.ts";

const LEVEL_TONE = { entry: "text-accent", stop: "text-bad", target: "text-good" } as const;
const DASH = { proposed: "1.5 4", working: "7 4", filled: "none", ended: "1 7" } as const;

export function Candles(props: { bars: readonly TradeBar[]; first: number; at: Geometry; faint?: boolean }) {
  const { at } = props;
  const paths = { up: "", down: "" };
  props.bars.forEach((bar, index) => {
    const x = at.x(props.first + index);
    const [open, close] = [at.y(bar.open), at.y(bar.close)];
    const [top, bottom] = [Math.min(open, close), Math.max(open, close, Math.min(open, close) + 1)];
    const half = at.body / 2;
    const box = `M${n(x - half)} ${n(top)}h${n(at.body)}V${n(bottom)}h${n(-at.body)}Z`;
    const wick = `M${n(x)} ${n(at.y(bar.high))}V${n(top)}M${n(x)} ${n(bottom)}V${n(at.y(bar.low))}`;
    paths[bar.close >= bar.open ? "up" : "down"] += wick + box;
  });
  return (
    <g stroke-width="1" opacity={props.faint ? "0.75" : "1"}>
      <path d={paths.up} class="text-good" stroke="currentColor" fill="none" />
      <path d={paths.down} class="text-bad" stroke="currentColor" fill="currentColor" />
    </g>
  );
}

const n = (value: number) => Number(value.toFixed(1));

/** A triangle into the position, a cross at the stop, a diamond at the target, a square for any other way out. */
export function FillShape(props: { fill: Pick<TradeFill, "leg" | "side">; x: number; y: number }) {
  const { fill, x, y } = props;
  const at = (dx: number, dy: number) => `${n(x + dx)} ${n(y + dy)}`;
  const outline = { class: "fill-ink stroke-panel", "stroke-width": "1.2" };
  if (fill.leg === "stop") {
    const arms = `M${at(-5, -5)}L${at(5, 5)}M${at(5, -5)}L${at(-5, 5)}`;
    return (
      <g fill="none" stroke-linecap="round">
        <path d={arms} class="stroke-panel" stroke-width="5.5" />
        <path d={arms} class="stroke-ink" stroke-width="2.6" />
      </g>
    );
  }
  if (fill.leg === "target")
    return <path d={`M${at(0, -7)}L${at(7, 0)}L${at(0, 7)}L${at(-7, 0)}Z`} {...outline} />;
  if (fill.leg === "exit") return <path d={`M${at(-5, -5)}h10v10h-10Z`} {...outline} />;
  return fill.side === "BUY" ? (
    <path d={`M${at(0, -7)}L${at(6.5, 5)}L${at(-6.5, 5)}Z`} {...outline} />
  ) : (
    <path d={`M${at(0, 7)}L${at(6.5, -5)}L${at(-6.5, -5)}Z`} {...outline} />
  );
}

export function levelName(level: Pick<TradeLevel, "kind">): string {
  return { entry: "Entry", stop: "Stop", target: "Target" }[level.kind];
}

export function LevelStroke(props: {
  level: Pick<TradeLevel, "kind" | "state">;
  x1: number;
  x2: number;
  y: number;
}) {
  const { level } = props;
  return (
    <line
      x1={n(props.x1)}
      x2={n(props.x2)}
      y1={n(props.y)}
      y2={n(props.y)}
      class={LEVEL_TONE[level.kind]}
      stroke="currentColor"
      stroke-width={level.state === "ended" ? "1" : "1.6"}
      stroke-dasharray={DASH[level.state]}
    />
  );
}

function Scale(props: { at: Geometry; size: DrawingSize }) {
  const { at, size } = props;
  const first = at.seen[0];
  const last = at.seen.at(-1);
  const newest = at.later.at(-1);
  return (
    <>
      {at.ticks.map((tick) => (
        <>
          <line x1={at.left} x2={at.right} y1={n(at.y(tick))} y2={n(at.y(tick))} class="stroke-line" />
          <text
            x={at.left - 5}
            y={n(at.y(tick) + 3.5)}
            text-anchor="end"
            font-size={size.fontSize}
            class="fill-muted"
          >
            {tick.toLocaleString("en-US")}
          </text>
        </>
      ))}
      <text x={at.left} y={size.height - 5} font-size={size.fontSize} class="fill-muted">
        {first?.date}
      </text>
      <text
        x={n(at.rule - 3)}
        y={size.height - 5}
        text-anchor="end"
        font-size={size.fontSize}
        class="fill-muted"
      >
        {last?.date}
      </text>
      {newest === undefined || at.right - at.rule < 70 ? null : (
        <text x={at.right} y={size.height - 5} text-anchor="end" font-size={size.fontSize} class="fill-muted">
          {newest}
        </text>
      )}
    </>
  );
}

/** Everything right of the rule came after the decision. */
function Since(props: { at: Geometry; size: DrawingSize }) {
  const { at, size } = props;
  return (
    <>
      <rect
        x={n(at.rule)}
        y={at.top}
        width={n(at.right - at.rule)}
        height={at.bottom - at.top}
        class="fill-raised"
        opacity="0.7"
      />
      <line x1={n(at.rule)} x2={n(at.rule)} y1={at.top - 8} y2={at.bottom} class="stroke-ink" />
      <text
        x={n(at.rule - 4)}
        y={at.top - 3}
        text-anchor="end"
        font-size={size.fontSize}
        font-weight="600"
        class="fill-ink"
      >
        decided here
      </text>
      {at.right - at.rule < 92 ? null : (
        <text x={n(at.rule + 5)} y={at.top - 3} font-size={size.fontSize} class="fill-muted">
          after the decision
        </text>
      )}
    </>
  );
}

function Levels(props: { picture: TradePicture; at: Geometry; size: DrawingSize }) {
  const { at, size, picture } = props;
  const labels = apart(
    picture.levels.map((level) => ({ level, line: at.y(Number(level.price)), y: at.y(Number(level.price)) })),
    [at.top + 4, at.bottom - 4],
  );
  return (
    <>
      {labels.map(({ level, line, y }) => (
        <>
          <LevelStroke level={level} x1={at.left} x2={at.right + 3} y={line} />
          <text
            x={at.right + 7}
            y={n(y + 3.5)}
            font-size={size.fontSize}
            font-weight="600"
            class={LEVEL_TONE[level.kind]}
            fill="currentColor"
          >
            {levelName(level)} {priceText(level.price)}
          </text>
        </>
      ))}
    </>
  );
}

/** What the drawing says, in a sentence: for those who do not see it. */
function inWords(picture: TradePicture): string {
  const levels = picture.levels.map(
    (level) => `${levelName(level).toLowerCase()} ${priceText(level.price)} ${level.word}`,
  );
  const fills = picture.fills.map((fill) => `${fill.side} ${fill.quantity} at ${priceText(fill.price)}`);
  const parts = [
    `${picture.symbol}, ${picture.timeframe} bars`,
    levels.join(", "),
    fills.length === 0 ? "nothing filled" : `filled: ${fills.join(", ")}`,
  ];
  return `${parts.filter((part) => part !== "").join("; ")}. The table below says the same.`;
}

export function TradeDrawing(props: { picture: TradePicture; size: DrawingSize; class?: string }) {
  const { picture, size } = props;
  const at = geometryOf(picture, size);
  if (at === null) return null;
  const since = new Map(picture.since.map((bar) => [bar.date, bar]));
  return (
    <svg
      viewBox={`0 0 ${size.width} ${size.height}`}
      class={`h-auto w-full ${props.class ?? ""}`}
      role="img"
      aria-label={inWords(picture)}
    >
      <Scale at={at} size={size} />
      {at.later.length === 0 ? null : <Since at={at} size={size} />}
      <Candles bars={at.seen} first={0} at={at} />
      {at.later.map((date, index) => {
        const bar = since.get(date);
        return bar === undefined ? null : (
          <Candles bars={[bar]} first={at.seen.length + index} at={at} faint />
        );
      })}
      <Levels picture={picture} at={at} size={size} />
      {picture.fills.map((fill) => {
        const slot = at.slotOf(fill.barDate);
        return slot < 0 ? null : <FillShape fill={fill} x={at.x(slot)} y={at.y(Number(fill.price))} />;
      })}
    </svg>
  );
}
