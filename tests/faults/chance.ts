// Seeded chance (Mulberry32): the same seed gives the same choices; real processes add their own timing. Pure.

export type Chance = {
  /** In [0, 1). */
  next(): number;
  below(share: number): boolean;
  between(low: number, high: number): number;
  pick<Item>(from: readonly Item[]): Item;
};

export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    below: (share) => next() < share,
    between: (low, high) => low + next() * (high - low),
    pick: (from) => {
      const one = from[Math.floor(next() * from.length)];
      if (one === undefined) throw new Error("nothing to pick from");
      return one;
    },
  };
}
