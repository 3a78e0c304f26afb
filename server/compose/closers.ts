// Undoes a start: what was opened last is closed first, each once, whatever the others do.

export class Closers {
  private readonly stack: (() => Promise<unknown>)[] = [];
  private closing: Promise<void> | null = null;

  add(close: () => Promise<unknown>): void {
    this.stack.push(close);
  }

  /** @throws AggregateError with every failure, after all were tried. */
  close(): Promise<void> {
    this.closing ??= this.unwind();
    return this.closing;
  }

  private async unwind(): Promise<void> {
    const failures: unknown[] = [];
    for (let close = this.stack.pop(); close !== undefined; close = this.stack.pop()) {
      await close().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw new AggregateError(failures, "parts of the desk did not close cleanly");
  }
}
