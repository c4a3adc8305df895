import type { WaitingCall } from './queue.ts';

/** Watches the signals of waiting calls, with one listener per signal: calls that share one cost no more. */
export class AbortWatcher {
  readonly #calls = new Map<AbortSignal, Set<WaitingCall>>();
  readonly #onAbort: (call: WaitingCall) => void;

  constructor(onAbort: (call: WaitingCall) => void) {
    this.#onAbort = onAbort;
  }

  add(call: WaitingCall): void {
    const { signal } = call.admission;
    if (signal === undefined) return;
    const calls = this.#calls.get(signal) ?? new Set();
    if (calls.size === 0) signal.addEventListener('abort', this);
    this.#calls.set(signal, calls.add(call));
  }

  remove(call: WaitingCall): void {
    const { signal } = call.admission;
    const calls = signal === undefined ? undefined : this.#calls.get(signal);
    if (signal === undefined || calls?.delete(call) !== true || calls.size > 0) return;
    this.#calls.delete(signal);
    signal.removeEventListener('abort', this);
  }

  handleEvent({ target }: Event): void {
    // It listens to these signals only.
    this.#calls.get(target as AbortSignal)?.forEach(this.#onAbort);
  }
}
