import { now, startTimer } from './timing.ts';

/** What ends a call early. A {@link Deadline} takes less memory than a signal, until someone asks for its signal. */
export type Cancellation = AbortSignal | Deadline;

const callbacksOf = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back when a signal or a deadline aborts, or at once if it already has. All callbacks of a signal share one
 * listener, because adding a listener takes longer the more there are.
 *
 * @returns A function that removes the callback.
 */
export function onAbort(cancellation: Cancellation, callback: () => void): () => void {
  if (cancellation.aborted) {
    callback();
    return () => undefined;
  }
  if (cancellation instanceof Deadline) {
    (cancellation.callbacks ??= new Set()).add(callback);
    return () => void cancellation.callbacks?.delete(callback);
  }
  const callbacks = callbacksOf.get(cancellation) ?? new Set();
  if (callbacks.size === 0) cancellation.addEventListener('abort', callAll);
  callbacksOf.set(cancellation, callbacks.add(callback));
  return () => {
    if (callbacks.delete(callback) && callbacks.size === 0) cancellation.removeEventListener('abort', callAll);
  };
}

/** A signal that aborts with the first of several. */
export function anySignal(signals: AbortSignal[]): AbortSignal {
  // The edge runtime of Next.js and React Native lack it. Its result is held by none of the signals.
  const any = (AbortSignal as Partial<typeof AbortSignal>).any?.(signals);
  if (any) return any;
  const controller = new AbortController();
  for (const each of signals) onAbort(each, () => controller.abort(each.reason));
  return controller.signal;
}

function callAll(this: AbortSignal): void {
  this.removeEventListener('abort', callAll);
  for (const callback of callbacksOf.get(this) ?? []) callback();
}

/**
 * Settles as the work does, or rejects with the reason as soon as it is to end, even if the work ignores that. Leaves
 * no listener behind.
 */
export function untilAborted<T>(cancellation: Cancellation | undefined, work: Promise<T>): Promise<T> {
  if (!cancellation) return work;
  return new Promise((resolve, reject) => {
    const release = onAbort(cancellation, () => reject(cancellation.reason));
    work.then(resolve, reject).finally(release);
  });
}

/**
 * Aborts when any of its signals or deadlines aborts, or when the time is over. Unlike `AbortSignal.any([signal,
 * AbortSignal.timeout(…)])`, it can be stopped, and it takes signals of any library.
 */
export class Deadline {
  /** When the time is over, on the clock of {@link now}. */
  readonly endsAt: number;
  aborted = false;
  reason: unknown;
  /** Called when it aborts. */
  callbacks: Set<() => void> | undefined;
  readonly #sources: readonly Cancellation[];
  readonly #releases: readonly (() => void)[];
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #timeoutError: () => Error;
  #controller: AbortController | undefined;

  /** @param duration Milliseconds, or `Infinity`. */
  constructor(sources: readonly Cancellation[], duration: number, timeoutError: () => Error) {
    this.endsAt = now() + duration;
    this.#sources = sources;
    this.#timeoutError = timeoutError;
    this.#timer = duration < Infinity ? startTimer(() => this.#abort(timeoutError()), duration) : undefined;
    this.#releases = sources.map((source) => onAbort(source, () => this.#abort(source.reason)));
  }

  /** A signal that aborts with it, for those who take nothing else. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.aborted) this.#abortSignal(this.#controller);
    }
    return this.#controller.signal;
  }

  /** True if one of its sources has aborted it with this reason. */
  isAbortedBy(reason: unknown): boolean {
    return this.aborted && reason === this.reason && this.#sources.some(({ aborted }) => aborted);
  }

  /** Throws if it has aborted, or if its time is over: of calls with the same deadline, one timer fires first. */
  throwIfOver(): void {
    if (now() >= this.endsAt) this.#abort(this.#timeoutError());
    if (this.aborted) throw this.reason;
  }

  /** Removes the callbacks from its sources, and stops the timer. */
  stop(): void {
    clearTimeout(this.#timer);
    for (const release of this.#releases) release();
  }

  #abort(reason: unknown = Object.assign(new Error('The call was aborted.'), { name: 'AbortError' })): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    if (this.#controller) this.#abortSignal(this.#controller);
    for (const callback of [...(this.callbacks ?? [])]) callback();
  }

  #abortSignal(controller: AbortController): void {
    // React Native's `abort()` takes no reason.
    if (!('reason' in controller.signal)) Object.defineProperty(controller.signal, 'reason', { value: this.reason });
    controller.abort(this.reason);
  }
}
