// Connects a command to the desk: the one that runs on this data folder, or one composed in this process for its duration.
import { setTimeout as pause } from "node:timers/promises";
import { ConflictError, InputError } from "#store/model/errors.ts";
import type { Composition } from "../compose/composition.ts";
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

/** @throws InputError naming the option */
export function wholeNumber(option: string, text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InputError("option_invalid", `${option}: ${text} is not a whole number`);
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
  // The second switch was thrown where the desk was started; without a running desk nothing live begins here.
  const live = invocation.variables.PAPER_TRADING_MODE === "false";
  const config = configOf(invocation, { ...options, live });
  const terminal = openTerminal(options.json);
  const { signal } = invocation;
  const desk = await runningOrComposed(config, terminal, signal);
  if (desk.kind === "running") {
    const { token } = adminToken(config.dataDir, config.adminToken, newToken);
    const api = deskApi({ base: desk.url, token, fetch: (request) => fetch(request), signal });
    return body({ api, terminal, config });
  }
  const { composition } = desk;
  try {
    const api = deskApi({
      base: "http://desk.invalid",
      token: composition.token,
      fetch: (request) => composition.fetch(request),
      signal,
    });
    return await body({ api, terminal, config });
  } finally {
    await composition.close();
  }
}

type Desk = { kind: "running"; url: string } | { kind: "composed"; composition: Composition };

/** As long as another command may take on a slow machine. */
const TURN_MS = 120_000;
const LOOK_AGAIN_MS = 300;

/** Waits its turn while another command, or a desk that is just starting, holds the folder. @throws ConflictError */
async function runningOrComposed(config: Config, terminal: Terminal, signal: AbortSignal): Promise<Desk> {
  const patience = AbortSignal.timeout(TURN_MS);
  for (let waited = false; ; waited = true) {
    const url = await runningDesk(config);
    if (url !== null) return { kind: "running", url };
    if (config.mode === "live") {
      throw new InputError(
        "live_needs_desk",
        "live trading begins with: countersign start --live; no desk runs on this data folder",
      );
    }
    const { compose } = await import("../compose/composition.ts"); // the whole desk: loaded only where none runs
    try {
      const tell = (line: string) => terminal.note(line);
      return { kind: "composed", composition: await compose(config, { workers: true, tell, signal }) };
    } catch (error) {
      const held = error instanceof ConflictError && error.code === "data_dir_in_use";
      if (!held || patience.aborted) throw error;
    }
    if (!waited) terminal.note("another countersign command uses this data folder; waiting for it …");
    await pause(LOOK_AGAIN_MS, undefined, { signal });
  }
}

/** A desk under heavy work still answers within this; one that is gone refuses at once. */
const PROBE_MS = 10_000;

/** The address of the desk that runs on this folder and answers; null when none does. */
export async function runningDesk(config: Config): Promise<string | null> {
  const announced = announcedDesk(config.dataDir);
  // The token must not go to a program that happens to have the port of a desk that was killed.
  if (announced === null || !isAlive(announced.pid)) return null;
  try {
    const response = await fetch(new URL("/api/health", announced.url), {
      signal: AbortSignal.timeout(PROBE_MS),
    });
    return response.ok || response.status === 401 ? announced.url : null;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
