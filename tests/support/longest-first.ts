// The order of test files: what waits for processes, browsers and the broker's pacing begins first, so that no worker is left
// alone with a long file at the end. Within that, vitest's own order: by the last run's durations, or by size.
import { BaseSequencer, type TestSpecification } from "vitest/node";

const LONG = [/\/tests\/(product|browser|faults)\//, /\/tests\/(contracts\/|graph\/|server\/http\/walk)/];

function rankOf({ moduleId }: TestSpecification): number {
  const rank = LONG.findIndex((files) => files.test(moduleId));
  return rank < 0 ? LONG.length : rank;
}

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((one, other) => rankOf(one) - rankOf(other));
  }
}
