// What a command's exit code says; documented in docs/cli.md.

export const ExitCode = {
  ok: 0,
  /** At least one symbol run failed, or the desk found something wrong (doctor). */
  failed: 1,
  /** The command line or the configuration is wrong. */
  usage: 2,
  /** The desk, its database or its gateway cannot be reached or started. */
  unavailable: 3,
  /** What was asked for is not there, or not in a state that allows it. */
  refused: 4,
  /** Stopped by Ctrl-C or SIGTERM; work in hand is parked. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
