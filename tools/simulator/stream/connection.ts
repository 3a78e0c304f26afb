// One websocket connection, apart from the socket: greeting, heartbeat, subscriptions.
// Whatever arrives before the greeting is lost; without a login there is no greeting and the socket stays silent.
import { brokerageAccounts } from "../account/brokerage-routes.ts";
import type { OrderLists } from "../orders/reading/lists.ts";
import { authStatus } from "../session/routes.ts";
import type { World } from "../world.ts";
import { accountLedger, profitAndLoss, summary } from "./account-topics.ts";
import { charts, quotes } from "./market-topics.ts";
import { orders, trades } from "./order-topics.ts";
import { type Message, parseOptions, type Subscribe, type Subscription } from "./topics.ts";

export type StreamConnection = {
  /** A text from the client. */
  receive(text: string): void;
  close(): void;
};

export type Connect = (send: (text: string) => void) => StreamConnection;

const HEARTBEAT_MS = 10_000;

const SUBSCRIBE: Readonly<Record<string, Subscribe>> = {
  smd: quotes,
  sor: orders,
  str: trades,
  spl: profitAndLoss,
  ssd: summary,
  sld: accountLedger,
};

/** Unsubscribing, by the topic that ends; some say so. */
const UNSUBSCRIBE: Readonly<Record<string, { topic: string; answer?: Message }>> = {
  umd: { topic: "smd" },
  uor: { topic: "sor" },
  utr: { topic: "str" },
  upl: { topic: "spl" },
  usd: { topic: "ssd", answer: { result: "unsubscribed from summary" } },
  uld: { topic: "sld", answer: { result: "unsubscribed from ledger" } },
};

/** `smd+265598+{"fields":["31"]}`, `sor+{}`, `upl{}`, `tic`. */
function parse(text: string): { topic: string; target: string; options: Record<string, unknown> } {
  const topic = text.slice(0, 3);
  const rest = text.slice(3).replace(/^\+/, "");
  const brace = rest.indexOf("{");
  const target = (brace < 0 ? rest : rest.slice(0, brace)).replace(/\+$/, "");
  return { topic, target, options: parseOptions(brace < 0 ? "" : rest.slice(brace)) };
}

export function createConnect(world: World, lists: OrderLists): Connect {
  let histories = 7_000_000;
  return (sendText) => {
    const subscriptions = new Map<string, Subscription>();
    const timers = new Set<NodeJS.Timeout>();
    let greeted = false;
    const send = (message: Message) => sendText(JSON.stringify(message));
    const later = (ms: number, call: () => void) => {
      const timer = setTimeout(() => {
        timers.delete(timer);
        call();
      }, ms).unref();
      timers.add(timer);
    };

    const sts = () => send({ topic: "sts", args: { ...authStatus(world), fail: "" } });
    const beat = () => {
      send({ topic: "system", hb: world.clock.now().getTime() });
      later(HEARTBEAT_MS, beat);
    };
    later(world.settings.session.streamGreetingMs, () => {
      if (world.session.login() !== "in") return;
      greeted = true;
      const { isPaper } = brokerageAccounts(world);
      send({ topic: "system", success: `sim${world.accountId.toLowerCase()}`, isFT: false, isPaper });
      send({ topic: "act", args: brokerageAccounts(world) });
      sts();
      later(HEARTBEAT_MS, beat);
    });

    const stopChanges = world.store.onChange((change) => {
      for (const one of subscriptions.values()) one.changed?.(change);
    });
    const stopLosses = world.session.onBridgeLost(() => {
      if (greeted) sts();
    });

    const subscribe = (topic: string, target: string, options: Record<string, unknown>) => {
      histories += 1;
      const serverId = String(histories);
      const create = topic === "smh" ? charts(serverId) : SUBSCRIBE[topic];
      if (create === undefined) return send({ error: `Topic unknown ${topic}`, code: 1 });
      const key = topic === "smh" ? serverId : `${topic}+${target}`;
      subscriptions.set(key, create({ world, lists, send, later }, target, options));
    };

    return {
      receive: (text) => {
        if (!greeted) return;
        const { topic, target, options } = parse(text);
        if (text === "tic" || topic === "tic") {
          world.session.touch();
          const lastAccessed = world.session.lastAccessed();
          send({ topic: "tic", alive: true, id: world.session.token(), lastAccessed });
        } else if (text === "ech+hb") sendText(text);
        else if (topic === "umh") {
          subscriptions.delete(target);
          send({ message: `Unsubscribed ${target}` });
        } else {
          const ending = UNSUBSCRIBE[topic];
          if (ending === undefined) subscribe(topic, target, options);
          else {
            subscriptions.delete(`${ending.topic}+${target}`);
            if (ending.answer !== undefined) send(ending.answer);
          }
        }
      },
      close: () => {
        stopChanges();
        stopLosses();
        for (const timer of timers) clearTimeout(timer);
      },
    };
  };
}
