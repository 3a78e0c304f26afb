// The trade with its legend and its table: the drawing for eyes, the table for everyone, the same facts in both. Pure.
import { Time } from "../parts/blocks.tsx";
import { price, quantity, words } from "../parts/format.ts";
import { numberOf, written } from "../parts/kept.tsx";
import { FillShape, LevelStroke, levelName, TradeDrawing } from "./drawing.tsx";
import { NARROW, WIDE } from "./geometry.ts";
import type { TradeFill, TradeLevel, TradePicture } from "./model.ts";

const STATE_WORDS = {
  proposed: "dotted: proposed",
  working: "dashed: working at the broker",
  filled: "solid: filled",
  ended: "sparse dots: ended unfilled",
} as const;

export function fillName(fill: Pick<TradeFill, "leg" | "side">): string {
  const verb = fill.side === "BUY" ? "bought" : "sold";
  return {
    entry: `${verb}, entry`,
    stop: `${verb} at the stop`,
    target: `${verb} at the target`,
    exit: verb,
  }[fill.leg];
}

function Sample(props: { children: unknown }) {
  return (
    <svg width="26" height="16" viewBox="0 0 26 16" aria-hidden="true" class="shrink-0">
      {props.children}
    </svg>
  );
}

/** Only what is drawn. */
function Legend(props: { picture: TradePicture }) {
  const { levels, fills } = props.picture;
  const states = (["proposed", "working", "filled", "ended"] as const).filter((state) =>
    levels.some((level) => level.state === state),
  );
  const kinds = [...new Map(fills.map((fill) => [fillName(fill), fill])).entries()];
  if (levels.length + fills.length === 0) return null;
  return (
    <ul class="text-muted mt-1 flex flex-wrap gap-x-4 gap-y-1 text-xs" aria-label="Legend">
      {states.map((state) => (
        <li class="flex items-center gap-1.5">
          <Sample>
            <LevelStroke level={{ kind: "entry", state }} x1={0} x2={26} y={8} />
          </Sample>
          {STATE_WORDS[state]}
        </li>
      ))}
      {kinds.map(([name, fill]) => (
        <li class="flex items-center gap-1.5">
          <Sample>
            <FillShape fill={fill} x={13} y={8} />
          </Sample>
          {name}
        </li>
      ))}
      <li>hollow bar: rose, full bar: fell</li>
    </ul>
  );
}

export function LevelTable(props: { levels: readonly TradeLevel[] }) {
  return (
    <table class="grid-table text-sm">
      <thead>
        <tr>
          <th scope="col">Level</th>
          <th scope="col" class="number">
            Price
          </th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {props.levels.map((level) => (
          <tr>
            <td class="font-medium">{levelName(level)}</td>
            <td class="number">{price(level.price)}</td>
            <td>{level.word === level.state ? level.state : `${level.state} (${level.word})`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function MarkedFills(props: { fills: readonly TradeFill[]; linked?: boolean }) {
  return (
    <table class="grid-table text-sm">
      <thead>
        <tr>
          <th scope="col">Fill</th>
          <th scope="col">When</th>
          <th scope="col" class="number">
            Shares
          </th>
          <th scope="col" class="number">
            Price
          </th>
        </tr>
      </thead>
      <tbody>
        {props.fills.map((fill) => (
          <tr>
            <td class="font-medium whitespace-nowrap">
              <span class="inline-flex items-center gap-1.5">
                <Sample>
                  <FillShape fill={fill} x={13} y={8} />
                </Sample>
                {props.linked === false ? (
                  fillName(fill)
                ) : (
                  <a class="link" href={`/fills/${encodeURIComponent(fill.executionRef)}`}>
                    {fillName(fill)}
                  </a>
                )}
              </span>
            </td>
            <td>
              <Time at={fill.at} />
            </td>
            <td class="number">{quantity(fill.quantity)}</td>
            <td class="number">{price(fill.price)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The bars that were seen are one list for as long as its reader keeps it: a hundred of them make a long key. */
export function TradeChart(props: { picture: TradePicture }) {
  const { seen, ...rest } = props.picture;
  return <>{written(TradeChart, [numberOf(seen), rest], () => drawnChart(props.picture))}</>;
}

function drawnChart(picture: TradePicture) {
  const { levels, fills } = picture;
  return (
    <div>
      <TradeDrawing picture={picture} size={WIDE} class="hidden sm:block" />
      <TradeDrawing picture={picture} size={NARROW} class="sm:hidden" />
      <Legend picture={picture} />
      {picture.notice === null ? null : <p class="text-muted mt-1 text-xs">{picture.notice}</p>}
      {levels.length + fills.length === 0 ? null : (
        <details class="mt-2" id={`trade-table-${picture.timeframe}`} data-keep>
          <summary class="text-muted text-sm">
            Levels and fills of the {words(picture.timeframe)} chart as a table
          </summary>
          <div class="mt-1 overflow-x-auto">
            {levels.length === 0 ? null : <LevelTable levels={levels} />}
            {fills.length === 0 ? null : <MarkedFills fills={fills} />}
          </div>
        </details>
      )}
    </div>
  );
}
