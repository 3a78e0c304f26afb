// The command line's table of contents: every command with its options. Each command's body is in commands/, loaded
// when it is called, so that a command that only asks a running desk starts quickly.
import { Command, Option } from "commander";
import type { ExitCode } from "./exit-codes.ts";

/** One call of the program: what comes in from the process, and the exit code that goes out. */
export type Invocation = {
  variables: Readonly<Record<string, string | undefined>>;
  directory: string;
  /** Aborted by Ctrl-C or SIGTERM. */
  signal: AbortSignal;
  exitCode: ExitCode;
};

export const VERSION = "0.1.0";

export function buildProgram(invocation: Invocation): Command {
  const program = new Command("countersign")
    .description(
      "A multi-agent LLM trading desk: agents argue, code sizes and limits, every order is countersigned.",
    )
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError("(countersign --help lists the commands)")
    .configureHelp({ sortSubcommands: false });

  const command = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .option("--json", "print one JSON object", false)
      .option("--config <file>", "structure file instead of countersign.yaml");

  command("start", "run the desk: server, workers and (without IBKR_GATEWAY_URL) the gateway simulator")
    .option("--port <port>", "port instead of PORT")
    .option("--host <address>", "address to listen on instead of HOST")
    .option("--live", "second switch for real money, besides PAPER_TRADING_MODE=false", false)
    .action(async (options) => (await import("./commands/start.ts")).startCommand(invocation, options));

  command(
    "worker",
    "run symbol runs from the queue on this machine too (needs DATABASE_URL and IBKR_GATEWAY_URL)",
  )
    .option("--live", "second switch for real money, besides PAPER_TRADING_MODE=false", false)
    .action(async (options) => (await import("./commands/start.ts")).workerCommand(invocation, options));

  command("run", "analyse symbols now, or as of a past session, and follow the run")
    .option("--strategy <name>", "strategy by name or id")
    .option("--symbols <list>", "instead of the strategy's symbols, such as AAPL,SPX")
    .option("--as-of <date>", "replay: as just after this session's close (YYYY-MM-DD)")
    .addOption(
      new Option("--approve <policy>", "who countersigns besides the rules").choices([
        "ask",
        "auto",
        "conditions",
        "never",
      ]),
    )
    .action(async (options) => (await import("./commands/run.ts")).runCommand(invocation, options));

  command("approvals", "list what waits for a person").action(async (options) =>
    (await import("./commands/approvals.ts")).approvalsCommand(invocation, options),
  );

  command("approve <approval>", "approve an order, or edit it first")
    .option("--quantity <shares>", "fewer shares than proposed")
    .option("--limit <price>", "another limit price within the rules")
    .option("--stop <price>", "another stop within the rules")
    .option("--target <price>", "another target within the rules")
    .action(async (approval, options) =>
      (await import("./commands/approvals.ts")).answerCommand(invocation, approval, {
        ...options,
        action: "approve",
      }),
    );

  command("reject <approval>", "reject an order")
    .requiredOption("--reason <text>", "why")
    .action(async (approval, options) =>
      (await import("./commands/approvals.ts")).answerCommand(invocation, approval, {
        ...options,
        action: "reject",
      }),
    );

  command("orders", "list orders, newest first")
    .option("--limit <count>", "how many", "50")
    .action(async (options) => (await import("./commands/orders.ts")).ordersCommand(invocation, options));

  command("positions", "show positions and the account").action(async (options) =>
    (await import("./commands/positions.ts")).positionsCommand(invocation, options),
  );

  command("export [run]", "write one decision, with all that led to it and came of it, into one file")
    .addOption(
      new Option("--format <format>", "a page that opens offline, or the data alone")
        .choices(["html", "json"])
        .default("html"),
    )
    .option("--out <file>", "where to write it; - for stdout")
    .option("--verify <file>", "check an exported file instead: every hash, and the page against its data")
    .option("--compare", "with --verify: also ask the desk whether it tells the same", false)
    .action(async (run, options) =>
      (await import("./commands/export.ts")).exportCommand(invocation, run, options),
    );

  command("market [action]", "show the simulator's market clock, or move it: market next [--sessions n]")
    .option("--sessions <count>", "how many sessions to move", "1")
    .action(async (action, options) =>
      (await import("./commands/market.ts")).marketCommand(invocation, action, options),
    );

  command("halt", "stop all new orders at once")
    .option("--reducing", "still let through orders that reduce exposure", false)
    .option("--cancel-open", "also cancel entries that work at the broker; stops and targets stay", false)
    .option("--flatten", "also close at the market what the desk holds", false)
    .option("--reason <text>", "why", "by hand")
    .action(async (options) =>
      (await import("./commands/trading-state.ts")).tradingStateCommand(invocation, {
        ...options,
        state: options.reducing ? "REDUCING" : "HALTED",
      }),
    );

  command("resume", "trade again after a halt")
    .option("--reason <text>", "why", "by hand")
    .action(async (options) =>
      (await import("./commands/trading-state.ts")).tradingStateCommand(invocation, {
        ...options,
        state: "ACTIVE",
      }),
    );

  command("blocks", "list symbols in which the desk and the broker disagree")
    .option("--all", "also what was settled, by whom and how", false)
    .action(async (options) => (await import("./commands/blocks.ts")).blocksCommand(invocation, options));

  command("resolve <symbol>", "settle what blocks a symbol")
    .option("--adopt", "take over the broker's side", false)
    .option("--accept", "settle it by your own word", false)
    .requiredOption("--reason <text>", "what you found")
    .action(async (symbol, options) =>
      (await import("./commands/blocks.ts")).resolveCommand(invocation, symbol, options),
    );

  command("gateway", "serve the gateway simulator over HTTP for other programs")
    .option("--port <port>", "port", "5000")
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--tls", "HTTPS with a self-signed certificate, as the real gateway", false)
    .addOption(
      new Option("--certificate <kind>", "with --tls: expired and without a name as IBKR ships it, or valid")
        .choices(["as_shipped", "valid"])
        .default("as_shipped"),
    )
    .option("--settings <file>", "how it behaves (docs/gateway-simulator.md)")
    .action(async (options) => (await import("./commands/gateway.ts")).gatewayCommand(invocation, options));

  command("doctor", "check every part and say what to do")
    .option("--acceptance", "run the numbered cases of docs/acceptance.md against the gateway", false)
    .option("--trade", "with --acceptance: also what places orders, on a paper account only", false)
    .option("--symbol <ticker>", "with --acceptance: a liquid US stock", "AAPL")
    .action(async (options) => (await import("./commands/doctor.ts")).doctorCommand(invocation, options));

  command("config [action]", "config show: every setting in force, without secrets").action(
    async (action, options) =>
      (await import("./commands/config.ts")).configCommand(invocation, action, options),
  );

  return program;
}
