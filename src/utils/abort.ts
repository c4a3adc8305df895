import { now, startTimer } from './clock.ts';

const callbacksOf = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back when the signal aborts, or now if it has. Calls that share a signal share one listener: of many, each would
 * take longer to add than the last.
 *
 * @returns What takes it back, and leaves nothing on the signal.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  if (signal.aborted) {
    callback();
    return () => undefined;
  }
  const callbacks = callbacksOf.get(signal) ?? new Set();
  if (callbacks.size === 0) signal.addEventListener('abort', callAll);
  callbacksOf.set(signal, callbacks.add(callback));
  return () => {
    callbacks.delete(callback);
    if (callbacks.size === 0) forget(signal);
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
 * signal. Either way, nothing is left on the signal.
 */
export function untilAborted<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const release = onAbort(signal, () => reject(signal.reason));
    work.then(resolve, reject).finally(release);
  });
}

/** Waits, unless the signal aborts first. */
export async function sleep(delay: number, signal: AbortSignal | undefined): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await untilAborted(signal, new Promise<void>((resolve) => (timer = startTimer(resolve, delay))));
  } finally {
    clearTimeout(timer);
  }
}

/**
 * A signal that aborts when any of the callers' does, or when the time is over. Unlike `AbortSignal.any([signal,
 * AbortSignal.timeout(…)])`, `dispose` lets go of all, and a signal of any library will do.
 *
 * @param duration Milliseconds, or `Infinity`.
 * @returns `endsAt` is on the clock of {@link now}.
 */
export function startDeadline(signals: readonly AbortSignal[], duration: number, timeoutError: () => Error) {
  const controller = new AbortController();
  const abort = (reason: unknown = Object.assign(new Error('The call was aborted.'), { name: 'AbortError' })) => {
    // In React Native, `abort` takes none.
    if (!isNative(controller.signal)) Object.defineProperty(controller.signal, 'reason', { value: reason });
    controller.abort(reason);
  };
  const timer = duration < Infinity ? startTimer(() => abort(timeoutError()), duration) : undefined;
  const releases = signals.map((signal) => onAbort(signal, () => abort(signal.reason)));
  const dispose = () => {
    clearTimeout(timer);
    for (const release of releases) release();
  };
  return { signal: controller.signal, endsAt: now() + duration, dispose };
}

/** A signal that aborts when any of these does. Not every runtime has `AbortSignal.any`, which takes only the runtime's own. */
export function anySignal(signals: readonly AbortSignal[]): AbortSignal {
  const any = (AbortSignal as Partial<typeof AbortSignal>).any?.bind(AbortSignal);
  return any && signals.every(isNative) ? any([...signals]) : startDeadline(signals, Infinity, Error).signal;
}

/** Whether `fetch` takes the signal: it is not one of another realm or library, which may not even have a `reason`. */
export function isNative(signal: AbortSignal): boolean {
  return signal instanceof AbortSignal && 'reason' in signal;
}
