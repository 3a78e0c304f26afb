// Value tags to the right of a panel, moved apart as little as possible so that they never overlap. Pure.

/** `from` is where the value lies, `y` where its text stands: pixels from the panel's top. */
export type Tag = { text: string; colour: string; from: number; y: number };

export const TAG_SPACING = 17;

/** Tags from top to bottom, at least TAG_SPACING apart, inside the panel as far as they fit; equal values keep their order. */
export function spread(tags: readonly Tag[], height: number): Tag[] {
  const sorted = tags.map((tag) => ({ ...tag })).sort((a, b) => a.from - b.from);
  const tops = packed(sorted.map(({ from }, index) => from - index * TAG_SPACING));
  const room = Math.max(0, height - (sorted.length - 1) * TAG_SPACING);
  for (const [index, tag] of sorted.entries()) {
    const top = Math.min(room, Math.max(0, tops[index] ?? 0));
    tag.y = Math.round((top + index * TAG_SPACING) * 10) / 10;
  }
  return sorted;
}

/** The ascending list nearest to `wanted` in squares: neighbours that would cross share their mean. */
function packed(wanted: readonly number[]): number[] {
  const groups: { mean: number; size: number }[] = [];
  for (const value of wanted) {
    let group = { mean: value, size: 1 };
    for (let above = groups.at(-1); above !== undefined && above.mean > group.mean; above = groups.at(-1)) {
      groups.pop();
      const size = above.size + group.size;
      group = { mean: (above.mean * above.size + group.mean * group.size) / size, size };
    }
    groups.push(group);
  }
  return groups.flatMap(({ mean, size }) => new Array<number>(size).fill(mean));
}
