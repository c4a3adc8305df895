import type { Language } from './language.ts';
import type { Answer, Question } from './language-worker.ts';

/** A `Language` in a worker of its own, so that the page stays responsive. */
export class LanguageClient {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  #count = 0;

  constructor() {
    this.#worker = new Worker(new URL('./language-worker.ts', import.meta.url), { type: 'module' });
    this.#worker.addEventListener('message', ({ data: { id, value } }: MessageEvent<Answer>) => {
      this.#waiting.get(id)?.resolve(value);
      this.#waiting.delete(id);
    });
    this.#worker.addEventListener('error', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('TypeScript could not be loaded.'));
      this.#waiting.clear();
    });
  }

  ask<M extends keyof Language>(method: M, ...values: Parameters<Language[M]>): Promise<ReturnType<Language[M]>> {
    const id = ++this.#count;
    this.#worker.postMessage({ id, method, values } satisfies Question<M>);
    return new Promise((resolve, reject) => {
      // The worker answers with what the method returns.
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
    });
  }
}
