// `countersign start` and `countersign worker`: the long-lived processes. They print what they run on and park work at the end.
import { InputError, UnavailableError } from "#store/model/errors.ts";
import type { Composition } from "../../compose/composition.ts";
import { openServer } from "../../compose/http-server.ts";
import type { Invocation } from "../program.ts";
import { type CommonOptions, configOf } from "../session.ts";
import { openTerminal, type Terminal } from "../terminal.ts";

export async function startCommand(invocation: Invocation, options: CommonOptions): Promise<void> {
  const config = configOf(invocation, options);
  const terminal = openTerminal(options.json);
  // The port first: a taken one must be told before a database is started.
  const server = await openServer({ host: config.host, port: config.port });
  try {
    // The whole desk: loaded only when nothing speaks against the start.
    const { compose } = await import("../../compose/composition.ts");
    const composition = await compose(config, {
      workers: true,
      serveAt: server.url,
      tell: (line) => terminal.note(line),
      signal: invocation.signal,
    });
    try {
      server.serve(composition.fetch);
      composition.announce(server.url);
      tellWhatRuns(terminal, composition.describe(), signInLine(server.url, composition));
      for (const notice of config.notices) terminal.line(`  notice     ${notice}`);
      terminal.line("Ctrl-C stops the desk; work in hand is parked and goes on at the next start.");
      const stopped = untilAborted(invocation.signal);
      // The broker is compared with first; nobody who wants to stop waits for that.
      await Promise.race([
        tellFirstRun({ composition, url: server.url, terminal, signal: invocation.signal }),
        stopped,
      ]);
      await stopped;
      terminal.note("stopping …");
    } finally {
      await server.close();
      await composition.close();
    }
  } finally {
    await server.close();
  }
}

type FirstRun = {
  composition: Pick<Composition, "firstExecution">;
  url: string;
  terminal: Terminal;
  signal: AbortSignal;
};

async function tellFirstRun(of: FirstRun): Promise<void> {
  const { composition, url, terminal, signal } = of;
  try {
    const first = await composition.firstExecution();
    if (first === null) return;
    terminal.line(`  first run  ${first.symbols.join(", ")}: ${url}/executions/${first.executionId}`);
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    if (signal.aborted) return;
    terminal.line(`  notice     no first run: ${error.message}`);
  }
}

export async function workerCommand(invocation: Invocation, options: CommonOptions): Promise<void> {
  const config = configOf(invocation, options);
  const terminal = openTerminal(options.json);
  if (config.databaseUrl === null || config.gatewayUrl === null) {
    throw new InputError(
      "worker_needs_shared_services",
      "a worker shares database and gateway with the desk: set DATABASE_URL and IBKR_GATEWAY_URL (for the simulator: countersign gateway)",
    );
  }
  const { compose } = await import("../../compose/composition.ts");
  const composition = await compose(config, {
    workers: true,
    workerOnly: true,
    tell: (line) => terminal.note(line),
    signal: invocation.signal,
  });
  try {
    tellWhatRuns(
      terminal,
      composition.describe(),
      `worker, ${config.worker.parallelism} symbol runs at a time`,
    );
    await untilAborted(invocation.signal);
    terminal.note("stopping …");
  } finally {
    await composition.close();
  }
}

type Description = {
  mode: string;
  database: string;
  broker: string;
  model: string;
  artifacts: string;
  version: string;
};

function tellWhatRuns(terminal: Terminal, description: Description, address: string): void {
  const { version, mode, database, broker, model, artifacts } = description;
  if (terminal.json) {
    terminal.object({ ...description, address });
    return;
  }
  terminal.line(`Countersign ${version}, ${mode === "live" ? "LIVE TRADING, REAL MONEY" : "paper trading"}`);
  for (const [part, text] of Object.entries({ database, broker, model, artifacts, address })) {
    terminal.line(`  ${part.padEnd(10)} ${text}`);
  }
}

/** The token is printed once, when it was made; afterwards it stays in its file. */
function signInLine(
  url: string,
  composition: { token: string; freshToken: boolean; tokenPlace: string },
): string {
  if (composition.freshToken) return `${url}/login?token=${composition.token}`;
  return `${url} (sign-in token: ${composition.tokenPlace})`;
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
