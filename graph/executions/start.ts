// Starts executions: request checked, rows and queue jobs written in one transaction. Effects: database, gateway's clock.
import { z } from "zod";
import { transaction } from "#store/database.ts";
import { InputError, NotFoundError } from "#store/model/errors.ts";
import {
  type ExecutionId,
  type Instant,
  type SessionDate,
  StrategyId,
  symbolRunId,
  type Ticker,
  type WorkflowVersionId,
} from "#store/model/ids.ts";
import { sqlState, UNIQUE_VIOLATION } from "#store/rows.ts";
import { createExecution, getExecution } from "#store/runs/executions.ts";
import { listSymbolRuns } from "#store/runs/symbol-runs.ts";
import { promptFaults } from "#store/strategies/prompt-faults.ts";
import { getStrategy, type StrategyRow, strategyByName } from "#store/strategies/strategies.ts";
import { symbolsInUse } from "#store/strategies/workflow-symbols.ts";
import { getWorkflowVersion } from "#store/strategies/workflows.ts";
import { CALENDAR_RANGE, isSession, previousSession } from "#tools/calendar.ts";
import type { DeskDeps, StartedExecution, StartOptions } from "../desk.ts";
import { ExecutionRequest } from "../execution-request.ts";
import { MAIN_SESSION } from "../gateway.ts";
import { GRAPH_VERSION } from "../state.ts";

/** The strategy that an execution takes when none is named. */
export const DEFAULT_STRATEGY = "default";

/**
 * `id`: the execution's own, given by a caller that may have to ask twice: what was started under it is answered again.
 * @throws InputError with the field at fault; NotFoundError `strategy_not_found`
 */
export async function startExecution(
  deps: DeskDeps,
  request: ExecutionRequest,
  options: StartOptions = {},
): Promise<StartedExecution> {
  const known = options.id === undefined ? null : await startedBefore(deps, options.id);
  if (known !== null) return known;
  const parsed = ExecutionRequest.safeParse(request);
  if (!parsed.success) throw badRequest(parsed.error);
  const { asOf, approval, symbols, strategy: named } = parsed.data;
  const strategy = await strategyOf(deps, named ?? DEFAULT_STRATEGY);
  if (asOf !== undefined) requireSession(asOf);
  await requirePrompts(deps, strategy.workflowVersionId);
  const id = options.id ?? (deps.newId() as ExecutionId);
  const gateway = await deps.gateways.open(asOf === undefined ? MAIN_SESSION : replaySession(asOf, id));
  const now = await gateway.marketClock.now();
  const { parameters } = strategy;
  const chosen = symbols ?? (await symbolsOf(deps, strategy));
  const symbolRunIds = chosen.map((symbol) => symbolRunId(id, symbol));
  const store = transaction(deps.database.db, async (tx) => {
    const row = await createExecution(tx, {
      id,
      strategyId: strategy.id,
      strategyVersion: strategy.version,
      workflowVersionId: strategy.workflowVersionId,
      mode: asOf === undefined ? deps.settings.mode : "replay",
      gatewaySession: gateway.session,
      accountId: gateway.accountId,
      approval: approval ?? parameters.approval,
      asOf: now.toISOString() as Instant,
      graphVersion: GRAPH_VERSION,
      dryRun: false,
      parameters,
      symbols: unique(chosen),
    });
    await options.within?.(tx, id);
    await deps.enqueue(tx, symbolRunIds);
    return row;
  });
  try {
    return { executionId: id, symbolRunIds, status: (await store).status };
  } catch (error) {
    // Two tries under one id came here at the same moment: the other one has started it.
    const other = sqlState(error) === UNIQUE_VIOLATION ? await startedBefore(deps, id) : null;
    if (other !== null) return other;
    throw error;
  }
}

async function startedBefore({ database }: DeskDeps, id: ExecutionId): Promise<StartedExecution | null> {
  const runs = await listSymbolRuns(database.db, id);
  if (runs.length === 0) return null;
  const { status } = await getExecution(database.db, id);
  return { executionId: id, symbolRunIds: runs.map((run) => run.id), status };
}

async function strategyOf(deps: DeskDeps, named: string): Promise<StrategyRow> {
  const { db } = deps.database;
  const id = StrategyId.safeParse(named);
  const strategy = id.success ? await getStrategy(db, id.data) : await strategyByName(db, named);
  if (strategy === null) {
    throw new NotFoundError("strategy_not_found", `no strategy named ${named}`, {
      facts: { field: "strategy" },
    });
  }
  return strategy;
}

/** The strategy's own symbols without those that a person has turned off. A symbol that a request names is taken as named. */
async function symbolsOf(deps: DeskDeps, { name, parameters }: StrategyRow): Promise<Ticker[]> {
  const inUse = await symbolsInUse(deps.database.db, parameters.symbols);
  if (inUse.length > 0) return inUse;
  throw new InputError("symbols_off", `every symbol of strategy ${name} is turned off in the desk's list`, {
    facts: { field: "symbols" },
  });
}

/** Told before anything is started, and not by the run that comes to the stage. */
async function requirePrompts(deps: DeskDeps, id: WorkflowVersionId): Promise<void> {
  const { db } = deps.database;
  const { definition, name, version } = await getWorkflowVersion(db, id);
  const [fault] = await promptFaults(db, definition);
  if (fault === undefined) return;
  const field = fault.path.join(".");
  throw new InputError(fault.code, `workflow ${name}, version ${version}: ${fault.message}`, {
    facts: { field },
  });
}

function requireSession(asOf: SessionDate): void {
  const { from, to } = CALENDAR_RANGE;
  if (asOf < from || asOf > to) {
    throw new InputError("calendar_out_of_range", `the exchange calendar reaches from ${from} to ${to}`, {
      facts: { field: "asOf" },
    });
  }
  if (isSession(asOf)) return;
  const before = previousSession(asOf);
  throw new InputError(
    "not_a_session",
    `the exchange was shut on ${asOf}; the session before it is ${before}`,
    {
      facts: { field: "asOf", previousSession: before },
    },
  );
}

/** A simulator session of this execution's own: what one replay trades never changes another one's account. */
function replaySession(asOf: SessionDate, id: ExecutionId): string {
  return `replay-${asOf}-${id.slice(0, 8)}`;
}

function unique(symbols: readonly Ticker[]): Ticker[] {
  return [...new Set(symbols)];
}

function badRequest(error: z.ZodError): InputError {
  const [issue] = error.issues;
  const field = issue?.path.join(".") || (issue?.code === "unrecognized_keys" ? (issue.keys[0] ?? "") : "");
  return new InputError("request_invalid", z.prettifyError(error), {
    facts: { field, issues: error.issues },
  });
}
