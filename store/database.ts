// The one way to PostgreSQL: a pool with deadlines and an error handler, and drizzle on it. Effects: network.

import { sql } from "drizzle-orm";
import {
  drizzle,
  type NodePgQueryResultHKT,
  NodePgSession,
  NodePgTransaction,
} from "drizzle-orm/node-postgres";
import { type PgDatabase, PgDialect, PgTransaction } from "drizzle-orm/pg-core";
import pg from "pg";
import { connectionFault } from "./connection-fault.ts";
import { InputError } from "./model/errors.ts";
import { prepareStatements } from "./prepared-statements.ts";

/** What every verb takes: the database, or a transaction on it. */
export type Db = PgDatabase<NodePgQueryResultHKT, Record<string, never>>;

export type Database = {
  /** With its password: never log it; `describeUrl` gives what may be shown. */
  url: string;
  pool: pg.Pool;
  db: Db;
  close(): Promise<void>;
};

export type DatabaseOptions = {
  url: string;
  /** Connections at most; default 10. */
  maxConnections?: number;
  /** Shown in pg_stat_activity; default "countersign". */
  applicationName?: string;
  /** A connection that broke while idle: reported, then replaced by the pool. */
  onIdleError?: (error: Error) => void;
};

const CONNECT_TIMEOUT_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 60_000;
const OLDEST_SERVER = 140_000;

/**
 * Connects and proves it with one round trip.
 * @throws InputError `database_url_invalid`, `database_password_wrong`, `database_missing`, `database_too_old`, `database_encoding`
 * @throws UnavailableError `database_unreachable`
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { url } = options;
  if (!/^postgres(ql)?:\/\/[^/]/.test(url) || !URL.canParse(url)) {
    throw new InputError(
      "database_url_invalid",
      "DATABASE_URL must look like postgres://user:password@host:port/name",
      {
        facts: { field: "DATABASE_URL" },
      },
    );
  }
  const pool = new pg.Pool({
    connectionString: url,
    max: options.maxConnections ?? 10,
    application_name: options.applicationName ?? "countersign",
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    // A node that dies inside a transaction must not hold its locks for ever.
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
  });
  surviveBreaks(pool, options.onIdleError);
  pool.on("connect", prepareStatements);
  try {
    await proveServer(pool);
  } catch (error) {
    await pool.end().catch(() => undefined);
    throw connectionFault(error, url);
  }
  let closing: Promise<void> | undefined;
  return {
    url,
    pool,
    db: drizzle(pool),
    close: () => {
      closing ??= pool.end();
      return closing;
    },
  };
}

/**
 * Without a listener, a connection that breaks would end the process: an idle one is heard by the pool, one that is in use by
 * nobody. Whoever uses it learns of it from the query that fails.
 */
export function surviveBreaks(pool: pg.Pool, onIdleError: (error: Error) => void = () => undefined): void {
  pool.on("error", (error) => onIdleError(error));
  pool.on("connect", (client) => {
    client.on("error", () => undefined);
  });
}

async function proveServer(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ version: string; encoding: string }>(
    "select current_setting('server_version_num') as version, current_setting('server_encoding') as encoding",
  );
  const version = Number(rows[0]?.version);
  if (!(version >= OLDEST_SERVER)) {
    throw new InputError(
      "database_too_old",
      `PostgreSQL 14 or newer is needed; the server says ${Math.floor(version / 10_000)}`,
      { facts: { field: "DATABASE_URL" } },
    );
  }
  if (rows[0]?.encoding !== "UTF8") {
    throw new InputError("database_encoding", `the database must be UTF8, not ${rows[0]?.encoding}`, {
      facts: { field: "DATABASE_URL" },
    });
  }
}

/**
 * Runs `work` in a transaction (a savepoint when already in one); any throw rolls it back.
 * @param first complete statements, such as locks, that go out with BEGIN in one round trip; each sees what had been
 * committed when the one before it was done
 */
export async function transaction<Result>(
  db: Db,
  work: (tx: Db) => Promise<Result>,
  first: readonly string[] = [],
): Promise<Result> {
  if (!("$client" in db && db.$client instanceof pg.Pool)) {
    return db.transaction(async (tx) => {
      for (const statement of first) await tx.execute(sql.raw(statement));
      return work(tx);
    });
  }
  const client = await db.$client.connect();
  let broken = false;
  try {
    await client.query(["begin", ...first].join("; "));
    const result = await work(transactionOn(client));
    await client.query("commit");
    return result;
  } catch (error) {
    // A connection that cannot even roll back is given up: nobody else must get it with a transaction on it.
    await client.query("rollback").catch(() => {
      broken = true;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

const onClients = new WeakMap<pg.PoolClient, Db>();

/** A transaction as drizzle makes it, so that one within it is a savepoint; BEGIN and COMMIT are sent by `transaction`. */
function transactionOn(client: pg.PoolClient): Db {
  const known = onClients.get(client);
  if (known !== undefined) return known;
  const dialect = new PgDialect();
  const session = new NodePgSession<Record<string, never>, Record<string, never>>(client, dialect, undefined);
  const tx: Db = new NodePgTransaction<Record<string, never>, Record<string, never>>(
    dialect,
    session,
    undefined,
  );
  onClients.set(client, tx);
  return tx;
}

/** Runs `work` in the transaction that the caller is in, or in one of its own; its failure fails the caller's as well. */
export function inTransaction<Result>(db: Db, work: (tx: Db) => Promise<Result>): Promise<Result> {
  const joined: boolean = db instanceof PgTransaction;
  return joined ? work(db) : transaction(db, work);
}
