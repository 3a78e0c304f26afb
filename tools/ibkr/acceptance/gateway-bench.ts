// The bench of a gateway that nobody has a hand on: a real one. Effects: those of the clients that `create` makes.
import { ClientOrderId, type Ticker } from "#store/model/ids.ts";
import type { IbkrClient } from "../client.ts";
import { sleep } from "../wire/calls.ts";
import type { AcceptanceBench } from "./bench.ts";

/** How client order ids of acceptance orders begin, so that they can be told from the desk's. */
export const ACCEPTANCE_PREFIX = "CS-acceptance-";

export type GatewayBenchOptions = {
  /** A client on the gateway, all of them on one pacing budget; the options override the desk's own. */
  create(options: Parameters<AcceptanceBench["another"]>[0]): IbkrClient;
  symbol: Ticker;
  /** A new random id per call: client order ids must never repeat at the broker. */
  newId(): string;
  /** Between two looks (ms); real time when absent. */
  wait?(ms: number): Promise<void>;
  signal?: AbortSignal;
};

/** For `countersign doctor --acceptance`. */
export function gatewayBench(options: GatewayBenchOptions): AcceptanceBench {
  return {
    client: options.create({}),
    another: options.create,
    symbol: options.symbol,
    clientOrderId: (leg) => ClientOrderId.parse(`${ACCEPTANCE_PREFIX}${leg}-${options.newId()}`.slice(0, 64)),
    control: null,
    wait: options.wait ?? ((ms) => sleep(ms, options.signal)),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  };
}
