// Compares two answers key by key and type by type. Pure.

export type Difference = { place: string; what: string };

const kind = (value: unknown) => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value);
const isObject = (value: unknown): value is Record<string, unknown> => kind(value) === "object";

/** Dates and such as keys: their number says nothing, one stands for all. */
function merged(value: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(value).map(
    ([key, one]) => [/^\d{8}$/.test(key) ? "<date>" : key, one] as const,
  );
  return Object.fromEntries(entries);
}

/** One row that has every key of all rows: lists are compared by what their rows may carry. */
function union(rows: readonly unknown[]): unknown {
  const objects = rows.filter(isObject);
  if (objects.length === 0) return rows[0];
  return Object.assign({}, ...objects.map(merged).reverse());
}

/**
 * What the simulator answers otherwise than was recorded: a key that is missing or too many, another type.
 * Null stands for an absent value of any type.
 */
export function differences(recorded: unknown, simulated: unknown, place = ""): Difference[] {
  const [was, is] = [kind(recorded), kind(simulated)];
  if (was === "null" || is === "null") return [];
  if (was !== is) return [{ place, what: `is ${is}, was ${was}` }];
  if (Array.isArray(recorded) && Array.isArray(simulated)) {
    if (recorded.length === 0 || simulated.length === 0) return [];
    return differences(union(recorded), union(simulated), `${place}[]`);
  }
  if (!isObject(recorded) || !isObject(simulated)) return [];
  const [before, now] = [merged(recorded), merged(simulated)];
  const at = (key: string) => (place === "" ? key : `${place}.${key}`);
  return [...new Set([...Object.keys(before), ...Object.keys(now)])].flatMap((key) => {
    if (!(key in now)) return [{ place: at(key), what: "missing" }];
    if (!(key in before)) return [{ place: at(key), what: "additional" }];
    return differences(before[key], now[key], at(key));
  });
}
