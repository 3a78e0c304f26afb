// Cold and warm start of the real program until a page is served.
import { performance } from "node:perf_hooks";
import { startDesk, temporaryFolder } from "#tests/support/desk-process.ts";
import { processCpuMs } from "./process-cpu.ts";
import type { BenchRow } from "./row.ts";

type Served = { ms: number; cpuMs: number; stop(): Promise<unknown> };

async function untilServed(dataDir: string): Promise<Served> {
  const began = performance.now();
  const desk = await startDesk({ dataDir });
  const answer = await fetch(new URL("/login", desk.url));
  if (!answer.ok) throw new Error(`the desk serves ${answer.status}`);
  return { ms: performance.now() - began, cpuMs: processCpuMs(desk.pid), stop: () => desk.stop() };
}

export async function benchStart({ warm = 3 }: { warm?: number } = {}): Promise<BenchRow[]> {
  const folder = temporaryFolder();
  try {
    const cold = await untilServed(folder.path);
    const coldStop = performance.now();
    await cold.stop();
    const stopMs = performance.now() - coldStop;
    const times: number[] = [];
    const cpu: number[] = [];
    for (let turn = 0; turn < warm; turn += 1) {
      const again = await untilServed(folder.path);
      times.push(again.ms);
      cpu.push(again.cpuMs);
      await again.stop();
    }
    return [
      { suite: "start", name: "cold, new data folder", value: cold.ms / 1000, unit: "s" },
      { suite: "start", name: "warm, median", value: median(times) / 1000, unit: "s", target: { atMost: 5 } },
      { suite: "start", name: "warm, CPU of the process, median", value: median(cpu) / 1000, unit: "s" },
      { suite: "start", name: "stop by Ctrl-C", value: stopMs / 1000, unit: "s" },
    ];
  } finally {
    folder.remove();
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
