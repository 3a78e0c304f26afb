// Misbehaviour on demand: which of the next calls hangs, is dropped, answered wrongly or loses the session.
// Effects: none but its own memory; chance comes from a seed.

/** Before the call is handled; what the caller wanted does not happen. */
export const FAULTS_BEFORE = ["hang", "drop", "too_many", "unavailable", "html"] as const;
/** After it was handled: it happened, and the caller is not told. */
export const FAULTS_AFTER = ["hang_after", "drop_after", "unavailable_after"] as const;
/** The session is lost, then the call is handled as usual. */
export const FAULTS_SESSION = ["session_loss", "bridge_loss", "competing"] as const;
/** Inside the handling of orders. `slow` handles as usual after `delayMs`. */
export const FAULTS_WITHIN = ["stale_question", "reject_child", "advanced_prompt"] as const;

export const FAULT_KINDS = [
  ...FAULTS_BEFORE,
  ...FAULTS_AFTER,
  ...FAULTS_SESSION,
  ...FAULTS_WITHIN,
  "slow",
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export type FaultRule = {
  kind: FaultKind;
  /** Only calls of this method; all without it. */
  method?: string;
  /** Only calls whose path (after /v1/api) contains this text. */
  path?: string;
  /** How many calls it strikes; once without it. */
  times?: number;
  /** How many matching calls it lets pass first. */
  skip?: number;
  /** Chance of striking each matching call, 0 to 1; always without it. */
  probability?: number;
  seed?: number;
  /** Milliseconds, for `slow`. */
  delayMs?: number;
};

export type FaultCall = { method: string; path: string };

export type Faults = {
  add(rule: FaultRule): void;
  clear(): void;
  /** The first rule of one of these kinds that strikes this call; it is used up by one. */
  strike(kinds: readonly FaultKind[], call: FaultCall): FaultRule | undefined;
  /** The rules still in force, with how often they may strike yet. */
  rules(): readonly (FaultRule & { left: number; struck: number })[];
};

/** Mulberry32: small, seeded, good enough for chance in tests. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Armed = { rule: FaultRule; left: number; skip: number; struck: number; chance: () => number };

export function createFaults(): Faults {
  let armed: Armed[] = [];
  const strikes = (one: Armed, call: FaultCall): boolean => {
    const { rule } = one;
    if (rule.method !== undefined && rule.method !== call.method) return false;
    if (rule.path !== undefined && !call.path.includes(rule.path)) return false;
    if (one.skip > 0) {
      one.skip -= 1;
      return false;
    }
    return rule.probability === undefined || one.chance() < rule.probability;
  };
  return {
    add: (rule) => {
      const left = rule.times ?? 1;
      armed.push({ rule, left, skip: rule.skip ?? 0, struck: 0, chance: random(rule.seed ?? 1) });
    },
    clear: () => {
      armed = [];
    },
    strike: (kinds, call) => {
      const found = armed.find((one) => kinds.includes(one.rule.kind) && strikes(one, call));
      if (found === undefined) return undefined;
      found.left -= 1;
      found.struck += 1;
      if (found.left <= 0) armed = armed.filter((one) => one !== found);
      return found.rule;
    },
    rules: () => armed.map(({ rule, left, struck }) => ({ ...rule, left, struck })),
  };
}
