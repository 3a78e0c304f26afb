// A look into the desk's process through V8's inspector: the heap after a collection, a CPU profile. Effects: a signal,
// a loopback connection. The desk must have been started with `INSPECTABLE`.
import { writeFileSync } from "node:fs";
import WebSocket from "ws";
import type { DeskProcess } from "#tests/support/desk-process.ts";

/** Lets the inspector open on a free port when it is asked for by a signal; costs nothing until then. */
export const INSPECTABLE = { NODE_OPTIONS: "--inspect-port=0" };

export type Inspector = {
  /** MB that are reachable, after a forced collection. */
  heapMb(): Promise<number>;
  startProfile(): Promise<void>;
  stopProfile(file: string): Promise<void>;
  close(): void;
};

export async function inspect(desk: DeskProcess): Promise<Inspector> {
  const address = () => [...desk.output().matchAll(/Debugger listening on (ws:\S+)/g)].at(-1)?.[1];
  process.kill(desk.pid, "SIGUSR1");
  for (let look = 0; address() === undefined && look < 100; look += 1)
    await new Promise((resolve) => setTimeout(resolve, 50));
  const socket = new WebSocket(address() ?? "ws://127.0.0.1:1");
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  let last = 0;
  const waiting = new Map<number, (result: unknown) => void>();
  socket.on("message", (data) => {
    const { id, result } = JSON.parse(String(data)) as { id?: number; result?: unknown };
    if (id !== undefined) waiting.get(id)?.(result);
  });
  const call = <T>(method: string): Promise<T> =>
    new Promise((resolve) => {
      last += 1;
      waiting.set(last, resolve as (result: unknown) => void);
      socket.send(JSON.stringify({ id: last, method }));
    });
  return {
    async heapMb() {
      for (let turn = 0; turn < 3; turn += 1) await call("HeapProfiler.collectGarbage");
      const { usedSize } = await call<{ usedSize: number }>("Runtime.getHeapUsage");
      return usedSize / 2 ** 20;
    },
    async startProfile() {
      await call("Profiler.enable");
      await call("Profiler.start");
    },
    async stopProfile(file) {
      const { profile } = await call<{ profile: unknown }>("Profiler.stop");
      writeFileSync(file, JSON.stringify(profile));
    },
    close: () => socket.close(),
  };
}
