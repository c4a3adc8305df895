import files from 'virtual:type-files';
import { createLanguage, type Language } from './language.ts';

/** A question of the editor: a method of `Language`, and its arguments. */
export interface Question<M extends keyof Language = keyof Language> {
  readonly id: number;
  readonly method: M;
  readonly values: Parameters<Language[M]>;
}

export interface Answer {
  readonly id: number;
  readonly value: unknown;
}

const language = createLanguage(files);

addEventListener('message', ({ data: { id, method, values } }: MessageEvent<Question>) => {
  // The arguments are those of the method.
  const ask = language[method] as (...values: unknown[]) => unknown;
  postMessage({ id, value: ask(...values) } satisfies Answer);
});
