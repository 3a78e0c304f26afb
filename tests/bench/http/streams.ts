// Two hundred readers of live events at once while the desk works; some lose their connection and come again where they
// were. What counts is whether each of them was told every number that the database has.
import type { IncomingMessage } from "node:http";
import { performance } from "node:perf_hooks";
import type { Database } from "#store/database.ts";
import { callDesk, type DeskProcess } from "#tests/support/desk-process.ts";
import { processCpuMs } from "../process-cpu.ts";
import { quantile } from "./measure.ts";
import type { Reader } from "./reader.ts";

export type StreamFigures = {
  clients: number;
  reconnected: number;
  events: number;
  /** Numbers that some client was not told, over all clients. */
  lost: number;
  /** Between an event's own time in the database and its arrival, at the 99th percentile. */
  delayP99: number;
  cpuMs: number;
};

const CUT = 40;
const EXECUTIONS = 4;
const SETTLE_MS = 30_000;

class Follower {
  readonly heard = new Set<number>();
  readonly delays: number[] = [];
  readonly #reader: Reader;
  readonly #start: number;
  #last: number;
  #answer: IncomingMessage | undefined;
  #rest = "";

  constructor(reader: Reader, after: number) {
    this.#reader = reader;
    this.#start = after;
    this.#last = after;
  }

  async follow(resumed = false): Promise<void> {
    const headers: Record<string, string> = { accept: "text/event-stream" };
    if (resumed) headers["last-event-id"] = String(this.#last);
    const answer = await this.#reader.open(`/api/events?after=${this.#last}`, headers);
    if (answer.statusCode !== 200) throw new Error(`the event stream answers ${answer.statusCode}`);
    this.#answer = answer;
    this.#rest = "";
    answer.on("error", () => undefined);
    answer.setEncoding("utf8").on("data", (text: string) => this.#take(text));
  }

  leave(): void {
    this.#answer?.destroy();
  }

  #take(text: string): void {
    const frames = `${this.#rest}${text}`.split("\n\n");
    this.#rest = frames.pop() ?? "";
    for (const frame of frames) {
      const id = /^id: (\d+)$/m.exec(frame)?.[1];
      if (id === undefined) continue;
      const number = Number(id);
      const at = /"at":"([^"]+)"/.exec(frame)?.[1];
      // A stream begins a little before the number it was asked for; what was there already is not late.
      if (at !== undefined && number > this.#start && !this.heard.has(number))
        this.delays.push(Date.now() - Date.parse(at));
      this.heard.add(number);
      this.#last = Math.max(this.#last, number);
    }
  }
}

export async function measureStreams(
  readers: readonly Reader[],
  of: { clients: number; desk: DeskProcess; database: Database },
): Promise<StreamFigures> {
  const { clients, desk, database } = of;
  const numbers = async (after: number): Promise<number[]> => {
    const { rows } = await database.pool.query<{ id: string }>(
      "select id from node_events where id > $1 union all select id from live_events where id > $1",
      [after],
    );
    return rows.map((row) => Number(row.id));
  };
  const { rows } = await database.pool.query<{ id: string }>(
    "select greatest((select max(id) from node_events), (select max(id) from live_events)) as id",
  );
  const start = Number(rows[0]?.id);
  const followers = Array.from({ length: clients }, (_, index) => {
    const reader = readers[index % readers.length];
    if (reader === undefined) throw new Error("no readers");
    return new Follower(reader, start);
  });
  await Promise.all(followers.map((follower) => follower.follow()));
  const before = processCpuMs(desk.pid);
  const request = { symbols: ["AAPL", "SPX"], approval: "never" };
  for (let number = 0; number < EXECUTIONS; number += 1) {
    await callDesk(desk.url, "POST", "/api/executions", request);
    // In the middle of the work some lose their connection and come again.
    if (number !== 1) continue;
    for (const follower of followers.slice(0, CUT)) follower.leave();
    await Promise.all(followers.slice(0, CUT).map((follower) => follower.follow(true)));
  }
  const made = await allHeard(followers, () => numbers(start), database);
  const lost = followers.reduce((sum, { heard }) => sum + made.filter((id) => !heard.has(id)).length, 0);
  const cpuMs = processCpuMs(desk.pid) - before;
  const delays = followers.slice(CUT).flatMap((follower) => follower.delays);
  for (const follower of followers) follower.leave();
  return { clients, reconnected: CUT, events: made.length, lost, delayP99: quantile(delays, 0.99), cpuMs };
}

/** Waits until the executions are over and every follower has all numbers, or for so long that the rest is lost. */
async function allHeard(
  followers: readonly Follower[],
  numbers: () => Promise<number[]>,
  database: Database,
): Promise<number[]> {
  for (const end = performance.now() + SETTLE_MS; ; ) {
    const { rows } = await database.pool.query<{ busy: number }>(
      "select count(*)::int as busy from symbol_runs where status in ('queued', 'running')",
    );
    const made = await numbers();
    const missing = followers.some(({ heard }) => made.some((id) => !heard.has(id)));
    if ((rows[0]?.busy === 0 && !missing) || performance.now() > end) return made;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
