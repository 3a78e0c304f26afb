// Statements that come again are planned once per connection, not each time: naming one is all that PostgreSQL needs.
// Effects: changes the client that it is given. Invariant: what is asked, and what comes back, stays the same.
import { createHash } from "node:crypto";

/** Different statements kept on one connection; lists of any length make ever new texts, which are then planned as before. */
const MOST = 200;

type Query = { text: string; name?: string };
type Client = { query(...args: unknown[]): unknown };

/** Only reads: what else comes without parameters (transaction control, several statements at once) is no single statement. */
const READS = /^\s*(?:select|with)\b[^;]*$/i;

/** Such as drizzle writes at the end of a list. */
const LIMIT = /\blimit \$(\d+)$/;

/**
 * A list's limit as a number of its text. As a parameter it may be anything: the database then takes a tenth of the table
 * for granted, finds no plan for all values good enough, and plans the statement anew at each look.
 */
export function withItsLimit(text: string, values: readonly unknown[]): { text: string; values: unknown[] } {
  const place = Number(LIMIT.exec(text)?.[1] ?? 0);
  const limit = values.at(-1);
  const alone = place === values.length && text.indexOf(`$${place}`) === text.lastIndexOf(`$${place}`);
  if (!alone || typeof limit !== "number" || !Number.isSafeInteger(limit) || limit < 0)
    return { text, values: [...values] };
  return { text: text.replace(LIMIT, `limit ${limit}`), values: values.slice(0, -1) };
}

/** Names every statement with parameters, and every read, that goes through this connection, up to `MOST` different ones. */
export function prepareStatements(client: Client): void {
  const query = client.query.bind(client);
  const names = new Map<string, string>();
  const nameOf = (text: string): string | undefined => {
    const known = names.get(text);
    if (known !== undefined || names.size >= MOST) return known;
    const name = createHash("sha256").update(text).digest("base64url").slice(0, 32);
    names.set(text, name);
    return name;
  };
  client.query = (asked: unknown, values: unknown, ...rest: unknown[]) => {
    if (!isPlain(asked) || !Array.isArray(values)) return query(asked, values, ...rest);
    if (values.length === 0 && !READS.test(asked.text)) return query(asked, values, ...rest);
    const own = withItsLimit(asked.text, values);
    const name = nameOf(own.text);
    if (name === undefined) return query(asked, values, ...rest);
    return query({ ...asked, text: own.text, name }, own.values, ...rest);
  };
}

/** Written as an object with a text, and not named by somebody else. */
function isPlain(asked: unknown): asked is Query {
  return (
    typeof asked === "object" &&
    asked !== null &&
    "text" in asked &&
    typeof asked.text === "string" &&
    (!("name" in asked) || asked.name === undefined)
  );
}
