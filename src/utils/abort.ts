/**
 * Settles as the work does, or rejects with the signal's reason as soon as it aborts, even if the work ignores the
 * signal. Either way, nothing is left on the signal.
 */
export function untilAborted<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    const settled = () => signal.removeEventListener('abort', abort);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true }); // the work may never settle
    work.then(resolve, reject).finally(settled);
  });
}

/** Waits, unless the signal aborts first. */
export async function sleep(delay: number, signal: AbortSignal | undefined): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await untilAborted(signal, new Promise<void>((resolve) => (timer = setTimeout(resolve, delay))));
  } finally {
    clearTimeout(timer);
  }
}

/**
 * A signal that aborts when the caller's does, or when the time is over. Unlike `AbortSignal.any([signal,
 * AbortSignal.timeout(…)])`, `dispose` lets go of both.
 *
 * @param duration Milliseconds, or `Infinity`.
 * @returns `endsAt` is in milliseconds of `performance.now()`.
 */
export function startDeadline(callerSignal: AbortSignal | undefined, duration: number, timeoutError: () => Error) {
  const controller = new AbortController();
  const expire = () => controller.abort(timeoutError());
  const timer = duration < Infinity ? setTimeout(expire, duration) : undefined;
  const abort = () => controller.abort(callerSignal?.reason);
  if (callerSignal?.aborted) abort();
  else callerSignal?.addEventListener('abort', abort);
  const dispose = () => {
    clearTimeout(timer);
    callerSignal?.removeEventListener('abort', abort);
  };
  return { signal: controller.signal, endsAt: performance.now() + duration, dispose };
}
