// Connects a command to the desk: the one that runs on this data folder, or one composed in this process for its duration.
import { adminToken, announcedDesk } from "../compose/data-folder.ts";
import { newToken } from "../compose/system-clock.ts";
import { type Config, loadConfig } from "../config/config.ts";
import { type DeskApi, deskApi } from "./desk-api.ts";
import type { Invocation } from "./program.ts";
import { openTerminal, type Terminal } from "./terminal.ts";

export type CommonOptions = { json: boolean; config?: string; live?: boolean; port?: string; host?: string };

export function configOf(invocation: Invocation, options: CommonOptions): Config {
  return loadConfig({
    variables: invocation.variables,
    directory: invocation.directory,
    flags: {
      live: options.live ?? false,
      ...(options.config === undefined ? {} : { configFile: options.config }),
      ...(options.port === undefined ? {} : { port: options.port }),
      ...(options.host === undefined ? {} : { host: options.host }),
    },
  });
}

export type Connected = { api: DeskApi; terminal: Terminal; config: Config };

/**
 * Runs `body` against the desk. Where none runs on this data folder, one is composed here without listening on a port;
 * its workers take jobs while the body waits, and what is left is parked at the end.
 */
export async function withDesk<Result>(
  invocation: Invocation,
  options: CommonOptions,
  body: (desk: Connected) => Promise<Result>,
): Promise<Result> {
  const config = configOf(invocation, options);
  const terminal = openTerminal(options.json);
  const running = await runningDesk(config);
  if (running !== null) {
    const { token } = adminToken(config.dataDir, config.adminToken, newToken);
    const api = deskApi({
      base: running,
      token,
      fetch: (request) => fetch(request),
      signal: invocation.signal,
    });
    return body({ api, terminal, config });
  }
  const { compose } = await import("../compose/composition.ts"); // the whole desk: loaded only where none runs
  const composition = await compose(config, { workers: true, tell: (line) => terminal.note(line) });
  try {
    const api = deskApi({
      base: "http://desk.invalid",
      token: composition.token,
      fetch: (request) => composition.fetch(request),
      signal: invocation.signal,
    });
    return await body({ api, terminal, config });
  } finally {
    await composition.close();
  }
}

const PROBE_MS = 2_000;

/** The address of the desk that runs on this folder and answers; null when none does. */
export async function runningDesk(config: Config): Promise<string | null> {
  const announced = announcedDesk(config.dataDir);
  if (announced === null) return null;
  try {
    const response = await fetch(new URL("/api/health", announced.url), {
      signal: AbortSignal.timeout(PROBE_MS),
    });
    return response.ok || response.status === 401 ? announced.url : null;
  } catch {
    return null;
  }
}
