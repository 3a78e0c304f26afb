// Entry of the command line: environment and signals come in here, exit codes go out. Nothing else reads the environment.
// First: it gives every zod schema that is made after it the means to appear in the API's document.
import "@hono/zod-openapi";
import { DeskError, UnavailableError } from "#store/model/errors.ts";
import { type ExitCode as Code, ExitCode } from "./exit-codes.ts";
import { shapeHeap } from "./heap.ts";
import { buildProgram, type Invocation } from "./program.ts";

/** Runs one command line to its end and sets the process's exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  shapeHeap();
  silenceForeignTracing(process.env);
  const stop = new AbortController();
  listenForStop(stop);
  const invocation: Invocation = {
    variables: process.env,
    directory: process.cwd(),
    signal: stop.signal,
    exitCode: ExitCode.ok,
  };
  try {
    await buildProgram(invocation).parseAsync([...argv], { from: "user" });
    process.exitCode = stop.signal.aborted ? ExitCode.interrupted : invocation.exitCode;
  } catch (error) {
    process.exitCode = stop.signal.aborted ? ExitCode.interrupted : tell(error, argv);
  }
  // The database driver and sharp keep handles for a moment; a command that is over must not wait for them.
  setTimeout(() => process.exit(), 2_000).unref();
}

/** LangChain would send traces on its own when these are set; this version offers no tracing yet, so nothing is sent. */
function silenceForeignTracing(variables: NodeJS.ProcessEnv): void {
  for (const name of [
    "LANGSMITH_TRACING",
    "LANGSMITH_TRACING_V2",
    "LANGCHAIN_TRACING",
    "LANGCHAIN_TRACING_V2",
  ]) {
    delete variables[name];
  }
}

/** The first signal stops in good order; the second one at once. */
function listenForStop(stop: AbortController): void {
  let asked = false;
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      if (asked) process.exit(ExitCode.interrupted);
      asked = true;
      stop.abort(new UnavailableError("stopped", "stopped by a signal"));
    });
  }
}

function tell(error: unknown, argv: readonly string[]): Code {
  const code = exitCodeOf(error);
  if (isCommanderExit(error)) return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  const message = error instanceof Error ? error.message : String(error);
  if (argv.includes("--json")) {
    const facts = { code: error instanceof DeskError ? error.code : "unexpected", message };
    process.stdout.write(`${JSON.stringify({ error: facts })}\n`);
  }
  process.stderr.write(`countersign: ${message}\n`);
  if (!(error instanceof DeskError) && error instanceof Error && error.stack !== undefined) {
    process.stderr.write(`${error.stack}\n`);
  }
  return code;
}

function exitCodeOf(error: unknown): Code {
  if (!(error instanceof DeskError)) return ExitCode.failed;
  switch (error.name) {
    case "ConfigError":
    case "InputError":
      return ExitCode.usage;
    case "UnavailableError":
      return ExitCode.unavailable;
    case "NotFoundError":
    case "ConflictError":
      return ExitCode.refused;
    default:
      return ExitCode.failed;
  }
}

function isCommanderExit(error: unknown): error is { exitCode: number } {
  return error instanceof Error && error.name === "CommanderError" && "exitCode" in error;
}
