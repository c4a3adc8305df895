import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { end, ready, startPrinting } from './child-process.ts';
import { freePort } from './free-port.ts';

/** A TypeScript program with the built package that serves HTTP on the port in its environment variable `PORT`. */
export class Program {
  readonly url: string;
  readonly #process: ChildProcess;
  readonly #output: () => string;

  private constructor(url: string, process: ChildProcess, output: () => string) {
    this.url = url;
    this.#process = process;
    this.#output = output;
  }

  /** Starts it, and returns when it answers requests. */
  static async start(path: string, environment: Record<string, string> = {}): Promise<Program> {
    const port = await freePort();
    const file = fileURLToPath(new URL(path, import.meta.url));
    const { child, output } = startPrinting(process.execPath, [file], {
      env: { ...process.env, NODE_ENV: 'production', PORT: String(port), ...environment },
    });
    const url = `http://127.0.0.1:${port}`;
    await ready(child, () => fetch(url), output);
    return new Program(url, child, output);
  }

  /** What it has printed so far. */
  get output(): string {
    return this.#output();
  }

  /** Ends it at once, as a crash would. */
  kill(): Promise<void> {
    return end(this.#process);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
