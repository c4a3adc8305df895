import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { Outcome, Task } from '../../../bench/reliability/perform.ts';

const program = fileURLToPath(new URL('../../../bench/reliability/perform.ts', import.meta.url));

/** A client in a process of its own, so that what it leaves behind is its own. It ends with the test. */
export class Peer {
  readonly name: string;
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, (outcome: Outcome) => void>();
  readonly #failed: Promise<never>;
  #tasks = 0;

  constructor(name: string) {
    this.name = name;
    this.#process = fork(program, [name], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#process.on('message', (message: 'ready' | { id: number; outcome: Outcome }) => {
      if (message !== 'ready') this.#waiting.get(message.id)?.(message.outcome);
    });
    this.#failed = new Promise((_, reject) => {
      this.#process.once('exit', (code) => reject(new Error(`The process of ${name} ended with ${code}.`)));
    });
    this.#failed.catch(() => undefined);
    onTestFinished(() => void this.#process.kill());
  }

  /** Makes the calls, and returns what came of them. */
  perform(task: Task): Promise<Outcome> {
    const id = this.#tasks++;
    const outcome = new Promise<Outcome>((resolve) => this.#waiting.set(id, resolve));
    this.#process.send({ id, task });
    return Promise.race([outcome, this.#failed]);
  }

  /** Unhandled rejections of all tasks so far. */
  async unhandled(): Promise<number> {
    return (await this.perform({ url: 'http://127.0.0.1', method: 'get', ids: [] })).unhandled;
  }
}
