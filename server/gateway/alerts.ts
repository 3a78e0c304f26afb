// Loss and return of the broker's session, and IBKR's penalty, as alerts that a person sees. Effects: database, log.
// Invariant: a failure to tell never stops what is told about.
import { MAIN_SESSION } from "#graph/gateway.ts";
import type { Database } from "#store/database.ts";
import { raiseAlert, raiseAlertOnce, settleStandingAlerts } from "#store/trading/alerts.ts";
import type { SessionChange } from "#tools/ibkr/session/health.ts";
import type { QueueLog } from "../jobs/queue.ts";

export type GatewayAlerts = {
  sessionChanged(session: string, change: SessionChange): void;
  /** IBKR answered 429: nothing leaves before `until`. */
  penalised(of: { session: string; address: string; until: Date }): void;
  /** All that was begun is told. */
  settled(): Promise<void>;
};

export const SESSION_LOST = "gateway_session_lost";
export const SESSION_BACK = "gateway_session_back";
export const PENALTY = "gateway_penalty";
const DESK = "the desk";

export function gatewayAlerts(database: Database, log: QueueLog): GatewayAlerts {
  // One after the other: a return must not overtake its loss.
  let last: Promise<unknown> = Promise.resolve();
  const tell = (work: () => Promise<unknown>) => {
    last = last.then(work).catch((error: unknown) => {
      log({ error: error instanceof Error ? error.message : String(error) }, "an alert was not stored");
    });
  };
  const once = (of: { level: "warning" | "alarm"; code: string; message: string; facts: unknown }) =>
    raiseAlertOnce(database.db, { ...of, orderId: null, symbolRunId: null });

  return {
    sessionChanged(session, { from, to, health }) {
      const { reason, action, code, gateway, since } = health;
      log({ session, from, to, code, reason }, "gateway session");
      // A replay's simulator lives in this process; only the desk's own broker can be lost.
      if (session !== MAIN_SESSION) return;
      const facts = { from, to, code, gateway, since };
      if (to !== "ready") {
        const message = `Broker: ${[reason, action].filter((part) => part !== null).join(" ")} No order leaves until then.`;
        tell(async () => {
          await settleStandingAlerts(database.db, SESSION_LOST, DESK);
          await once({ level: "warning", code: SESSION_LOST, message, facts });
        });
      } else
        tell(async () => {
          const lost = await settleStandingAlerts(database.db, SESSION_LOST, DESK);
          if (lost === 0) return;
          const message = `Broker: the session is back. ${reason}`;
          await raiseAlert(database.db, { level: "info", code: SESSION_BACK, message, facts });
        });
    },
    penalised({ session, address, until }) {
      const at = until.toISOString();
      const message = `Broker: ${address} answered "too many requests". Nothing is sent there before ${at}; the desk goes on by itself then.`;
      log({ session, address, until: at }, "gateway penalty");
      tell(() => once({ level: "alarm", code: PENALTY, message, facts: { address, until: at } }));
    },
    settled: async () => {
      await last;
    },
  };
}
