import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { end, ready, start } from './child-process.ts';
import { freePort } from './free-port.ts';

/** A TypeScript program with the built package that serves HTTP on the port in its environment variable `PORT`. */
export class Program {
  readonly url: string;
  #output = '';
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, port: number) {
    this.#process = process;
    this.url = `http://127.0.0.1:${port}`;
    for (const stream of [process.stdout, process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    }
  }

  /** Starts it, and returns when it answers requests. */
  static async start(path: string, environment: Record<string, string> = {}): Promise<Program> {
    const port = await freePort();
    const child = start(process.execPath, [fileURLToPath(new URL(path, import.meta.url))], {
      env: { ...process.env, NODE_ENV: 'production', PORT: String(port), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const program = new Program(child, port);
    await ready(
      child,
      () => fetch(program.url),
      () => program.output,
    );
    return program;
  }

  /** What it has printed so far. */
  get output(): string {
    return this.#output;
  }

  /** Ends it at once, as a crash would. */
  kill(): Promise<void> {
    return end(this.#process);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
