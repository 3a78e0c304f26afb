// The real program in a process of its own, as a user starts it: for fault tests, browser tests and the bench.
// Effects: child processes; whatever still runs when the test process ends is killed with it.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../..");
const program = path.join(root, "server/bin/countersign.mjs");

export type ProgramProcess = {
  pid: number;
  /** All that it printed so far. */
  output(): string;
  /** SIGKILL, and waits until it is gone. */
  kill(): Promise<void>;
  /** SIGINT as by Ctrl-C; resolves with the exit code. */
  stop(): Promise<number | null>;
  exited: Promise<number | null>;
};

export type DeskProcess = ProgramProcess & { url: string };

export type DeskOptions = {
  dataDir: string;
  environment?: Readonly<Record<string, string>>;
  arguments?: readonly string[];
};

/** A folder that is gone when the test file ends. */
export function temporaryFolder(): { path: string; remove(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), "countersign-test-"));
  return { path: folder, remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }) };
}

/** The token that test desks are given, so that tests can sign in. */
export const TEST_TOKEN = "a-token-for-tests-only-0123456789";

function environmentFor(options: DeskOptions): NodeJS.ProcessEnv {
  const { PATH, HOME, LANG } = process.env;
  return {
    PATH,
    HOME,
    LANG,
    PORT: "0",
    DATA_DIR: options.dataDir,
    ADMIN_TOKEN: TEST_TOKEN,
    ...options.environment,
  };
}

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

function spawnProgram(options: DeskOptions, args: readonly string[]): ProgramProcess {
  const child = spawn(process.execPath, [program, ...args, ...(options.arguments ?? [])], {
    cwd: root,
    env: environmentFor(options),
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => (output += text));
  const exited = new Promise<number | null>((resolve) =>
    child.once("close", (code, signal) => {
      running.delete(child);
      if (signal !== null) output += `\nended by ${signal}\n`;
      resolve(code);
    }),
  );
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return exited;
  };
  return {
    pid: child.pid ?? 0,
    output: () => output,
    exited,
    kill: async () => void (await end("SIGKILL")),
    stop: () => end("SIGINT"),
  };
}

/** Looks every 20 ms until there is something. @throws when the program ends before, with its output */
async function whenReady<T>(started: ProgramProcess, look: () => T | null): Promise<T> {
  let ended = false;
  void started.exited.then(() => (ended = true));
  for (;;) {
    const found = look();
    if (found !== null) return found;
    if (ended) throw new Error(`the program ended before it was ready:\n${started.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Starts `countersign start` and waits until it says that it serves. */
export async function startDesk(options: DeskOptions): Promise<DeskProcess> {
  const started = spawnProgram(options, ["start"]);
  const announced = path.join(options.dataDir, "desk.json");
  const url = await whenReady(started, () => {
    const desk = existsSync(announced) ? readAnnouncement(announced) : null;
    return desk?.pid === started.pid ? desk.url : null;
  });
  return { ...started, url };
}

/** Starts `countersign gateway` on a free port; `url` is the simulator's. */
export async function startGateway(options: DeskOptions): Promise<DeskProcess> {
  const started = spawnProgram(options, ["gateway", "--port", "0"]);
  const url = await whenReady(
    started,
    () => /IBKR_GATEWAY_URL=(http\S+);/.exec(started.output())?.[1] ?? null,
  );
  return { ...started, url };
}

/** Starts `countersign worker` and waits until it takes jobs. */
export async function startWorker(options: DeskOptions): Promise<ProgramProcess> {
  const started = spawnProgram(options, ["worker"]);
  await whenReady(started, () => (/symbol runs at a time/.test(started.output()) ? true : null));
  return started;
}

function readAnnouncement(file: string): { pid: number; url: string } | null {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as { pid: number; url: string };
  } catch {
    return null; // half written
  }
}

/** Runs one command to its end. */
export async function runCommand(
  options: DeskOptions,
  args: readonly string[],
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: root,
    env: environmentFor(options),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, stdout, stderr };
}

/** One authenticated API call on a running desk, whatever it answers. */
export async function askDesk<T>(
  url: string,
  method: string,
  route: string,
  body?: unknown,
): Promise<{ status: number; body: T }> {
  const response = await fetch(new URL(route, url), {
    method,
    headers: { authorization: `Bearer ${TEST_TOKEN}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(120_000),
  });
  return { status: response.status, body: JSON.parse(await response.text()) as T };
}

/** One authenticated API call on a running desk. @throws on any answer but a success */
export async function callDesk<T>(url: string, method: string, route: string, body?: unknown): Promise<T> {
  const answer = await askDesk<T>(url, method, route, body);
  if (answer.status >= 300)
    throw new Error(`${method} ${route}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}
