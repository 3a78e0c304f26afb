// What the pages of symbols show. Types only.

import type { Signal } from "#store/model/decision.ts";
import type { RiskVerdict } from "#store/model/risk.ts";
import type { SymbolRunStatus } from "#store/model/run.ts";
import type { Faults } from "../parts/form.tsx";
import type { BlockModel } from "../parts/symbol-block.tsx";

export type InstrumentModel = {
  name: string;
  exchange: string;
  currency: string;
  conid: number;
  securityType: string;
  /** An index level that the simulator replays as if it could be traded. */
  indexReplay: boolean;
};

export type SymbolLine = {
  id: string;
  symbol: string;
  enabled: boolean;
  priority: number;
  note: string | null;
  /** Null: the broker has not been asked yet. */
  instrument: InstrumentModel | null;
  newestBar: { date: string; asOf: string } | null;
  lastRun: {
    id: string;
    status: SymbolRunStatus;
    at: string;
    signal: Signal | null;
    verdict: RiskVerdict["verdict"] | null;
  } | null;
  position: { quantity: string; averageCost: string; unrealizedPnl: string | null; currency: string } | null;
  orders: { working: number; unknown: number };
  blocks: readonly BlockModel[];
  strategies: readonly { id: string; name: string; active: boolean }[];
};

/** What the broker says of a ticker that is about to be added. */
export type LookUp =
  | { kind: "found"; symbol: string; instrument: InstrumentModel; listed: boolean }
  | {
      kind: "refused";
      symbol: string;
      text: string;
      /** False: the broker could not be asked now, which says nothing of the symbol. */
      fault: boolean;
      /** The listings between which the ticker does not decide. */
      candidates: readonly { name: string; exchange: string; conid: number }[];
    };

export type SymbolsModel = {
  rows: readonly SymbolLine[];
  /** All symbols of the list, whatever the filter leaves. */
  total: number;
  filter: string;
  newer: string | null;
  older: string | null;
  values: { symbol: string; priority: string; note: string };
  faults: Faults;
  lookUp: LookUp | null;
};

export type SymbolModel = {
  line: SymbolLine;
  values: { enabled: string; priority: string; note: string };
  faults: Faults;
};
