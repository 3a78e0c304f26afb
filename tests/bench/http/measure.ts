// Ten readers over a list of places: when the first byte came, and what the desk and its database worked for it. In a
// closed loop without pauses, and at the pace of people.

import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { processCpuMs } from "../process-cpu.ts";
import type { Place } from "./places.ts";
import type { Reader } from "./reader.ts";

export type PageFigures = Place & {
  requests: number;
  p50: number;
  p99: number;
  /** CPU of the desk's process per request, and of the database's processes, in ms. */
  cpuMs: number;
  databaseMs: number;
  bytes: number;
};

export type PacedFigures = { requests: number; p50: number; slowest: number };

export type Meters = { deskPid: number; databaseMs(): Promise<number> };

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

type Sample = { times: number[]; cpuMs: number; databaseMs: number; bytes: number };

/** Every reader asks again as soon as it has its answer: ten requests are always under way. */
async function readOnce(
  readers: readonly Reader[],
  of: { path: string; requests: number; meters: Meters },
): Promise<Sample> {
  const { path, requests, meters } = of;
  const before = { desk: processCpuMs(meters.deskPid), database: await meters.databaseMs() };
  const times: number[] = [];
  let left = requests;
  let bytes = 0;
  await Promise.all(
    readers.map(async (reader) => {
      while (left > 0) {
        left -= 1;
        const answer = await reader.get(path);
        if (answer.status !== 200) throw new Error(`${path} answers ${answer.status}`);
        times.push(answer.firstByteMs);
        bytes = answer.bytes;
      }
    }),
  );
  const cpuMs = processCpuMs(meters.deskPid) - before.desk;
  return { times, cpuMs, databaseMs: (await meters.databaseMs()) - before.database, bytes };
}

/** In rounds over all places, so that a busy moment of the machine is not one place's fault. */
export async function measurePlaces(
  readers: readonly Reader[],
  places: readonly Place[],
  of: { rounds: number; requests: number; meters: Meters },
): Promise<PageFigures[]> {
  const samples = new Map<Place, Sample[]>();
  for (const place of places)
    await readOnce(readers, { ...of, path: place.path, requests: readers.length * 2 });
  for (let round = 0; round < of.rounds; round += 1) {
    for (const place of places) {
      const sample = await readOnce(readers, { ...of, path: place.path });
      samples.set(place, [...(samples.get(place) ?? []), sample]);
    }
  }
  return places.map((place) => {
    const own = samples.get(place) ?? [];
    const times = own.flatMap((sample) => sample.times);
    const sum = (pick: (sample: Sample) => number) => own.reduce((total, sample) => total + pick(sample), 0);
    return {
      ...place,
      requests: times.length,
      p50: quantile(times, 0.5),
      p99: quantile(times, 0.99),
      cpuMs: sum((sample) => sample.cpuMs) / times.length,
      databaseMs: sum((sample) => sample.databaseMs) / times.length,
      bytes: own[0]?.bytes ?? 0,
    };
  });
}

/** What one person asks for at most: one page a second. */
const PERSON_MS = 1_000;

/**
 * The same readers as people: each asks for one page a second, their seconds spread evenly, each in another part of the
 * list, until every place was read `each` times. One whose answer is late asks again in its next second.
 */
export async function measurePaced(
  readers: readonly Reader[],
  places: readonly Place[],
  each: number,
): Promise<Map<Place, PacedFigures>> {
  const times = new Map(places.map((place): [Place, number[]] => [place, []]));
  const turns = Math.ceil((places.length * each) / readers.length);
  await Promise.all(
    readers.map(async (reader, number) => {
      await pause((PERSON_MS * number) / readers.length);
      for (let turn = 0; turn < turns; turn += 1) {
        const place = places[(number * turns + turn) % places.length];
        if (place === undefined) return;
        const began = performance.now();
        const answer = await reader.get(place.path);
        if (answer.status !== 200) throw new Error(`${place.path} answers ${answer.status}`);
        times.get(place)?.push(answer.firstByteMs);
        await pause(Math.max(0, PERSON_MS - (performance.now() - began)));
      }
    }),
  );
  return new Map(
    [...times].map(([place, own]) => [
      place,
      { requests: own.length, p50: quantile(own, 0.5), slowest: quantile(own, 1) },
    ]),
  );
}
