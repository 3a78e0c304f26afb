// Settings of a served simulator from a file: what nobody publishes about the real gateway, and shorter durations for tests.
// Effects: reads the file. Unknown keys are errors, all faults are told at once.
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { InputError } from "#store/model/errors.ts";
import type { SettingsOverride } from "#tools/simulator/settings.ts";

const ms = z.number().int().min(0).max(2_000_000_000);
const count = z.number().int().min(1).max(1_000_000);
const share = z.number().gt(0).max(1);

export const SimulatorSettingsFile = z
  .strictObject({
    cash: z.number().positive().max(1e12),
    allowedAddresses: z.array(z.string().min(1)),
    journalLength: count,
    session: z
      .strictObject({
        idleMs: ms,
        maximumMs: ms,
        midnightReset: z.boolean(),
        initMs: ms,
        relogin: z.enum(["manual", "automatic"]),
        paper: z.boolean(),
        streamGreetingMs: ms,
        accountAlreadySet: z.union([z.literal(200), z.literal(501)], "must be 200 or 501"),
      })
      .partial(),
    pacing: z
      .strictObject({
        enforced: z.boolean(),
        globalPerSecond: count,
        penaltyMs: ms,
        permanentAfter: count.nullable(),
        historyConcurrent: count,
        historyPerMinute: count,
        toleranceMs: ms,
      })
      .partial(),
    data: z
      .strictObject({
        subscription: z.enum(["realtime", "delayed", "none"]),
        warmMs: ms,
        releaseMs: ms,
        firstHistoryFails: z.boolean(),
        positionsCacheMs: ms,
      })
      .partial(),
    orders: z
      .strictObject({
        pricePercent: share,
        sizeLimit: count,
        valueLimit: z.number().positive(),
        refusePercent: share,
        replyLifetimeMs: ms,
        declinedConsumesClientId: z.boolean(),
        duplicateStatus: z.union([z.literal(200), z.literal(400)], "must be 200 or 400"),
        clientIdLifetimeMs: ms,
        cancelMs: ms,
        commissionMs: ms,
        childrenOfPartialParent: z.enum(["cancel", "activate"]),
        allowShort: z.boolean(),
        participation: share,
        slippageBps: z.number().min(0).max(10_000),
      })
      .partial(),
  })
  .partial();

/** @throws InputError `simulator_settings_invalid` with every fault */
export function readSimulatorSettings(file: string): SettingsOverride {
  const fault = (faults: readonly string[], cause?: unknown) =>
    new InputError("simulator_settings_invalid", `--settings ${file}:\n  - ${faults.join("\n  - ")}`, {
      cause,
    });
  let content: unknown;
  try {
    content = parse(readFileSync(path.resolve(file), "utf8")) ?? {};
  } catch (cause) {
    throw fault([cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause)], cause);
  }
  const parsed = SimulatorSettingsFile.safeParse(content);
  if (parsed.success) return withoutAbsent(parsed.data) as SettingsOverride;
  throw fault(
    parsed.error.issues.flatMap(({ path: place, message, ...issue }) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => `${[...place, key].join(".")}: unknown setting`)
        : [`${place.join(".")}: ${message}`],
    ),
  );
}

/** Keys that are there with no value mean their default, as in countersign.yaml. */
function withoutAbsent(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));
}
