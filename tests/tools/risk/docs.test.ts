// docs/risk.md carries the generated tables; it must be what the code says.
import { expect, test } from "vitest";
import { riskDocument } from "#tools/risk/document.ts";

test("docs/risk.md is what the code says (-u writes it)", async () => {
  await expect(riskDocument()).toMatchFileSnapshot("../../../docs/risk.md");
});
