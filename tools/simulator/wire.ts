// Small readings of what came over the wire. Pure.

export type Fields = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a call is answered with. */
export type Answer = { status: number; body: unknown };

/** The shape of a refusal; many come with status 200. */
export const refusal = (error: string, status = 200): Answer => ({ status, body: { error } });
