// `countersign gateway`: the gateway simulator as a server of its own, for desks and workers on several machines.

import path from "node:path";
import { MAIN_SESSION } from "#graph/gateway.ts";
import { InputError } from "#store/model/errors.ts";
import { serveSimulator } from "#tools/simulator/serve/serve.ts";
import { openDataFolder } from "../../compose/data-folder.ts";
import { openSimulators } from "../../compose/simulators.ts";
import { systemClock } from "../../compose/system-clock.ts";
import type { Invocation } from "../program.ts";
import { type CommonOptions, configOf } from "../session.ts";
import { openTerminal } from "../terminal.ts";

export type GatewayOptions = CommonOptions & { port: string; host: string; tls: boolean };

export async function gatewayCommand(invocation: Invocation, options: GatewayOptions): Promise<void> {
  const { port: portText, host, tls, ...common } = options;
  const port = Number(portText);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InputError("port", `--port: ${portText} is no port`);
  const config = configOf(invocation, common);
  const terminal = openTerminal(options.json);
  const folder = openDataFolder(config.dataDir);
  const simulators = await openSimulators({
    marketDataDir: config.marketDataDir,
    // A state of its own: the desk's in-process simulator may run on the same folder.
    stateDir: path.join(folder.gateway, "served"),
    ...(config.market.start === undefined ? {} : { start: config.market.start }),
    clock: systemClock,
  });
  for (const fault of simulators.faults) terminal.note(`market data: ${fault.message}`);
  const simulator = simulators.open(MAIN_SESSION);
  if (config.market.paceSeconds > 0) simulator.startPace(config.market.paceSeconds * 1000);
  const server = await serveSimulator(simulator, { host, port, tls });
  try {
    const { session } = simulator.view();
    if (terminal.json) terminal.object({ url: server.url, session, account: simulator.accountId });
    else {
      terminal.line(
        `gateway simulator at ${server.url}, market date ${session}, account ${simulator.accountId}`,
      );
      terminal.line(`use it with IBKR_GATEWAY_URL=${server.url}; move its clock with POST /_sim/next`);
    }
    await new Promise<void>((resolve) =>
      invocation.signal.addEventListener("abort", () => resolve(), { once: true }),
    );
  } finally {
    await server.close();
  }
}
