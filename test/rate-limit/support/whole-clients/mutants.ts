/** A fault to put into the source, which the schedules must notice. */
export interface Mutant {
  readonly what: string;
  readonly file: string;
  readonly original: string;
  readonly broken: string;
}

export const mutants: readonly Mutant[] = [
  {
    what: 'requests in flight do not count',
    file: 'rate-limit/window.ts',
    original: 'this.inFlight < Math.min(part, maxInFlight)',
    broken: 'this.inFlight < maxInFlight',
  },
  {
    what: 'a refusal in favor of others uses up a retry',
    file: 'http/retry.ts',
    original: 'isRefusal && verdict?.isContended === true && maxRetries > 0',
    broken: 'isRefusal && maxRetries > 1e9',
  },
  {
    what: 'nothing wakes the queue at the turn of a window',
    file: 'rate-limit/scheduler.ts',
    original: 'this.#waiting === 0 ? Infinity : next',
    broken: 'Infinity',
  },
];
