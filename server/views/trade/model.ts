// What a trade looks like over its bars: levels, fills and what came after the decision. Types only.
import type { OrderSide } from "#store/model/order.ts";

/** For drawing only: floats. */
export type TradeBar = {
  date: string;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
};

export type TradeLevel = {
  kind: "entry" | "stop" | "target";
  /** Decimal in the instrument's currency. */
  price: string;
  /** proposed: nobody has said yes; working: at the broker; filled; ended: cancelled, expired or refused. */
  state: "proposed" | "working" | "filled" | "ended";
  /** The broker's or the desk's word for it, such as "canceled". */
  word: string;
};

export type TradeFill = {
  executionRef: string;
  orderId: string | null;
  at: string;
  /** Of the bar it belongs to; a place of its own where no bar of that session or week is stored. */
  barDate: string;
  side: OrderSide;
  quantity: string;
  price: string;
  leg: "entry" | "stop" | "target" | "exit";
};

export type TradePicture = {
  timeframe: "daily" | "weekly";
  symbol: string;
  currency: string;
  /** The last bars that the agents saw, oldest first. */
  seen: readonly TradeBar[];
  /** Bars after the decision, oldest first; no agent saw them. */
  since: readonly TradeBar[];
  levels: readonly TradeLevel[];
  fills: readonly TradeFill[];
  /** Why there are no bars after the decision, or none at all; null when nothing is missing. */
  notice: string | null;
};
