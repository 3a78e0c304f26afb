// A desk of two years: the few real runs of its history, multiplied by SQL to 10,000 executions and 1,000,000 node events.
// Effects: database. Every document is a real one with other ids, so that the pages render it as they would any.
import { Client } from "pg";
import { derivedId } from "#store/model/ids.ts";
import { type Copying, copyRows, prepareCopying } from "./copies.ts";
import type { History } from "./history.ts";

export const SIZE = { executions: 10_000, nodeEvents: 1_000_000, symbols: 150, large: 120, pending: 12 };
/** Every so many executions one has `SIZE.large` symbols. */
const LARGE_EVERY = 170;
/** Runs whose model calls keep their whole messages: the newest. */
const VERBATIM_EXECUTIONS = 1_000;

const later = (column: string) => `t.${column} + r.later`;
const shifted = (column: string) => `t.${column} + r.shift`;
const newId = (column: string) => `pg_temp.copy_id(t.${column}, r.number)`;

/** Fills the database of a desk whose history is made; returns rows by table. */
export async function seed(url: string, history: History): Promise<Record<string, number>> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const added: Record<string, number> = {};
  const copy = async (copying: Copying) => {
    added[copying.table] = (added[copying.table] ?? 0) + (await copyRows(client, copying));
  };
  try {
    await prepareCopying(client);
    await planRuns(client, history);
    for (const copying of [...ofSymbols(), ...ofStrategies(), ...ofRuns(), ...ofOrders()])
      await copy(copying);
    await finishTrades(client);
    await failSome(client);
    await keepWaiting(client);
    await account(client);
    await client.query("reset session_replication_role");
    await client.query("vacuum analyze");
  } finally {
    await client.end();
  }
  return added;
}

/** Temporary tables: the symbols, the executions and the runs that shall be, each with the run that it repeats. */
async function planRuns(client: Client, history: History): Promise<void> {
  await client.query(
    `
    create temp table made_from as
      select kind, run.id as run_id, run.execution_id, run.symbol, run.conid, run.created_at, execution.as_of,
        (select count(*) from node_events where symbol_run_id = run.id) as events
      from unnest($1::text[], $2::uuid[]) as given (kind, id)
      join symbol_runs run on run.id = given.id join executions execution on execution.id = run.execution_id`,
    [Object.keys(history), Object.values(history)],
  );
  const { rows } = await client.query<{ kind: string; events: string }>("select kind, events from made_from");
  const events = new Map(rows.map((row) => [row.kind, Number(row.events)]));
  const large = Math.floor(SIZE.executions / LARGE_EVERY);
  const perRun = KINDS.reduce((sum, kind) => sum + (events.get(kind) ?? 0) / KINDS.length, 0);
  const small = Math.ceil((SIZE.nodeEvents / perRun - large * SIZE.large) / (SIZE.executions - large));
  await client.query(`
    create temp table wanted_symbols as
      select n as number, 'T' || lpad(n::text, 4, '0') as symbol, 900000 + n as conid
      from generate_series(0, ${SIZE.symbols - 1}) as n`);
  await client.query(`
    create temp table runs_made as
      select planned.*, origin.run_id, origin.execution_id, wanted.symbol, wanted.conid,
        pg_temp.copy_id(origin.run_id, planned.number) as made_run,
        first_value(pg_temp.copy_id(origin.execution_id, n)) over (partition by n order by ordinal) as made_execution,
        now() - (${SIZE.executions} - n + 1) * interval '90 minutes' - origin.created_at as later,
        -(${SIZE.executions} - n + 49) * interval '1 hour' as shift
      from (
        select n, ordinal, row_number() over (order by n, ordinal) as number, waits,
          case when waits then 'rejected' else
            (array[${KINDS.map((kind) => `'${kind}'`).join(", ")}])[1 + (n * 31 + ordinal * 17 + n / 7) % ${KINDS.length}]
          end as kind,
          (n * ${small} + ordinal * 7) % ${SIZE.symbols} as symbol_number
        from (
          select n::bigint, ordinal, n > ${SIZE.executions - 3} and ordinal < ${SIZE.pending / 3} as waits
          from generate_series(1, ${SIZE.executions}) as n,
            lateral generate_series(0, case when n % ${LARGE_EVERY} = 0 then ${SIZE.large} else ${small} end - 1) as ordinal
        ) counted
      ) planned
      join made_from origin using (kind) join wanted_symbols wanted on wanted.number = symbol_number`);
  await client.query("create index on runs_made (run_id)");
  await client.query("analyze runs_made");
}

/** How the runs of the history are shared out. */
const KINDS = [
  ...Array<keyof History>(5).fill("traded"),
  ...Array<keyof History>(4).fill("rejected"),
  ...Array<keyof History>(4).fill("denied"),
  ...Array<keyof History>(7).fill("held"),
];

function ofSymbols(): Copying[] {
  return [
    {
      table: "workflow_symbols",
      from: "join wanted_symbols s on t.symbol = 'AAPL'",
      set: { id: "pg_temp.copy_id(t.id, s.number)", symbol: "s.symbol", priority: "s.number % 10" },
    },
    {
      table: "instruments",
      from: "join wanted_symbols s on t.symbol = 'AAPL'",
      set: { conid: "s.conid", symbol: "s.symbol", name: "'Test company ' || s.number" },
    },
    {
      table: "bar_series",
      from: "join wanted_symbols s on t.symbol = 'AAPL'",
      set: { conid: "s.conid", symbol: "s.symbol" },
    },
    {
      table: "bars",
      from: `join bar_series real on real.id = t.series_id and real.symbol = 'AAPL'
        join bar_series copied on copied.source = real.source and copied.timeframe = real.timeframe
          and copied.conid >= 900000`,
      set: { series_id: "copied.id" },
    },
  ];
}

function ofStrategies(): Copying[] {
  const which =
    "(select strategy_id from executions where id = (select execution_id from made_from limit 1))";
  return [
    {
      table: "strategies",
      from: `join generate_series(1, 12) as number on t.id = ${which}`,
      set: { id: "pg_temp.copy_id(t.id, number)", name: "t.name || ' ' || number", version: "5" },
    },
    {
      table: "strategy_versions",
      from: `join generate_series(1, 12) as number on t.strategy_id = ${which}
        cross join generate_series(1, 5) as made`,
      set: {
        strategy_id: "pg_temp.copy_id(t.strategy_id, number)",
        version: "made",
        parameters: `jsonb_set(jsonb_set(t.parameters, '{risk,riskPerTrade}', to_jsonb('0.0' || (10 + made))),
          '{symbols}', (select jsonb_agg(symbol) from wanted_symbols where wanted_symbols.number < 20))`,
      },
    },
  ];
}

function ofRuns(): Copying[] {
  const join = (column: string) => `join runs_made r on r.run_id = t.${column}`;
  const symbolIn = (column: string) => `jsonb_set(t.${column}, '{symbol}', to_jsonb(r.symbol))`;
  const ofVerdict = `join decisions d on d.id = t.decision_id join runs_made r on r.run_id = d.symbol_run_id`;
  return [
    {
      table: "executions",
      from: "join runs_made r on r.execution_id = t.id and r.ordinal = 0",
      set: {
        id: "r.made_execution",
        strategy_id: "pg_temp.copy_id(t.strategy_id, 1 + r.n % 12)",
        strategy_version: "1 + r.n % 5",
        as_of: shifted("as_of"),
        created_at: later("created_at"),
        finished_at: `${later("created_at")} + interval '40 seconds'`,
        status: "'finished'",
        symbol_count: "(select count(*) from runs_made whole where whole.n = r.n)",
      },
      orderBy: "r.n",
    },
    {
      table: "symbol_runs",
      from: join("id"),
      set: {
        id: "r.made_run",
        execution_id: "r.made_execution",
        symbol: "r.symbol",
        conid: "r.conid",
        ordinal: "r.ordinal",
        created_at: later("created_at"),
        started_at: later("started_at"),
        finished_at: later("finished_at"),
      },
      orderBy: "r.number",
    },
    {
      table: "artifacts",
      from: `${join("symbol_run_id")} left join bar_series real on real.id = t.series_id
        left join bar_series copied on copied.conid = r.conid and copied.source = real.source
          and copied.timeframe = real.timeframe`,
      set: {
        id: newId("id"),
        symbol_run_id: "r.made_run",
        market_data_id: newId("market_data_id"),
        series_id: "coalesce(copied.id, t.series_id)",
        created_at: later("created_at"),
      },
      orderBy: "r.number",
    },
    {
      table: "llm_calls",
      from: join("symbol_run_id"),
      set: {
        id: newId("id"),
        symbol_run_id: "r.made_run",
        messages: `case when r.n > ${SIZE.executions - VERBATIM_EXECUTIONS} then t.messages else '[]'::json end`,
        created_at: later("created_at"),
      },
      orderBy: "r.number",
    },
    {
      table: "llm_call_artifacts",
      from: `join llm_calls call on call.id = t.llm_call_id join runs_made r on r.run_id = call.symbol_run_id`,
      set: { llm_call_id: newId("llm_call_id"), artifact_id: newId("artifact_id") },
    },
    {
      table: "reports",
      from: join("symbol_run_id"),
      set: {
        id: newId("id"),
        symbol_run_id: "r.made_run",
        llm_call_id: newId("llm_call_id"),
        report: symbolIn("report"),
        created_at: later("created_at"),
      },
      orderBy: "r.number",
    },
    {
      table: "decisions",
      from: join("symbol_run_id"),
      set: {
        id: newId("id"),
        symbol_run_id: "r.made_run",
        symbol: "r.symbol",
        llm_call_id: newId("llm_call_id"),
        consolidation_call_id: newId("consolidation_call_id"),
        consolidation: symbolIn("consolidation"),
        created_at: later("created_at"),
      },
      orderBy: "r.number",
    },
    {
      table: "decision_reports",
      from: `join decisions d on d.id = t.decision_id join runs_made r on r.run_id = d.symbol_run_id`,
      set: { decision_id: newId("decision_id"), report_id: newId("report_id") },
    },
    {
      table: "risk_verdicts",
      from: ofVerdict,
      set: {
        id: newId("id"),
        decision_id: newId("decision_id"),
        llm_call_id: newId("llm_call_id"),
        created_at: later("created_at"),
      },
      orderBy: "r.number",
    },
    {
      table: "risk_reservations",
      from: `join risk_verdicts v on v.id = t.verdict_id ${ofVerdict.replaceAll("t.decision_id", "v.decision_id")}`,
      set: {
        verdict_id: newId("verdict_id"),
        conid: "r.conid",
        symbol: "r.symbol",
        created_at: later("created_at"),
        released_at: later("created_at"),
        release_reason: "'run done'",
      },
    },
    {
      table: "approvals",
      from: join("symbol_run_id"),
      set: {
        id: newId("id"),
        symbol_run_id: "r.made_run",
        verdict_id: newId("verdict_id"),
        expires_at: shifted("expires_at"),
        answered_at: later("answered_at"),
        created_at: later("created_at"),
        shown: `jsonb_set(t.shown, '{decision,symbol}', to_jsonb(r.symbol)) || jsonb_build_object(
          'approvalId', ${newId("id")}, 'symbolRunId', r.made_run, 'symbol', r.symbol,
          'executionId', r.made_execution,
          'decisionId', pg_temp.copy_id((t.shown ->> 'decisionId')::uuid, r.number),
          'instrumentName', 'Test company of ' || r.symbol,
          'charts', jsonb_build_object('daily', pg_temp.copy_id((t.shown #>> '{charts,daily}')::uuid, r.number),
            'weekly', pg_temp.copy_id((t.shown #>> '{charts,weekly}')::uuid, r.number)))`,
      },
      orderBy: "r.number",
    },
    {
      table: "node_events",
      from: join("symbol_run_id"),
      set: { symbol_run_id: "r.made_run", at: later("at") },
      orderBy: "r.number, t.id",
    },
  ];
}

function ofOrders(): Copying[] {
  const made = "join runs_made r on r.run_id = t.symbol_run_id";
  const ofOrder = `join orders o on o.id = t.order_id join runs_made r on r.run_id = o.symbol_run_id`;
  const broker = (column: string) => `(t.${column}::bigint + r.number * 10)::text`;
  return [
    {
      table: "orders",
      from: made,
      set: {
        id: newId("id"),
        symbol_run_id: "r.made_run",
        verdict_id: newId("verdict_id"),
        approval_id: newId("approval_id"),
        parent_order_id: newId("parent_order_id"),
        client_order_id:
          "left(replace(t.client_order_id, 'AAPL', r.symbol), -8) || lpad(to_hex(r.number), 8, '0')",
        broker_order_id: broker("broker_order_id"),
        conid: "r.conid",
        symbol: "r.symbol",
        created_at: later("created_at"),
        updated_at: later("updated_at"),
      },
      orderBy: "r.number, t.created_at",
    },
    {
      table: "order_events",
      from: ofOrder,
      set: { order_id: newId("order_id"), at: shifted("at"), recorded_at: later("recorded_at") },
      orderBy: "r.number, t.id",
    },
    {
      table: "fills",
      from: ofOrder,
      set: {
        execution_ref: "t.execution_key || r.number || '.01'",
        execution_key: "t.execution_key || r.number",
        order_id: newId("order_id"),
        broker_order_id: broker("broker_order_id"),
        client_order_id: "null",
        conid: "r.conid",
        symbol: "r.symbol",
        at: shifted("at"),
        created_at: later("created_at"),
      },
      orderBy: "r.number",
    },
  ];
}

/** The real trade's stop and target still work; in its copies one of them has closed the position. */
async function finishTrades(client: Client): Promise<void> {
  await client.query(`
    create temp table closing as
      select o.id, o.leg, o.status, o.created_at, o.conid, o.symbol, o.side, o.quantity, o.broker_order_id,
        o.account_id, o.currency, coalesce(o.limit_price, o.stop_price) as price, entry.at + interval '20 hours' as at,
        entry.created_at + interval '3 minutes' as recorded_at,
        (hashtext(o.parent_order_id::text) % 2 = 0) = (o.leg = 'stop') as fills
      from orders o join fills entry on entry.order_id = o.parent_order_id
      where o.conid >= 900000 and o.leg in ('stop', 'target')`);
  await client.query(`
    update orders set status = case when fills then 'FILLED' else 'CANCELED' end,
      filled_quantity = case when fills then orders.quantity else 0 end,
      average_fill_price = case when fills then price end, updated_at = recorded_at
    from closing where closing.id = orders.id`);
  await client.query(`
    insert into order_events (order_id, kind, from_status, to_status, at, details, recorded_at)
    select id, case when fills then 'filled' else 'canceled' end, status,
      case when fills then 'FILLED' else 'CANCELED' end, at, '{"broker": "as stated"}', recorded_at from closing`);
  await client.query(`
    insert into fills (execution_ref, execution_key, correction, order_id, broker_order_id, account_id, conid, symbol,
      side, quantity, price, commission, currency, at, created_at)
    select 'closing.' || broker_order_id || '.01', 'closing.' || broker_order_id, 1, id, broker_order_id, account_id,
      conid, symbol, side, quantity, price, 1, currency, at, recorded_at from closing where fills`);
}

/** A tenth of the runs that had nothing to do failed or found nothing grounded instead. */
async function failSome(client: Client): Promise<void> {
  await client.query(`
    update symbol_runs set status = case when r.number % 2 = 0 then 'failed' else 'abstained' end,
      error = '{"code": "model_unusable", "message": "The model gave no usable answer.", "retryable": false}'
    from runs_made r where symbol_runs.id = r.made_run and r.kind = 'held' and r.n % 10 = 3`);
}

/** The newest questions are still open: as they stood before the answer, with the ids that the desk would give them. */
async function keepWaiting(client: Client): Promise<void> {
  const { rows } = await client.query<{ run: string; approval: string }>(`
    select approvals.symbol_run_id as run, approvals.id as approval from approvals
    join runs_made r on approvals.symbol_run_id = r.made_run where r.waits`);
  for (const { run, approval } of rows) {
    const asked = derivedId("approval", run, 0);
    await client.query(
      `update approvals set id = $2::uuid, status = 'pending', answered_by = null, answered_at = null, channel = null,
         reason = null, edit = null, expires_at = '2099-12-31', created_at = now(),
         shown = shown || jsonb_build_object('approvalId', $2::uuid, 'expiresAt', '2099-12-31T00:00:00.000Z')
       where id = $1`,
      [approval, asked],
    );
    await client.query(
      `delete from node_events where symbol_run_id = $1 and id > (
         select min(id) from node_events where symbol_run_id = $1 and node = 'approval' and kind = 'waiting')`,
      [run],
    );
    await client.query(
      "update symbol_runs set status = 'waiting_approval', finished_at = null where id = $1",
      [run],
    );
    await client.query(
      `update executions set status = 'waiting', finished_at = null
       where id = (select execution_id from symbol_runs where id = $1)`,
      [run],
    );
  }
}

/** What the account shows: years of statements, held positions, alerts old and new, changes of the trading state. */
async function account(client: Client): Promise<void> {
  await client.query(`
    insert into portfolio_snapshots (account_id, currency, net_liquidation, total_cash, available_funds, buying_power,
      gross_position_value, at)
    select account_id, currency, net_liquidation + round((sin(n / 900.0) * 4000 + n * 0.6)::numeric, 2), total_cash,
      available_funds, buying_power, gross_position_value + n % 9000, at - (50001 - n) * interval '20 minutes'
    from (select * from portfolio_snapshots order by at, id limit 1) as first, generate_series(1, 50000) as n`);
  await client.query(`
    insert into positions (account_id, conid, symbol, quantity, average_cost, market_price, market_value, realized_pnl,
      unrealized_pnl, currency, at)
    select account_id, wanted.conid, wanted.symbol, 10 + number, 170, 172.5, 172.5 * (10 + number), 0,
      2.5 * (10 + number), currency, at + interval '80 years'
    from (select * from portfolio_snapshots order by at desc limit 1) as newest, wanted_symbols wanted
    where number < 25`);
  await client.query(`
    insert into alerts (level, code, message, facts, symbol_run_id, created_at, acknowledged_at, acknowledged_by)
    select (array['info', 'warning', 'alarm'])[1 + n % 3], 'position_mismatch', 'Desk and broker disagree about T0' || n,
      '{}', null, now() - (2001 - n) * interval '5 hours',
      case when n < 1980 then now() - (2000 - n) * interval '5 hours' end, case when n < 1980 then 'admin' end
    from generate_series(1, 2000) as n`);
  await client.query(`
    insert into trading_states (state, reason, who, at)
    select case n % 2 when 0 then 'ACTIVE' else 'HALTED' end, 'A pause.', 'admin', now() - (301 - n) * interval '1 day'
    from generate_series(1, 300) as n`);
  await client.query(`
    insert into live_events (topic, execution_id, symbol_run_id, facts, at)
    select 'run', run.execution_id, run.id, jsonb_build_object('symbol', run.symbol, 'status', step), run.created_at
    from symbol_runs run, unnest(array['queued', 'running', 'done']) as step where run.conid >= 900000`);
}
