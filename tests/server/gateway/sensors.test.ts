// What schedules wait for: market open and broker session, told once per change.
import { expect, test } from "vitest";
import { createSensors, marketCheck, marketState, type SensorEvent } from "#server/gateway/sensors.ts";

test("knows the session that is open, and the next one over nights, weekends, holidays and early closes", () => {
  const at = (text: string) => {
    const { open, session, changesAt } = marketState(new Date(text));
    return `${open ? "open" : "closed"} ${session} ${changesAt}`;
  };
  expect(at("2026-11-20T17:00:00Z")).toBe("open 2026-11-20 2026-11-20T21:00:00.000Z");
  expect(at("2026-11-20T12:00:00Z")).toBe("closed 2026-11-20 2026-11-20T14:30:00.000Z");
  expect(at("2026-11-20T21:00:00Z")).toBe("closed 2026-11-23 2026-11-23T14:30:00.000Z");
  // Thanksgiving, then a session that ends at 13:00.
  expect(at("2026-11-26T17:00:00Z")).toBe("closed 2026-11-27 2026-11-27T14:30:00.000Z");
  expect(at("2026-11-27T17:00:00Z")).toBe("open 2026-11-27 2026-11-27T18:00:00.000Z");
  expect(at("2026-07-01T13:30:00Z")).toBe("open 2026-07-01 2026-07-01T20:00:00.000Z");
});

test("tells each change once, and nothing at the first look", async () => {
  const events: SensorEvent[] = [];
  let now = "2026-11-20T12:00:00Z";
  let state: "ready" | "needs_login" = "ready";
  const sensors = createSensors({
    now: async () => new Date(now),
    health: () => ({ state, reason: state }),
    onEvent: (event) => events.push(event),
  });
  const { signal } = new AbortController();
  expect(marketCheck(sensors.reading()).state).toBe("degraded");
  await sensors.look(signal);
  await sensors.look(signal);
  expect(events).toEqual([]);
  now = "2026-11-20T14:30:00Z";
  await sensors.look(signal);
  state = "needs_login";
  await sensors.look(signal);
  await sensors.look(signal);
  // Over a night: one session ends, another begins.
  now = "2026-11-23T15:00:00Z";
  state = "ready";
  await sensors.look(signal);
  expect(events).toEqual([
    { kind: "market_opened", session: "2026-11-20" },
    { kind: "broker_lost", reason: "needs_login" },
    { kind: "market_closed", session: "2026-11-20" },
    { kind: "market_opened", session: "2026-11-23" },
    { kind: "broker_ready", reason: "ready" },
  ]);
  expect(marketCheck(sensors.reading()).detail).toMatch(
    /^open: session 2026-11-23, until 2026-11-23 21:00 UTC/,
  );
});
