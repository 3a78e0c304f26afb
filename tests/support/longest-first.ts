// The order of test files: what waits for processes, browsers and the broker's pacing begins first, so that no worker is left
// alone with a long file at the end. Within that, vitest's own order: by the last run's durations, or by size.
import { BaseSequencer, type TestSpecification } from "vitest/node";

const LONG = [
  "tests/product/",
  "tests/browser/",
  "tests/faults/",
  "tests/contracts/",
  "tests/server/http/walk",
  "tests/graph/",
];

function rankOf({ moduleId }: TestSpecification): number {
  const rank = LONG.findIndex((folder) => moduleId.includes(`/${folder}`));
  return rank < 0 ? LONG.length : rank;
}

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((one, other) => rankOf(one) - rankOf(other));
  }
}
