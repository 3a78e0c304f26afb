// A program that follows the event stream as the API asks it to: it comes back with the last number it saw.
// Effects: sockets. Used by tests and by the bench.

export type StreamReader = {
  /** Number of each event seen, with its topic and when it came (milliseconds, monotonic). */
  seen: ReadonlyMap<number, { topic: string; at: number }>;
  /** How often an event came a second time. */
  repeated(): number;
  connected(): Promise<void>;
  /** Ends the connection as a lost network would; the reader comes back by itself. */
  cut(): void;
  until(enough: (seen: StreamReader["seen"]) => boolean): Promise<void>;
  close(): void;
};

const AGAIN_MS = 100;

export function openStreamReader(of: { url: string; token: string }): StreamReader {
  const seen = new Map<number, { topic: string; at: number }>();
  let repeated = 0;
  let last: number | null = null;
  let closed = false;
  let connection = new AbortController();
  let waiting: (() => void)[] = [];
  let isConnected: () => void = () => undefined;
  const firstConnection = new Promise<void>((resolve) => {
    isConnected = resolve;
  });

  const take = (block: string) => {
    const id = /^id: (\d+)$/m.exec(block)?.[1];
    const topic = /^event: (\w+)$/m.exec(block)?.[1];
    if (id === undefined || topic === undefined) return;
    last = Number(id);
    if (seen.has(last)) repeated += 1;
    else seen.set(last, { topic, at: performance.now() });
  };
  const follow = async () => {
    const headers: Record<string, string> = { authorization: `Bearer ${of.token}` };
    if (last !== null) headers["last-event-id"] = String(last);
    const answer = await fetch(of.url, { headers, signal: connection.signal });
    if (answer.body === null || answer.status !== 200)
      throw new Error(`the stream answered ${answer.status}`);
    const decoder = new TextDecoder();
    let text = "";
    for await (const bytes of answer.body) {
      isConnected();
      text += decoder.decode(bytes, { stream: true });
      const blocks = text.split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) take(block);
      for (const wake of waiting) wake();
    }
  };
  const keepFollowing = async () => {
    while (!closed) {
      await follow().catch(() => undefined);
      connection = new AbortController();
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  };
  void keepFollowing();
  return {
    seen,
    repeated: () => repeated,
    connected: () => firstConnection,
    cut: () => connection.abort(),
    until: (enough) =>
      new Promise((resolve) => {
        const look = () => {
          if (!enough(seen)) return;
          waiting = waiting.filter((one) => one !== look);
          resolve();
        };
        waiting.push(look);
        look();
      }),
    close: () => {
      closed = true;
      connection.abort();
    },
  };
}
