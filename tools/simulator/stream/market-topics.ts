// `smd` and `smh`: a quote's changed fields, a history and its newest bar. They speak when the market clock moves.
import { figuresOf } from "../account/figures.ts";
import { snapshotValues } from "../quotes/fields.ts";
import { history } from "../quotes/history.ts";
import { changedFields, type Message, type Subscribe } from "./topics.ts";

/** A stream of quotes that is not asked for again ends. */
const QUOTES_END_MS = 15 * 60_000;

const textList = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);

export const quotes: Subscribe = ({ world, send }, target, options) => {
  const conid = Number(target.split("@")[0]);
  const fields = ["6119", "6509", ...textList(options.fields)];
  const until = world.clock.now().getTime() + QUOTES_END_MS;
  let sent: Message | undefined;
  const speak = () => {
    const instrument = world.market.byConid(conid);
    if (instrument === undefined || world.clock.now().getTime() >= until) return;
    const holding = world.account.holding(conid);
    const values = snapshotValues({
      instrument,
      moment: world.moment(),
      subscription: world.settings.data.subscription,
      participation: world.settings.orders.participation,
      holding: holding && figuresOf(holding, world.market, world.moment()),
    });
    const wanted = Object.fromEntries(
      fields.flatMap((field) => (field in values ? [[field, values[field]]] : [])),
    );
    const changed = changedFields(sent, wanted);
    if (Object.keys(changed).length === 0) return;
    sent = wanted;
    send({
      topic: `smd+${conid}`,
      conid,
      conidEx: String(conid),
      _updated: world.now(),
      server_id: "q0",
      ...changed,
    });
  };
  speak();
  return {
    changed: (change) => {
      if (change.clock !== undefined) speak();
    },
  };
};

/** `serverId` is what unsubscribes it. */
export const charts =
  (serverId: string): Subscribe =>
  ({ world, send }, target, options) => {
    const text = (name: string) => (typeof options[name] === "string" ? options[name] : undefined);
    const speak = (newestOnly: boolean) => {
      const instrument = world.market.byConid(Number(target));
      if (instrument === undefined) return;
      const { body } = history({
        instrument,
        moment: world.moment(),
        period: text("period") ?? "1d",
        bar: text("bar"),
        startTime: undefined,
        source: text("source"),
        subscription: world.settings.data.subscription,
        serverId,
      });
      const data = Array.isArray(body.data) ? body.data : [];
      const shown = newestOnly ? { data: data.slice(-1), serverId } : { ...body, serverId };
      send({ topic: `smh+${target}`, ...shown });
    };
    speak(false);
    return {
      changed: (change) => {
        if (change.clock !== undefined) speak(true);
      },
    };
  };
