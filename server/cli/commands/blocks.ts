// `countersign blocks` and `resolve`: where the desk and the broker disagree, and how a person settles it.
import { z } from "zod";
import { InputError } from "#store/model/errors.ts";
import { type ResolveBlock, SymbolBlock } from "../../http/api/trading/blocks.ts";
import type { Invocation } from "../program.ts";
import { type CommonOptions, withDesk } from "../session.ts";
import { table } from "../terminal.ts";

const Blocks = z.object({ rows: z.array(SymbolBlock) });

export async function blocksCommand(
  invocation: Invocation,
  options: CommonOptions & { all: boolean },
): Promise<void> {
  await withDesk(invocation, options, async ({ api, terminal }) => {
    const { rows } = await api.get(`/api/symbol-blocks?all=${options.all}`, Blocks);
    if (terminal.json) terminal.object({ blocks: rows });
    else if (rows.length === 0) terminal.line("Nothing is blocked: the desk and the broker agree.");
    else terminal.line(table(["symbol", "code", "desk", "broker", "since", "settled"], rows.map(row)));
  });
}

function row(block: z.infer<typeof SymbolBlock>): string[] {
  const { resolution, resolvedBy, resolutionReason } = block;
  const settled =
    resolvedBy === null ? "no" : `${resolution ?? "lifted"} by ${resolvedBy}: ${resolutionReason ?? ""}`;
  return [block.symbol, block.code, block.desk, block.broker, block.createdAt, settled];
}

export async function resolveCommand(
  invocation: Invocation,
  symbol: string,
  options: CommonOptions & { adopt: boolean; accept: boolean; reason: string },
): Promise<void> {
  const { adopt, accept, reason } = options;
  if (adopt === accept)
    throw new InputError("resolution_missing", "say --adopt (the broker's side) or --accept (your word)", {
      facts: { field: "--adopt" },
    });
  const answer: z.input<typeof ResolveBlock> = { how: adopt ? "adopt" : "accept", reason };
  await withDesk(invocation, options, async ({ api, terminal }) => {
    const query = new URLSearchParams({ symbol: symbol.toUpperCase() });
    const { rows } = await api.get(`/api/symbol-blocks?${query}`, Blocks);
    const settled: z.infer<typeof SymbolBlock>[] = [];
    for (const { id } of rows)
      settled.push(await api.send("POST", `/api/symbol-blocks/${id}/resolve`, answer, SymbolBlock));
    if (terminal.json) terminal.object({ blocks: settled });
    else if (settled.length === 0) terminal.line(`Nothing is blocked in ${symbol.toUpperCase()}.`);
    for (const block of terminal.json ? [] : settled)
      terminal.line(
        `${block.symbol}: ${block.code} is settled (${block.resolution}); new entries may leave again`,
      );
  });
}
