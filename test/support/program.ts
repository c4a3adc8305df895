import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.ts';

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

const resolveSource = new URL('./resolve-source.ts', import.meta.url).href;

/** A TypeScript program in a process of its own that serves HTTP on the port in its environment variable `PORT`. */
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
    const child = spawn(process.execPath, ['--import', resolveSource, fileURLToPath(new URL(path, import.meta.url))], {
      env: { ...process.env, NODE_ENV: 'production', PORT: String(port), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    child.once('exit', () => running.delete(child));
    const program = new Program(child, port);
    while (!(await program.#answers())) {
      if (child.exitCode !== null) throw new Error(`${path} ended with ${child.exitCode}:\n${program.output}`);
    }
    return program;
  }

  /** What it has printed so far. */
  get output(): string {
    return this.#output;
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill('SIGKILL');
    await once(this.#process, 'exit');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  #answers(): Promise<boolean> {
    return fetch(this.url).then(
      () => true,
      // Refused at once while nobody listens; the pause keeps the loop from spinning.
      () => new Promise((resolve) => setTimeout(resolve, 20, false)),
    );
  }
}
