// `countersign config show`: every setting in force, without secrets. Starts nothing.
import { InputError } from "#store/model/errors.ts";
import { settingsInForce } from "../../config/settings-in-force.ts";
import type { Invocation } from "../program.ts";
import { type CommonOptions, configOf } from "../session.ts";
import { openTerminal, table } from "../terminal.ts";

export async function configCommand(
  invocation: Invocation,
  action: string | undefined,
  options: CommonOptions,
): Promise<void> {
  if (action !== undefined && action !== "show") {
    throw new InputError("unknown_action", `config ${action}: there is only "config show"`);
  }
  const terminal = openTerminal(options.json);
  const settings = settingsInForce(configOf(invocation, options));
  if (terminal.json) terminal.object(Object.fromEntries(settings.map(({ key, ...rest }) => [key, rest])));
  else
    terminal.line(
      table(
        ["setting", "value", "from"],
        settings.map(({ key, value, source }) => [key, value, source]),
      ),
    );
}
