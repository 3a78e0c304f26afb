// The simulator's answers beside the recorded ones, key by key and type by type; one table of what differs and why.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { ACCOUNT } from "../rig.ts";
import { CALLS, tradedDesk } from "./calls.ts";
import { differences } from "./compare.ts";
import { EXPLAINED, type Explanation, NOT_SERVED } from "./explanations.ts";

const FOLDER = path.resolve("..", "shared", "ibkr", "recorded");
const there = existsSync(FOLDER);
const WHY_SKIPPED = "skipped without ../shared/ibkr/recorded";

type Recording = { name: string; body: unknown };

const read = (file: string): unknown =>
  JSON.parse(readFileSync(path.join(FOLDER, file), "utf8").replaceAll(/D?U1234567(?!\w)/g, ACCOUNT));

/** Of ibind's file those that are recordings, in the shape of one answer each. */
function early(): Recording[] {
  const all = read("ibind-2023-2024.json") as Record<string, Record<string, unknown>>;
  const one = (name: string, body: unknown) => ({ name: `ibind ${name}`, body });
  const [stocks, history, status] = [all.stocks, all.history, all.order_status];
  return [
    ...["auth_status", "tickle", "accounts", "ledger", "positions"].map((name) => one(name, all[name])),
    one("stocks", { AAPL: stocks?.AAPL }),
    one("history", history?.AAPL),
    one("live_orders", { orders: all.live_orders, snapshot: true }),
    one("order_status", Object.values(status ?? {})[0]),
  ];
}

function recordings(): Recording[] {
  const conduit = ["ibkr-conduit-2026-04.json", "ibkr-conduit-2026-07.json"].flatMap(
    (file) => read(file) as Recording[],
  );
  return [...early(), ...conduit];
}

describe.skipIf(!there)(`recorded shapes (${WHY_SKIPPED})`, () => {
  test("every recording is either answered in its shape or explained", async () => {
    const desk = await tradedDesk();
    const found = new Map(recordings().map(({ name, body }) => [name, body]));
    const table = new Map<string, string[]>();
    const note = (name: string, what: string, why: string | undefined, place: string) => {
      const key = `| ${name} | ${what} | ${why ?? "UNEXPLAINED"} |`;
      table.set(key, [...(table.get(key) ?? []), place]);
    };
    const used = new Set<Explanation>();
    for (const [name, call] of Object.entries(CALLS)) {
      expect(found.has(name), `no recording ${name}`).toBe(true);
      for (const { place, what } of differences(found.get(name), await call(desk))) {
        const explained = EXPLAINED.find(
          (one) => one.recordings.test(name) && one.places.test(place) && one.what.test(what),
        );
        if (explained !== undefined) used.add(explained);
        note(name, what, explained?.why, place);
      }
    }
    const unasked = [...found.keys()].filter((name) => !(name in CALLS));
    for (const name of unasked) note(name, "not served", NOT_SERVED[name], "");
    const rows = [...table].map(([row, places]) => `${row} ${placesText(places)} |`);
    process.stdout.write(
      `\n| recording | difference | why | where |\n|---|---|---|---|\n${rows.join("\n")}\n`,
    );
    expect(rows.filter((row) => row.includes("UNEXPLAINED"))).toEqual([]);
    expect(EXPLAINED.filter((one) => !used.has(one)).map((one) => one.why)).toEqual([]);
    expect(Object.keys(NOT_SERVED).filter((name) => !unasked.includes(name))).toEqual([]);
  });
});

function placesText(places: readonly string[]): string {
  const shown = places.slice(0, 4).join(", ");
  return places.length > 4 ? `${shown} and ${places.length - 4} more` : shown;
}
