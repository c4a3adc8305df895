import { now, startTimer } from './timing.ts';

/** Ends a call early: a signal, or a {@link Deadline}. */
export type Cancellation = AbortSignal | Deadline;

const callbacksOf = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back when the signal aborts, or at once if it already has. All callbacks of a signal share one listener,
 * because adding a listener takes longer the more there are.
 *
 * @returns A function that removes the callback.
 */
export function onAbort(signal: Cancellation, callback: () => void): () => void {
  if (signal.aborted) {
    callback();
    return () => undefined;
  }
  if (signal instanceof Deadline) return signal.onAbort(callback);
  const callbacks = callbacksOf.get(signal) ?? new Set();
  if (callbacks.size === 0) signal.addEventListener('abort', callAll);
  callbacksOf.set(signal, callbacks.add(callback));
  return () => {
    if (callbacks.delete(callback) && callbacks.size === 0) forget(signal);
  };
}

function callAll(this: AbortSignal): void {
  const callbacks = callbacksOf.get(this) ?? [];
  forget(this);
  for (const callback of callbacks) callback();
}

function forget(signal: AbortSignal): void {
  callbacksOf.delete(signal);
  signal.removeEventListener('abort', callAll);
}

/**
 * Settles as the work does, or rejects with the signal's reason as soon as it aborts, even if the work ignores the
 * signal. Leaves no listener on the signal.
 */
export function untilAborted<T>(signal: Cancellation | undefined, work: Promise<T>): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const release = onAbort(signal, () => reject(signal.reason));
    work.then(resolve, reject).finally(release);
  });
}

/** Waits, unless the signal aborts first. */
export async function sleep(delay: number, signal: Cancellation | undefined): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await untilAborted(signal, new Promise<void>((resolve) => (timer = startTimer(resolve, delay))));
  } finally {
    clearTimeout(timer);
  }
}

const keptAlive = /* @__PURE__ */ new WeakMap<object, readonly unknown[]>();
const collected = /* @__PURE__ */ new FinalizationRegistry<() => void>((release) => release());

/** Keeps values from being garbage collected before the body that needs them. */
export function keepAlive(body: object, value: unknown): void {
  keptAlive.set(body, [value, keptAlive.get(body)]);
}

/**
 * Aborts when any of its signals aborts, or when the time is over. Unlike `AbortSignal.any([signal,
 * AbortSignal.timeout(…)])`, it can be disposed of, and it takes signals of any library. `signal` is created only when
 * `fetch` needs it, because thousands of calls may wait.
 */
export class Deadline {
  /** When the time is over, on the clock of {@link now}. */
  readonly endsAt: number;
  aborted = false;
  reason: unknown;
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #signals: readonly Cancellation[];
  readonly #releases: readonly (() => void)[];
  #callbacks: readonly (() => void)[] = [];
  #controller: AbortController | undefined;

  /** @param duration Milliseconds, or `Infinity`. */
  constructor(signals: readonly Cancellation[], duration: number, timeoutError: () => Error) {
    this.endsAt = now() + duration;
    this.#timer = duration < Infinity ? startTimer(() => this.abort(timeoutError()), duration) : undefined;
    this.#signals = signals;
    this.#releases = signals.map((signal) => onAbort(signal, () => this.abort(signal.reason)));
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.aborted) this.#abortSignal(this.#controller);
    }
    return this.#controller.signal;
  }

  /** Use {@link onAbort}. */
  onAbort(callback: () => void): () => void {
    this.#callbacks = this.#callbacks.concat(callback);
    return () => {
      this.#callbacks = this.#callbacks.filter((each) => each !== callback);
    };
  }

  /** Removes the listeners from the signals, and stops the timer. */
  dispose(): void {
    clearTimeout(this.#timer);
    for (const release of this.#releases) release();
  }

  /** Lets the signals abort the reading of a body even after {@link dispose}, until the body is collected. */
  keepFor(body: object): void {
    keepAlive(body, this);
    // Only the body keeps the deadline alive: a signal may live as long as the program.
    const deadline = new WeakRef(this);
    for (const signal of this.#signals) {
      collected.register(
        body,
        onAbort(signal, () => deadline.deref()?.abort(signal.reason)),
      );
    }
  }

  abort(reason: unknown = Object.assign(new Error('The call was aborted.'), { name: 'AbortError' })): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    if (this.#controller) this.#abortSignal(this.#controller);
    for (const callback of this.#callbacks) callback();
  }

  #abortSignal(controller: AbortController): void {
    // React Native's `abort()` takes no reason.
    if (!isNative(controller.signal)) Object.defineProperty(controller.signal, 'reason', { value: this.reason });
    controller.abort(this.reason);
  }
}

/** True if `fetch` accepts the signal. A signal of another realm or library may not even have a `reason`. */
export function isNative(signal: AbortSignal): boolean {
  return signal instanceof AbortSignal && 'reason' in signal;
}
