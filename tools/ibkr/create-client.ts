// Builds the IBKR client from its parts. Effects: only those of the given transport, pacing and clocks.
import { createAccount } from "./account/account.ts";
import type { IbkrClient, IbkrClientOptions, IbkrTiming } from "./client.ts";
import { createInstruments } from "./instruments/resolve.ts";
import { history } from "./market/history.ts";
import { createQuotes } from "./market/snapshots.ts";
import { createOrderReading } from "./orders/reading.ts";
import { createOrderRequests } from "./orders/requests.ts";
import { PENALTY_MS } from "./pacing/limits.ts";
import { createSessionKeeper, type SessionKeeper } from "./session/keeper.ts";
import { type Calls, createCalls, sleep } from "./wire/calls.ts";
import { oneAtATime } from "./wire/flight.ts";

export const DEFAULT_TIMING: IbkrTiming = {
  provenForMs: 60_000,
  readDeadlineMs: 10_000,
  orderDeadlineMs: 15_000,
  historyDeadlineMs: 20_000,
  pollMs: 300,
  retryMs: 500,
  gatherMs: 5,
  penaltyMs: PENALTY_MS,
  sleep,
};

export function createIbkrClient(options: IbkrClientOptions): IbkrClient {
  const timing = { ...DEFAULT_TIMING, ...options.timing };
  // Calls report to the keeper and the keeper calls: the cycle is closed by the two arrow functions.
  const calls: Calls = createCalls({
    transport: options.transport,
    pacing: options.pacing,
    clock: options.clock,
    timing,
    events: {
      proven: (ms) => keeper.proven(ms),
      recover: async (code, signal) => {
        keeper.lost(code);
        await keeper.ensureReady(signal);
      },
    },
  });
  const keeper: SessionKeeper = createSessionKeeper(
    { ...options, timing, takeOver: options.takeOver ?? false },
    () => calls,
  );
  const { gatewayKind, session, marketClock } = options;
  const ready = keeper.ensureReady;
  const reading = { calls, timing, marketClock, ready };
  const instruments = createInstruments({ calls, gatewayKind, ready });
  const quote = createQuotes(reading);
  const account = createAccount({ calls, ready });
  const orderParts = {
    calls,
    timing,
    ready,
    sessionLost: keeper.lost,
    exclusively: options.orderLock ?? oneAtATime(),
    currencyOf: instruments.currencyOf,
  };

  return {
    gatewayKind,
    session,
    address: options.transport.address,
    ensureReady: ready,
    health: keeper.health,
    check: keeper.check,
    keepAlive: keeper.keepAlive,
    resolveStock: instruments.resolveStock,
    confirmConid: instruments.confirmConid,
    history: (request) => history({ ...reading, gatewayKind, session }, request),
    quote: (instrument, signal) => quote(instrument.conid, signal),
    summary: account.summary,
    ledger: account.ledger,
    positions: account.positions,
    orders: { ...createOrderRequests(orderParts), ...createOrderReading(orderParts) },
    close: () => options.transport.close(),
  };
}
