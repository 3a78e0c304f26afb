// What all fills of an instrument came to, kept in memory until one of them changes: two years of trades are matched once,
// not at every look. Effects: database reads. Invariant: a change that was committed before a question is in its answer.
import { setImmediate as breathe } from "node:timers/promises";
import { sql } from "drizzle-orm";
import type { Db } from "../database.ts";
import type { AccountId, Conid, OrderId } from "../model/ids.ts";
import type { DecimalString } from "../model/money.ts";
import type { TradeOutcome } from "../model/trade.ts";
import { only } from "../rows.ts";

export type Marks = ReadonlyMap<Conid, DecimalString | null>;
type Load = (conids: readonly Conid[]) => Promise<Map<Conid, TradeOutcome[]>>;
type Valued = (trades: readonly TradeOutcome[], marks: Marks) => TradeOutcome[];

/** Instruments that are matched at once; between them the process turns to others. */
const AT_ONCE = 4;
/** Sets of instruments whose trades are kept as one list. */
const MOST_LISTS = 16;

class OutcomeBook {
  readonly #db: Db;
  readonly #accountId: AccountId;
  readonly #groups = new Map<Conid, Promise<TradeOutcome[]>>();
  /** All instruments with fills, once they have been asked for. */
  #instruments: Set<Conid> | null = null;
  /** Transactions from this one on may not have been seen yet; null: nothing has been read. */
  #unseenFrom: string | null = null;
  #names = "";
  readonly #valued = new WeakMap<readonly TradeOutcome[], { marks: string; trades: TradeOutcome[] }>();
  readonly #lists = new Map<string, { groups: readonly TradeOutcome[][]; flat: readonly TradeOutcome[] }>();

  constructor(db: Db, accountId: AccountId) {
    this.#db = db;
    this.#accountId = accountId;
  }

  /** The trades of these instruments, or of all; the same array as long as nothing in it has changed. */
  async read(conids: readonly Conid[] | null, load: Load): Promise<readonly TradeOutcome[]> {
    const groups = await this.#read(conids, load);
    return this.#listed(conids === null ? "all" : groups.name, groups.trades);
  }

  /** Those of these entries that are trades of these instruments: years of others are not gone through. */
  async find(entries: readonly OrderId[], conids: readonly Conid[], load: Load): Promise<TradeOutcome[]> {
    const { trades } = await this.#read(conids, load);
    const found = trades.map((group) => byEntry(group));
    return [...new Set(entries)].flatMap((id) => found.flatMap((group) => group.get(id) ?? []));
  }

  async #read(conids: readonly Conid[] | null, load: Load) {
    await this.#forgetChanged(conids === null);
    const wanted = [...new Set(conids ?? this.#instruments ?? [])];
    const missing = wanted.filter((conid) => !this.#groups.has(conid));
    for (let at = 0; at < missing.length; at += AT_ONCE) {
      const some = missing.slice(at, at + AT_ONCE);
      const loaded = load(some);
      for (const conid of some) this.#keep(conid, loaded);
      await loaded;
      await breathe();
    }
    const trades = await Promise.all(wanted.map((conid) => this.#groups.get(conid) ?? []));
    return { name: wanted.join(), trades };
  }

  #listed(name: string, groups: readonly TradeOutcome[][]): readonly TradeOutcome[] {
    const known = this.#lists.get(name);
    if (known?.groups.length === groups.length && groups.every((group, at) => group === known.groups[at]))
      return known.flat;
    const flat = groups.flat();
    this.#lists.delete(name);
    this.#lists.set(name, { groups, flat });
    const [oldest] = this.#lists.keys();
    if (this.#lists.size > MOST_LISTS && oldest !== undefined) this.#lists.delete(oldest);
    return flat;
  }

  /** Trades that were read, with today's marks; the same array as long as trades and marks are the same. */
  valued(traded: readonly TradeOutcome[], marks: Marks, valued: Valued): readonly TradeOutcome[] {
    const text = JSON.stringify([...marks]);
    const known = this.#valued.get(traded);
    if (known?.marks === text) return known.trades;
    const trades = valued(traded, marks);
    this.#valued.set(traded, { marks: text, trades });
    return trades;
  }

  #keep(conid: Conid, loaded: ReturnType<Load>): void {
    const group = loaded.then((groups) => groups.get(conid) ?? []);
    this.#groups.set(conid, group);
    group.catch(() => {
      if (this.#groups.get(conid) === group) this.#groups.delete(conid);
    });
  }

  /**
   * Every fill carries the transaction that last wrote it. What the last look could not see was written by a transaction
   * that had not ended then, and none of those is older than the oldest that was running.
   */
  async #forgetChanged(all: boolean): Promise<void> {
    const since = this.#unseenFrom;
    const list = all && this.#instruments === null;
    const result = await this.#db.execute<{
      running: string;
      changed: string[] | null;
      instruments: string[] | null;
      names: string;
    }>(sql`
      select pg_snapshot_xmin(pg_current_snapshot())::text as running,
        case when ${since}::xid8 is null then null else (select array_agg(distinct conid::text) from fills
          where changed_in >= ${since}::xid8 and account_id = ${this.#accountId}) end as changed,
        case when ${list}::boolean then (select array_agg(distinct conid::text) from fills
          where account_id = ${this.#accountId}) end as instruments,
        coalesce((select string_agg(id || name, '|' order by id) from strategies), '') as names`);
    const { running, changed, instruments, names } = only(result.rows, "looking for changed fills");
    // Of looks that overtake each other the oldest mark holds: to read once more is never wrong.
    const mark = this.#unseenFrom;
    if (mark === since || mark === null || BigInt(running) < BigInt(mark)) this.#unseenFrom = running;
    if (names !== this.#names) this.#groups.clear();
    this.#names = names;
    for (const text of changed ?? []) {
      const conid = Number(text) as Conid;
      this.#groups.delete(conid);
      this.#instruments?.add(conid);
    }
    if (instruments !== null || (list && this.#instruments === null))
      this.#instruments = new Set((instruments ?? []).map((text) => Number(text) as Conid));
  }
}

const indexed = new WeakMap<readonly TradeOutcome[], ReadonlyMap<OrderId, TradeOutcome>>();

function byEntry(group: readonly TradeOutcome[]): ReadonlyMap<OrderId, TradeOutcome> {
  const known = indexed.get(group) ?? new Map(group.map((trade) => [trade.entryOrderId, trade]));
  indexed.set(group, known);
  return known;
}

const books = new WeakMap<Db, Map<AccountId, OutcomeBook>>();

/** The book of an account in this database; a transaction has one of its own for as long as it lasts. */
export function bookOf(db: Db, accountId: AccountId, load: Load) {
  const accounts = books.get(db) ?? new Map<AccountId, OutcomeBook>();
  books.set(db, accounts);
  const book = accounts.get(accountId) ?? new OutcomeBook(db, accountId);
  accounts.set(accountId, book);
  return {
    read: (conids: readonly Conid[] | null) => book.read(conids, load),
    find: (entries: readonly OrderId[], conids: readonly Conid[]) => book.find(entries, conids, load),
    valued: (traded: readonly TradeOutcome[], marks: Marks, valued: Valued) =>
      book.valued(traded, marks, valued),
  };
}
