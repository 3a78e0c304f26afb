// A browser that only reads: signs in, keeps its connection and session, and notes when the first byte came.
// Each reader has a loopback address of its own, as ten people would: the desk's rate limit counts by address.
import { Agent, type IncomingMessage, request } from "node:http";
import { performance } from "node:perf_hooks";
import { TEST_TOKEN } from "#tests/support/desk-process.ts";

export type Answer = { status: number; firstByteMs: number; bytes: number; text: string };

export class Reader {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #url: URL;
  readonly #address: string;
  #cookie = "";

  constructor(url: string, number: number) {
    this.#url = new URL(url);
    this.#address = process.platform === "linux" ? `127.0.1.${10 + number}` : "127.0.0.1";
  }

  async signIn(): Promise<void> {
    await this.get(`/login?token=${TEST_TOKEN}`);
    if (this.#cookie === "") throw new Error("the desk gave no session");
  }

  get(path: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const began = performance.now();
      const asked = request(
        { ...this.#where(path), agent: this.#agent, headers: this.#headers() },
        (answer) => {
          let firstByteMs = 0;
          const chunks: Buffer[] = [];
          answer.on("data", (chunk: Buffer) => {
            if (chunks.length === 0) firstByteMs = performance.now() - began;
            chunks.push(chunk);
          });
          answer.on("end", () => {
            this.#keepCookie(answer);
            const body = Buffer.concat(chunks);
            const status = answer.statusCode ?? 0;
            resolve({ status, firstByteMs, bytes: body.length, text: body.toString("utf8") });
          });
          answer.on("error", reject);
        },
      );
      asked.on("error", reject);
      asked.end();
    });
  }

  /** An open answer, for event streams; each has a connection of its own. */
  open(path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const asked = request(
        { ...this.#where(path), agent: false, headers: { ...this.#headers(), ...headers } },
        resolve,
      );
      asked.on("error", reject);
      asked.end();
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  #where(path: string) {
    return { host: this.#url.hostname, port: this.#url.port, path, localAddress: this.#address };
  }

  #headers(): Record<string, string> {
    return {
      accept: "text/html,application/xhtml+xml",
      "accept-encoding": "gzip, deflate, br",
      ...(this.#cookie === "" ? {} : { cookie: this.#cookie }),
    };
  }

  #keepCookie(answer: IncomingMessage): void {
    for (const line of answer.headers["set-cookie"] ?? []) {
      if (line.includes("session=")) this.#cookie = line.split(";")[0] ?? "";
    }
  }
}
