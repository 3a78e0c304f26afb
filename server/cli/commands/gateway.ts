// `countersign gateway`: the gateway simulator as a server of its own, for desks and workers on several machines.

import path from "node:path";
import { MAIN_SESSION } from "#graph/gateway.ts";
import { InputError } from "#store/model/errors.ts";
import type { CertificateKind } from "#tools/simulator/serve/certificate.ts";
import { serveSimulator } from "#tools/simulator/serve/serve.ts";
import { openDataFolder } from "../../compose/data-folder.ts";
import { openSimulators } from "../../compose/simulators.ts";
import { systemClock } from "../../compose/system-clock.ts";
import { readSimulatorSettings } from "../../gateway/simulator-settings.ts";
import type { Invocation } from "../program.ts";
import { type CommonOptions, configOf } from "../session.ts";
import { openTerminal } from "../terminal.ts";

export type GatewayOptions = CommonOptions & {
  port: string;
  host: string;
  tls: boolean;
  certificate: CertificateKind;
  settings?: string;
};

export async function gatewayCommand(invocation: Invocation, options: GatewayOptions): Promise<void> {
  const { port: portText, host, tls, certificate, settings: file, ...common } = options;
  const port = Number(portText);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InputError("port", `--port: ${portText} is no port`);
  const config = configOf(invocation, common);
  const terminal = openTerminal(options.json);
  const settings = file === undefined ? {} : readSimulatorSettings(path.resolve(invocation.directory, file));
  // A state of its own: the desk's in-process simulator may run on the same folder.
  const stateDir = path.join(openDataFolder(config.dataDir).gateway, "served");
  const simulators = await openSimulators({
    marketDataDir: config.marketDataDir,
    stateDir,
    settings,
    ...(config.market.start === undefined ? {} : { start: config.market.start }),
    clock: systemClock,
  });
  for (const fault of simulators.faults) terminal.note(`market data: ${fault.message}`);
  const simulator = simulators.open(MAIN_SESSION);
  if (config.market.paceSeconds > 0) simulator.startPace(config.market.paceSeconds * 1000);
  const server = await serveSimulator(simulator, {
    host,
    port,
    tls,
    certificate,
    certificateFile: path.join(stateDir, `certificate-${certificate}.json`),
  });
  try {
    const { session } = simulator.view();
    const { url, fingerprint256: fingerprint } = server;
    if (terminal.json) terminal.object({ url, session, account: simulator.accountId, fingerprint });
    else {
      terminal.line(`gateway simulator at ${url}, market date ${session}, account ${simulator.accountId}`);
      terminal.line(`use it with IBKR_GATEWAY_URL=${url}; move its clock with POST /_sim/next`);
      if (fingerprint !== null)
        terminal.line(`pin it in countersign.yaml: gateway: { certificateFingerprint: "${fingerprint}" }`);
    }
    await new Promise<void>((resolve) =>
      invocation.signal.addEventListener("abort", () => resolve(), { once: true }),
    );
  } finally {
    await server.close();
  }
}
