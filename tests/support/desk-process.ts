// The real program in a process of its own, as a user starts it: for fault tests, browser tests and the bench.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../..");
const program = path.join(root, "server/bin/countersign.mjs");

export type DeskProcess = {
  url: string;
  pid: number;
  /** All that it printed so far. */
  output(): string;
  /** SIGKILL, and waits until it is gone. */
  kill(): Promise<void>;
  /** SIGINT as by Ctrl-C; resolves with the exit code. */
  stop(): Promise<number | null>;
  exited: Promise<number | null>;
};

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

function spawnProgram(
  options: DeskOptions,
  args: readonly string[],
): { child: ChildProcess; output(): string; exited: Promise<number | null> } {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: root,
    env: environmentFor(options),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => (output += text));
  const exited = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
  return { child, output: () => output, exited };
}

/** Starts `countersign start` and waits until it says that it serves. @throws when it ends before that, with its output. */
export async function startDesk(options: DeskOptions): Promise<DeskProcess> {
  const { child, output, exited } = spawnProgram(options, ["start", ...(options.arguments ?? [])]);
  const announced = path.join(options.dataDir, "desk.json");
  let ended = false;
  void exited.then(() => (ended = true));
  const url = await new Promise<string>((resolve, reject) => {
    const look = setInterval(() => {
      if (ended) {
        clearInterval(look);
        reject(new Error(`the desk ended before it served:\n${output()}`));
      } else if (existsSync(announced)) {
        const desk = readAnnouncement(announced);
        if (desk === null || desk.pid !== child.pid) return;
        clearInterval(look);
        resolve(desk.url);
      }
    }, 20);
  });
  return {
    url,
    pid: child.pid ?? 0,
    output,
    exited,
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
    async stop() {
      child.kill("SIGINT");
      return exited;
    },
  };
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

/** One authenticated API call on a running desk. */
export async function callDesk<T>(url: string, method: string, route: string, body?: unknown): Promise<T> {
  const response = await fetch(new URL(route, url), {
    method,
    headers: { authorization: `Bearer ${TEST_TOKEN}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${route}: ${response.status} ${text}`);
  return JSON.parse(text) as T;
}
