// No run reaches the main broker before orders, fills and positions were compared with it once since the start.
import { type GatewayRegistry, MAIN_SESSION } from "#graph/gateway.ts";
import { UnavailableError } from "#store/model/errors.ts";

export type ReconciledFirst = {
  /** For the desk: `open` of the main session waits for the first reconciliation. */
  gateways: GatewayRegistry;
  /** To be called after each reconciliation that came to its end. */
  proven(): void;
};

/** @param reconcile one round; whether it succeeded is told by `proven` */
export function reconciledFirst(gateways: GatewayRegistry, reconcile: () => Promise<void>): ReconciledFirst {
  let proven = false;
  let round: Promise<void> | null = null;
  const oneRound = () => {
    round ??= reconcile().finally(() => {
      round = null;
    });
    return round;
  };
  return {
    gateways: {
      async open(session) {
        const gateway = await gateways.open(session); // a gateway that is down says so itself
        if (session !== MAIN_SESSION || proven) return gateway;
        await oneRound();
        if (proven) return gateway;
        throw new UnavailableError(
          "not_reconciled",
          "orders and positions could not be compared with the broker since the start; the log has the cause",
        );
      },
    },
    proven: () => {
      proven = true;
    },
  };
}
