// `countersign doctor`: every part proven by a round trip, with what to do about what is wrong.
// It asks the desk that runs on this data folder; where none runs it looks itself and starts none.
import { z } from "zod";
import { ConflictError } from "#store/model/errors.ts";
import type { Config } from "../../config/config.ts";
import { deskApi } from "../desk-api.ts";
import { ExitCode } from "../exit-codes.ts";
import type { Invocation } from "../program.ts";
import { type CommonOptions, configOf, runningDesk } from "../session.ts";
import { openTerminal, type Terminal, table } from "../terminal.ts";

export type DoctorOptions = CommonOptions & { acceptance: boolean; trade: boolean; symbol: string };

const Check = z.object({
  name: z.string(),
  state: z.string(),
  detail: z.string(),
  todo: z.string().nullable().default(null),
  provenAt: z.string().nullable(),
});
const Health = z.looseObject({ status: z.string(), checks: z.array(Check) });
type Check = z.output<typeof Check>;

const WORD: Readonly<Record<string, string>> = { ok: "ok", degraded: "look", down: "DOWN" };

export async function doctorCommand(invocation: Invocation, options: DoctorOptions): Promise<void> {
  const { acceptance, trade, symbol, ...common } = options;
  // Only looks: what the desk may trade with does not matter here, and acceptance demands paper by itself.
  const live = invocation.variables.PAPER_TRADING_MODE === "false";
  const config = configOf(invocation, { ...common, live });
  const terminal = openTerminal(options.json);
  const url = await runningDesk(config);
  if (acceptance)
    return acceptanceOf(invocation, { config, terminal, trade, symbol, deskRuns: url !== null });
  const checks =
    url === null ? await ownLook(invocation, config, terminal) : await askDesk(invocation, config, url);
  const down = checks.some((check) => check.state === "down");
  const status = down ? "down" : checks.every((check) => check.state === "ok") ? "ok" : "degraded";
  const asked = url === null ? "no desk runs on this data folder" : `the desk at ${url}`;
  if (terminal.json) terminal.object({ status, asked, checks, notices: config.notices });
  else tell(terminal, { asked, checks, notices: config.notices });
  if (down) invocation.exitCode = ExitCode.failed;
}

async function askDesk(invocation: Invocation, config: Config, url: string): Promise<Check[]> {
  const { adminToken } = await import("../../compose/data-folder.ts");
  const { newToken } = await import("../../compose/system-clock.ts");
  const { token } = adminToken(config.dataDir, config.adminToken, newToken);
  const api = deskApi({ base: url, token, fetch: (request) => fetch(request), signal: invocation.signal });
  return (await api.get("/api/health/detail", Health)).checks;
}

async function ownLook({ signal }: Invocation, config: Config, terminal: Terminal): Promise<Check[]> {
  const { lookAround } = await import("../../doctor/look-around.ts");
  return lookAround({ config, tell: (line) => terminal.note(line), signal });
}

type Told = { asked: string; checks: readonly Check[]; notices: readonly string[] };

function tell(terminal: Terminal, { asked, checks, notices }: Told): void {
  terminal.line(`${asked}\n`);
  const names = Math.max(...checks.map((check) => check.name.length));
  for (const { name, state, detail } of checks) {
    const head = `${name.padEnd(names)}  ${(WORD[state] ?? state).padEnd(4)}  `;
    terminal.line(wrapped(detail, head));
  }
  const steps = checks.filter((check) => check.todo !== null);
  if (steps.length > 0) terminal.line("\nwhat to do");
  for (const { name, todo } of steps) terminal.line(wrapped(todo ?? "", `  ${name.padEnd(names)}  `));
  for (const notice of notices) terminal.line(`\nnotice: ${notice}`);
}

const WIDTH = 110;

/** The text in lines of a readable width, each under the first one's beginning; what holds no blank is never broken. */
function wrapped(text: string, head: string): string {
  const lines = [head];
  const blank = " ".repeat(head.length);
  for (const word of text.split(" ")) {
    const line = lines.at(-1) ?? "";
    const empty = line.length === head.length;
    if (!empty && line.length + 1 + word.length > WIDTH) lines.push(blank + word);
    else lines[lines.length - 1] = empty ? line + word : `${line} ${word}`;
  }
  return lines.join("\n");
}

type AcceptanceCall = {
  config: Config;
  terminal: Terminal;
  trade: boolean;
  symbol: string;
  deskRuns: boolean;
};

async function acceptanceOf(invocation: Invocation, call: AcceptanceCall): Promise<void> {
  const { config, terminal, trade, symbol } = call;
  const { gatewayUrl } = config;
  if (trade && call.deskRuns && gatewayUrl !== null) {
    throw new ConflictError(
      "desk_runs",
      "a desk runs on this data folder and would take the acceptance orders for somebody else's: stop it first, or leave --trade out",
    );
  }
  const { acceptance, gatewayTarget, simulatedTarget } = await import("../../doctor/acceptance.ts");
  const { gatewayParts, withDatabase } = await import("../../doctor/look-around.ts");
  const around = { config, tell: (line: string) => terminal.note(line), signal: invocation.signal };
  const run = async (target: Awaited<ReturnType<typeof simulatedTarget>>) =>
    acceptance(target, {
      trade,
      symbol,
      signal: invocation.signal,
      onReady: ({ accountId }) => {
        terminal.note(`acceptance of ${target.name}, paper account ${accountId}`);
        if (trade) terminal.note(whatWillBeTraded(symbol, accountId));
      },
      onResult: ({ number, title, outcome }) => {
        if (outcome !== "skipped")
          terminal.note(`${outcome === "passed" ? "ok    " : "FAILED"} ${number} ${title}`);
      },
    });
  const report =
    gatewayUrl === null
      ? await run(await simulatedTarget(config))
      : await withDatabase(around, async ({ database }) =>
          run(await gatewayTarget(gatewayParts(around, gatewayUrl, database))),
        );
  const count = (outcome: string) => report.results.filter((result) => result.outcome === outcome).length;
  const summary = { passed: count("passed"), failed: count("failed"), skipped: count("skipped") };
  if (terminal.json) terminal.object({ ...report, summary });
  else {
    terminal.line(
      table(
        ["#", "area", "outcome", "the gateway and the client together …", "why"],
        report.results.map(({ number, area, outcome, title, why }) => [
          String(number),
          area,
          outcome === "failed" ? "FAILED" : outcome,
          title,
          why ?? "",
        ]),
      ),
    );
    terminal.line(`\n${summary.passed} passed, ${summary.failed} failed, ${summary.skipped} skipped`);
    if (!trade) terminal.line("What places orders was skipped; --trade runs it on a paper account.");
    for (const id of report.leftBehind)
      terminal.line(`order ${id} could not be taken back: cancel it at the broker`);
  }
  if (summary.failed > 0 || report.leftBehind.length > 0) invocation.exitCode = ExitCode.failed;
}

function whatWillBeTraded(symbol: string, accountId: string): string {
  return [
    `This will place orders of one share of ${symbol} on the paper account ${accountId}: limits below and stops above the`,
    "market, and one bracket. Each is cancelled at once, and what is left is cancelled at the end; one that fills before",
    "its cancel stays as a position of one share. Ctrl-C stops it.",
  ].join("\n");
}
