// What every page needs besides its own content. Type only.
import type { TradingState } from "#store/model/risk.ts";
import type { Notice } from "../parts/blocks.tsx";

export type Theme = "system" | "light" | "dark";

export type Frame = {
  /** Path of the page, without query: marks the place in the navigation. */
  path: string;
  theme: Theme;
  /** Token that this session's forms carry. */
  formToken: string;
  /** New with each rendering: the key of this page's forms that start something. */
  once: string;
  /** Address folder of scripts, styles and fonts; changes with their content. */
  assets: string;
  /** The event stream goes on after this id, so nothing between rendering and connecting is missed. */
  eventsAfter: string;
  trading: TradingState;
  broker: {
    kind: "ibkr" | "simulator";
    paper: boolean;
    accountId: string | null;
    state: "ok" | "degraded" | "down";
  };
  model: { text: string; offline: boolean };
  /** Business time, UTC; null when the broker does not say. */
  marketNow: string | null;
  pendingApprovals: number;
  notice: Notice | null;
};
