// What versions of strategies and workflows share in API answers: numbers, differences, the answer of a check.
import { z } from "@hono/zod-openapi";
import { FieldFault } from "../../problems.ts";
import { documented } from "../api.ts";

export const VersionNumber = z.number().int().min(1).max(2_147_483_647);

export const DifferenceLine = z
  .object({
    path: z.string().openapi({ description: 'Where the setting stands, such as "risk.minRCoefficient".' }),
    label: z.string(),
    before: z.string(),
    after: z.string(),
  })
  .openapi("Difference", { description: "One setting that differs from the version before, in words." });

export const CheckAnswer = z
  .object({
    ok: z.boolean(),
    faults: z.array(documented(FieldFault, "FieldFault")),
  })
  .openapi("CheckAnswer", { description: "`ok` when there is no fault; nothing was saved." });
