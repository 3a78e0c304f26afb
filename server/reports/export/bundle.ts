// One decision with everything that led to it and came of it, as one document. Effects: database and object store reads.
// Only what the API tells of these rows goes in, so nothing that the desk keeps to itself can slip through.
import { z } from "@hono/zod-openapi";
import { getPromptVersion } from "#store/agents/prompts.ts";
import type { ObjectStore } from "#store/artifacts/object-store.ts";
import type { Db } from "#store/database.ts";
import { instrumentByConid } from "#store/market/instruments.ts";
import type { PromptVersionId, SymbolRunId } from "#store/model/ids.ts";
import { Sha256 } from "#store/model/llm-call.ts";
import { StrategyParameters } from "#store/model/strategy.ts";
import { TradeOutcome } from "#store/model/trade.ts";
import { type ArtifactRow, readArtifact } from "#store/runs/artifacts.ts";
import { getStrategy } from "#store/strategies/strategies.ts";
import { getWorkflowVersion } from "#store/strategies/workflows.ts";
import { Artifact, Execution, LlmTotals, NodeEvent, SymbolRun } from "../../http/api/schemas.ts";
import {
  Approval,
  Decision,
  Fill,
  LlmCall,
  Order,
  OrderEvent,
  Report,
  Verdict,
} from "../../http/api/trading/schemas.ts";
import { runRows, tradeFactsOf } from "../run/rows.ts";
import { tradePictures } from "../trade/picture.ts";
import { chained, EXPORT_FORMAT, EXPORT_VERSION, type Section } from "./chain.ts";

const READ_MS = 15_000;

const Bar = z.object({
  date: z.string(),
  open: z.number(),
  high: z.number(),
  low: z.number(),
  close: z.number(),
  volume: z.number(),
});

const TradePictureShape = z.object({
  timeframe: z.enum(["daily", "weekly"]),
  symbol: z.string(),
  currency: z.string(),
  seen: z.array(Bar),
  since: z.array(Bar),
  levels: z.array(
    z.object({
      kind: z.enum(["entry", "stop", "target"]),
      price: z.string(),
      state: z.enum(["proposed", "working", "filled", "ended"]),
      word: z.string(),
    }),
  ),
  fills: z.array(
    z.object({
      executionRef: z.string(),
      orderId: z.string().nullable(),
      at: z.string(),
      barDate: z.string(),
      side: z.enum(["BUY", "SELL"]),
      quantity: z.string(),
      price: z.string(),
      leg: z.enum(["entry", "stop", "target", "exit"]),
    }),
  ),
  notice: z.string().nullable(),
});

/** The sections in their order; each content is what the API tells of the same rows. */
export const SECTIONS = {
  run: z.object({
    run: SymbolRun,
    execution: Execution.extend({ parameters: StrategyParameters }),
    strategy: z.string(),
    workflow: z.unknown(),
    llm: LlmTotals,
  }),
  instrument: z
    .object({ conid: z.number(), symbol: z.string(), name: z.string(), currency: z.string() })
    .nullable(),
  /** The very bytes of the stored market data, as text. */
  bars: z.array(z.object({ artifact: Artifact, text: z.string() })),
  /** The very bytes of the pictures that the models were shown. */
  charts: z.array(z.object({ artifact: Artifact, base64: z.string() })),
  nodes: z.array(NodeEvent),
  prompts: z.array(
    z.object({
      id: z.string(),
      stage: z.string(),
      version: z.string(),
      contentHash: Sha256,
      template: z.string(),
    }),
  ),
  calls: z.array(LlmCall),
  reports: z.array(Report),
  decisions: z.array(Decision),
  verdicts: z.array(Verdict),
  approvals: z.array(Approval),
  orders: z.array(Order.extend({ events: z.array(OrderEvent) })),
  fills: z.array(Fill),
  outcome: TradeOutcome.nullable(),
  trade: z.array(TradePictureShape),
} as const;

export type SectionName = keyof typeof SECTIONS;
export type ExportContent = { [Name in SectionName]: z.output<(typeof SECTIONS)[Name]> };

export type ExportBundle = {
  format: typeof EXPORT_FORMAT;
  version: typeof EXPORT_VERSION;
  /** The program that wrote it, such as "countersign 0.1.0". */
  program: string;
  symbolRunId: string;
  /** The chain's last link: the one value to keep elsewhere. */
  head: string;
  sections: Section[];
};

type Sources = { db: Db; objects: ObjectStore; program: string };

async function bytesOf(sources: Sources, artifact: ArtifactRow): Promise<Buffer> {
  const signal = AbortSignal.timeout(READ_MS);
  return (await readArtifact(sources.db, sources.objects, { id: artifact.id, signal })).bytes;
}

async function promptsOf(db: Db, calls: readonly { promptVersionId: PromptVersionId | null }[]) {
  const ids = [...new Set(calls.flatMap((call) => call.promptVersionId ?? []))];
  return Promise.all(ids.map((id) => getPromptVersion(db, id)));
}

async function contentOf(sources: Sources, id: SymbolRunId): Promise<Record<SectionName, unknown>> {
  const { db } = sources;
  const { run, events, artifacts, orders, outcome, llm, ...rows } = await runRows(db, id);
  const of = (kind: ArtifactRow["kind"]) => artifacts.filter((artifact) => artifact.kind === kind);
  const [strategy, workflow, bars, charts, prompts, trade, instrument] = await Promise.all([
    getStrategy(db, run.execution.strategyId),
    getWorkflowVersion(db, run.execution.workflowVersionId),
    Promise.all(
      of("market_data").map(async (artifact) => ({
        artifact,
        text: (await bytesOf(sources, artifact)).toString("utf8"),
      })),
    ),
    Promise.all(
      of("chart_png").map(async (artifact) => ({
        artifact,
        base64: (await bytesOf(sources, artifact)).toString("base64"),
      })),
    ),
    promptsOf(db, rows.calls),
    tradePictures(sources, tradeFactsOf({ symbol: run.symbol, orders, outcome, ...rows }), artifacts),
    run.conid === null
      ? null
      : Promise.all(
          (["ibkr", "simulator"] as const).map((gateway) =>
            run.conid === null ? null : instrumentByConid(db, { gateway, conid: run.conid }),
          ),
        ).then((found) => found.find((one) => one !== null) ?? null),
  ]);
  return {
    run: { run, execution: run.execution, strategy: strategy.name, workflow: workflow.definition, llm },
    instrument,
    bars,
    charts,
    nodes: events,
    prompts,
    ...rows,
    orders,
    fills: orders.flatMap((order) => order.fills),
    outcome,
    trade,
  };
}

/**
 * The same run gives the same document, byte for byte, until something of it changes.
 * @throws NotFoundError `symbol_run_not_found`; InvariantError when stored bytes are not the ones that were stored
 */
export async function exportBundle(sources: Sources, id: SymbolRunId): Promise<ExportBundle> {
  const content = await contentOf(sources, id);
  // Through JSON first, so that what is hashed is what the file carries.
  const contents = (Object.keys(SECTIONS) as SectionName[]).map(
    (name) => [name, JSON.parse(JSON.stringify(SECTIONS[name].parse(content[name])))] as const,
  );
  const sections = chained(id, contents);
  return {
    format: EXPORT_FORMAT,
    version: EXPORT_VERSION,
    program: sources.program,
    symbolRunId: id,
    head: sections.at(-1)?.link ?? "",
    sections,
  };
}

/** A bundle's sections as checked values. @throws ZodError when one is not what this version writes. */
export function contentsOf(bundle: Pick<ExportBundle, "sections">): ExportContent {
  const by = new Map(bundle.sections.map((section) => [section.name, section.content]));
  return Object.fromEntries(
    (Object.keys(SECTIONS) as SectionName[]).map((name) => [name, SECTIONS[name].parse(by.get(name))]),
  ) as ExportContent;
}
