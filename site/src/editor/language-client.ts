import type { Language } from './language.ts';
import type { Answer, Question } from './language-worker.ts';

/** A `Language` in a worker of its own, so that the page stays responsive. */
export class LanguageClient {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  #count = 0;
  #isDisposed = false;

  constructor() {
    this.#worker = new Worker(new URL('./language-worker.ts', import.meta.url), { type: 'module' });
    this.#worker.addEventListener('message', ({ data: { id, value } }: MessageEvent<Answer>) => {
      this.#waiting.get(id)?.resolve(value);
      this.#waiting.delete(id);
    });
    this.#worker.addEventListener('error', () => this.dispose());
  }

  /** Ends the worker. Questions that it has not answered are rejected, and so are later ones. */
  dispose(): void {
    this.#isDisposed = true;
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(noAnswer());
    this.#waiting.clear();
  }

  ask<M extends keyof Language>(method: M, ...values: Parameters<Language[M]>): Promise<ReturnType<Language[M]>> {
    if (this.#isDisposed) return Promise.reject(noAnswer());
    const id = ++this.#count;
    this.#worker.postMessage({ id, method, values } satisfies Question<M>);
    return new Promise((resolve, reject) => {
      // The worker answers with what the method returns.
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
    });
  }
}

const noAnswer = () => new Error('TypeScript does not answer.');
