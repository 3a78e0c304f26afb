// What an acceptance case works with: a client, and for simulators a hand on the gateway itself. Types and expectations.
import type { AccountId, ClientOrderId, OrderLeg, SessionDate, Ticker } from "#store/model/ids.ts";
import type { IbkrClient, IbkrClientOptions } from "../client.ts";

export type AcceptanceArea = "session" | "data" | "orders" | "answers" | "questions" | "faults" | "reading";

/** reads: looks only. trades: places orders and takes them back. simulator: needs a hand on the gateway. */
export type AcceptanceNeeds = "reads" | "trades" | "simulator";

export type AcceptanceCase = {
  number: number;
  area: AcceptanceArea;
  /** What the gateway and the client together must do. */
  title: string;
  needs: AcceptanceNeeds;
  /** Settings of the simulator that the case wants; null for its defaults. */
  simulator?: Readonly<Record<string, unknown>>;
  /** Deadlines of a fraction of a second: for cases in which the gateway never answers. */
  impatient?: true;
  run(bench: AcceptanceBench): Promise<void>;
};

/** The simulator's control calls, as far as cases need them. */
export type GatewayControl = {
  fault(rule: { kind: string; method?: string; path?: string; times?: number; skip?: number }): Promise<void>;
  loseSession(how: "login" | "bridge" | "competing"): Promise<void>;
  logIn(): Promise<void>;
  /** Goes on by sessions. */
  next(sessions?: number): Promise<void>;
  /** Into the next session, which stays open. */
  open(): Promise<void>;
  /** Restarts the account and the market clock. */
  restart(of: { start: SessionDate; cash?: number }): Promise<void>;
  /** Lets time pass at the gateway (ms). */
  pass(ms: number): Promise<void>;
  /** Requests received, as "METHOD path". */
  received(): Promise<{ call: string; query: string; body: string }[]>;
  /** Orders that the broker ever took. */
  ordersSeen(): Promise<number>;
  breaches(): Promise<number>;
};

export type AcceptanceBench = {
  client: IbkrClient;
  /** Another client on the same gateway and pacing budget. */
  another(
    options: Partial<Pick<IbkrClientOptions, "accountId" | "requirePaper" | "takeOver" | "onSessionChange">>,
  ): IbkrClient;
  /** A liquid US stock that the gateway has bars for. */
  symbol: Ticker;
  /** Fresh, never used before. */
  clientOrderId(leg: OrderLeg): ClientOrderId;
  /** Null at a real gateway. */
  control: GatewayControl | null;
  /** Between two looks (ms). */
  wait(ms: number): Promise<void>;
  signal?: AbortSignal;
};

/** A case that did not hold: what was expected and what was. */
export class AcceptanceFailure extends Error {}

export function expectThat(holds: boolean, what: string): asserts holds {
  if (!holds) throw new AcceptanceFailure(what);
}

export function expectEqual(actual: unknown, expected: unknown, what: string): void {
  const [is, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  expectThat(is === wanted, `${what}: expected ${wanted}, was ${is}`);
}

/** The call fails with this code. */
export async function expectCode(
  call: Promise<unknown>,
  codes: string | readonly string[],
  what: string,
): Promise<void> {
  const wanted = typeof codes === "string" ? [codes] : codes;
  let code = "nothing (it succeeded)";
  try {
    await call;
  } catch (error) {
    code =
      typeof error === "object" && error !== null && "code" in error ? String(error.code) : String(error);
  }
  expectThat(wanted.includes(code), `${what}: expected ${wanted.join(" or ")}, was ${code}`);
}

export function controlOf(bench: AcceptanceBench): GatewayControl {
  expectThat(bench.control !== null, "this case needs a simulator");
  return bench.control;
}

export function accountIdOf(text: string): AccountId {
  return text as AccountId;
}
