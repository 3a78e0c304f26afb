// Which addresses the bench reads: whatever a reader can reach from the desk's pages by links, one of each kind, and the
// large ones that a link does not lead to at once (deep pages, filters, an execution of many symbols).
import type { Database } from "#store/database.ts";
import type { Reader } from "./reader.ts";

export type Place = { name: string; path: string };

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
/** Kinds of address are told apart by path and the names of their parameters. */
function kindOf(path: string): string {
  const { pathname, searchParams } = new URL(path, "http://desk");
  const names = [...new Set(searchParams.keys())].sort();
  const plain = pathname.replaceAll(ID, ":id").replace(/\/(?:[^/]*\d[^/]*|[A-Z][A-Z0-9.]*)(?=\/|$)/g, "/:id");
  return `${plain}${names.length === 0 ? "" : `?${names.join("&")}`}`;
}

const NOT_PAGES = /^\/(api\/|assets\/|logout|login|theme)|\.(json|png|csv|zip)$|\/export\b|\/download\b/;

/** Follows links from the dashboard and the given pages; the first address of each kind stands for it. */
export async function crawl(reader: Reader, from: readonly Place[]): Promise<Place[]> {
  const found = new Map<string, string>();
  const queue = ["/", ...from.map((place) => place.path)];
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    const kind = kindOf(path);
    if (found.has(kind)) continue;
    found.set(kind, path);
    const { status, text } = await reader.get(path);
    if (status !== 200) {
      if (status >= 500) process.stderr.write(`${path} answers ${status}\n`);
      found.delete(kind);
      continue;
    }
    for (const [, link = ""] of text.matchAll(/<a\b[^>]*?\bhref="(\/[^"#]*)/g)) {
      const address = link.replaceAll("&amp;", "&");
      if (!NOT_PAGES.test(address) && !found.has(kindOf(address))) queue.push(address);
    }
  }
  const named = new Set(from.map((place) => place.path));
  return [...found]
    .filter(([, path]) => !named.has(path))
    .map(([name, path]) => ({ name, path }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Rows of the database as the places that show them at their worst. */
export async function largePlaces(
  database: Database,
  runs: Readonly<Record<string, string>>,
): Promise<Place[]> {
  const one = async (sql: string) =>
    (await database.pool.query<{ id: string; at: string }>(sql)).rows[0] ?? { id: "", at: "" };
  const middle = async (table: string, at: string, id: string) => {
    const row =
      await one(`select ${id}::text as id, to_char(${at}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at from ${table}
      order by ${at} offset (select count(*) / 2 from ${table}) limit 1`);
    return Buffer.from(JSON.stringify([row.at, row.id])).toString("base64url");
  };
  const large = await one("select id, '' as at from executions order by symbol_count desc, id limit 1");
  const traded = await one(
    "select symbol_run_id as id, '' as at from orders where leg = 'entry' and conid > 900000 order by created_at desc limit 1",
  );
  const failed = await one(
    "select id, '' as at from symbol_runs where status = 'failed' order by created_at desc limit 1",
  );
  return [
    { name: "execution of 120 symbols", path: `/executions/${large.id}` },
    {
      name: "executions, in the middle",
      path: `/executions?cursor=${await middle("executions", "created_at", "id")}`,
    },
    { name: "executions that wait", path: "/executions?status=waiting" },
    { name: "orders, in the middle", path: `/orders?cursor=${await middle("orders", "created_at", "id")}` },
    { name: "orders of a symbol", path: "/orders?symbol=T0042" },
    { name: "orders canceled", path: "/orders?status=CANCELED" },
    {
      name: "approvals, in the middle",
      path: `/approvals?cursor=${await middle("approvals", "created_at", "id")}`,
    },
    {
      name: "fills, in the middle",
      path: `/portfolio?cursor=${await middle("fills", "at", "execution_ref")}`,
    },
    { name: "run that traded", path: `/runs/${traded.id}` },
    { name: "run that was held", path: `/runs/${runs.held}` },
    { name: "run that failed", path: `/runs/${failed.id}` },
  ];
}
