// Which snapshot fields have warmed up: the first call for a contract only starts its stream. Own memory only.
import type { Clock } from "#tools/clock.ts";
import type { DataSettings } from "../settings.ts";

export type Streams = {
  /** The fields that have values by now, after noting that these are wanted. */
  read(conid: number, fields: readonly string[]): ReadonlySet<string>;
  isOpen(conid: number): boolean;
  /** False when nothing was open for it. */
  close(conid: number): boolean;
  closeAll(): void;
};

type Stream = { fields: Map<string, number>; usedAt: number };

export function createStreams(of: { clock: Clock; settings: DataSettings }): Streams {
  const streams = new Map<number, Stream>();
  const now = () => of.clock.now().getTime();
  const live = (conid: number) => {
    const stream = streams.get(conid);
    if (stream === undefined || now() - stream.usedAt < of.settings.releaseMs) return stream;
    streams.delete(conid);
    return undefined;
  };
  return {
    read: (conid, fields) => {
      const at = now();
      const stream = live(conid);
      if (stream === undefined) {
        streams.set(conid, { fields: new Map(fields.map((field) => [field, at])), usedAt: at });
        return new Set();
      }
      stream.usedAt = at;
      const warm = [...stream.fields].filter(([, since]) => at - since >= of.settings.warmMs);
      for (const field of fields) if (!stream.fields.has(field)) stream.fields.set(field, at);
      return new Set(warm.map(([field]) => field));
    },
    isOpen: (conid) => live(conid) !== undefined,
    close: (conid) => live(conid) !== undefined && streams.delete(conid),
    closeAll: () => streams.clear(),
  };
}
