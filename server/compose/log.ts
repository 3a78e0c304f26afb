// The desk's log: JSON lines in DATA_DIR/desk.log, secrets struck out. Effects: one file, renamed once when it has grown large.
import { existsSync, renameSync, statSync } from "node:fs";
import { type Logger, pino } from "pino";

const LARGEST_BYTES = 20 * 1024 * 1024;

const SECRET_PATHS = ["token", "apiKey", "password", "authorization", "cookie", "secretKey"].flatMap(
  (key) => [key, `*.${key}`],
);

export type Log = { logger: Logger; flush(): Promise<void> };

/** Opens the log; the previous file is kept once as `.1` when it passed 20 MiB. */
export function openLog(file: string): Log {
  if (existsSync(file) && statSync(file).size > LARGEST_BYTES) renameSync(file, `${file}.1`);
  const destination = pino.destination({ dest: file, sync: false, mkdir: true });
  const logger = pino({ redact: { paths: SECRET_PATHS, censor: "***" }, base: null }, destination);
  return {
    logger,
    flush: () =>
      new Promise((resolve) => {
        destination.flush(() => resolve());
      }),
  };
}
