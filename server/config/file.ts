// The structure file countersign.yaml: workers, retries, models, prices, market pace, web. Unknown keys are errors.
import { z } from "zod";
import { SessionDate } from "#store/model/ids.ts";
import { DecimalString } from "#store/model/money.ts";
import { AgentStage } from "#store/model/run.ts";

const price = z
  .union([z.number().nonnegative().transform(String), z.string()], "must be a number, 0 or more")
  .pipe(DecimalString)
  .describe("US dollars per million tokens");

export const ConfigFileSchema = z.strictObject({
  worker: z
    .strictObject({
      /** Symbol runs at the same time in one process. */
      parallelism: z.number().int().min(1).max(64).default(5),
    })
    .prefault({}),
  retry: z
    .strictObject({
      limit: z.number().int().min(0).max(10).default(3),
      /** Seconds before the first retry; doubles each time. */
      delaySeconds: z.number().int().min(1).max(3600).default(2),
      maxDelaySeconds: z.number().int().min(1).max(86_400).default(300),
    })
    .prefault({}),
  models: z
    .strictObject({
      /** Milliseconds for one model call, retries not included. */
      timeoutMs: z.number().int().min(1_000).max(600_000).default(120_000),
      maxRetries: z.number().int().min(0).max(6).default(2),
      /** Model per agent stage, instead of OPENAI_MODEL. */
      perStage: z.partialRecord(AgentStage, z.string().min(1)).default({}),
      /** Model name → price; calls to a model without a price are counted in tokens only. */
      prices: z
        .record(z.string(), z.strictObject({ inputPerMillion: price, outputPerMillion: price }))
        .default({}),
    })
    .prefault({}),
  market: z
    .strictObject({
      /** First session of the simulator's clock, at its first start only. */
      start: SessionDate.optional(),
      /** Seconds after which the simulator goes to the next session by itself; 0: only on command. */
      paceSeconds: z.number().int().min(0).max(86_400).default(0),
      /** Finished sessions that may be missing at the end of the bars before they count as stale. */
      maxMissingSessions: z.number().int().min(0).max(10).default(0),
    })
    .prefault({}),
  approval: z
    .strictObject({
      /** Hours on the machine's clock; absent: until the session that the order is meant for is over. */
      expiryHours: z.number().min(0.01).max(720).nullable().default(null),
      /** Relative price move between question and answer above which the question is asked again. */
      driftBand: z.number().gt(0).lte(0.2).default(0.01),
    })
    .prefault({}),
  alerts: z
    .strictObject({
      /** Closed trades in a row that lost money, from which on a person is told; 0: never. */
      losingTrades: z.number().int().min(0).max(1_000).default(5),
    })
    .prefault({}),
  web: z
    .strictObject({
      /** The desk is reached over TLS (a proxy in front of it): cookies then never travel without. */
      secureCookie: z.boolean().default(false),
      /** Addresses or networks of proxies whose X-Forwarded-For is believed; of all others it is not. */
      trustedProxies: z
        .array(
          z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], "an address or a network such as 10.0.0.0/8"),
        )
        .max(50)
        .default([]),
    })
    .prefault({}),
  gateway: z
    .strictObject({
      /** SHA-256 fingerprint of the gateway's certificate, as AA:BB:…, accepted for that host alone. */
      certificateFingerprint: z
        .string()
        .regex(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/i, "a SHA-256 fingerprint as AA:BB:…")
        .optional(),
      /** File with the certificate authority that signed the gateway's certificate (PEM). */
      certificateAuthority: z.string().min(1).optional(),
      /** Accept any certificate: whoever answers at that address is believed. `doctor` complains about it. */
      insecureCertificate: z.boolean().default(false),
    })
    .prefault({}),
});
export type ConfigFile = z.output<typeof ConfigFileSchema>;
