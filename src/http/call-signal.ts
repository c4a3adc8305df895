/** What ends a call early: the caller's signal, and the total timeout. */
export interface CallSignal {
  readonly signal: AbortSignal | undefined;
  /** When the total timeout ends the call, on the clock of `performance.now()`. */
  readonly deadline: number;
  /** Takes the listener off the caller's signal and ends the timer. */
  readonly dispose: () => void;
}

/**
 * Joins the caller's signal and the total timeout. `AbortSignal.any` would do, but costs far more, and most calls have
 * neither.
 */
export function callSignal(
  signal: AbortSignal | undefined,
  totalTimeout: number,
  timeoutError: () => Error,
): CallSignal {
  if (totalTimeout === Infinity) return { signal, deadline: Infinity, dispose: () => undefined };

  const controller = new AbortController();
  const release = forwardAbort(signal, controller);
  const timer = setTimeout(() => controller.abort(timeoutError()), totalTimeout);
  return {
    signal: controller.signal,
    deadline: performance.now() + totalTimeout,
    dispose: () => {
      clearTimeout(timer);
      release();
    },
  };
}

/** Aborts the controller when the signal aborts, until the returned function is called. */
export function forwardAbort(signal: AbortSignal | undefined, controller: AbortController): () => void {
  if (!signal) return () => undefined;
  const forward = () => controller.abort(signal.reason);
  if (signal.aborted) forward();
  else signal.addEventListener('abort', forward);
  return () => signal.removeEventListener('abort', forward);
}

/** The result of the work, or the signal's reason as soon as it aborts, whether or not the work heeds the signal. */
export function untilAborted<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    const settled = () => signal.removeEventListener('abort', abort);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort);
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
