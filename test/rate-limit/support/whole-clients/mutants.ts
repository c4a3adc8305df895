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
    original: 'return window.reported + inFlight + window.lost - window.lostReported;',
    broken: 'return window.reported + window.lost - window.lostReported;',
  },
  {
    what: 'what other processes hold is granted again',
    file: 'rate-limit/grants.ts',
    original: 'if (foreign === 0) return limit - used - held;',
    broken: 'if (foreign === 0) return limit - used;',
  },
  {
    what: 'a process takes what others wait for',
    file: 'rate-limit/fair-shares.ts',
    original: 'const share = Math.min(shareAt(level + 1, own), available - costOf(level, others));',
    broken: 'const share = Math.min(own.wanted, available);',
  },
  {
    what: 'a refusal in favor of others uses up a retry',
    file: 'http/retry.ts',
    original: 'state.paced && state.contended && state.maxRetries > 0',
    broken: 'state.paced && state.maxRetries > 1e9',
  },
  {
    what: 'a call joins a request that was sent before it was made',
    file: 'rate-limit/call-queue.ts',
    original: 'if (this.#leaders.get(key) === call) this.#leaders.delete(key);',
    broken: '',
  },
  {
    what: 'what is reserved for normal calls is never used',
    file: 'rate-limit/reserve.ts',
    original: 'return endsAt < Infinity ? endsAt - (Math.max(0, remaining - 1) * period) / demand + 1 : now + 1000;',
    broken: 'return Infinity;',
  },
  {
    what: 'background calls of one process starve behind normal calls of another one',
    file: 'rate-limit/grants.ts',
    original: 'Math.max(0, Math.floor((budget.owed + available) / backgroundShare))',
    broken: '0',
  },
  {
    what: 'nothing wakes the queue at the boundary',
    file: 'rate-limit/scheduler.ts',
    original: 'Math.min(this.#wakeAt, syncAt, this.#expiresAt)',
    broken: 'Math.min(syncAt, this.#expiresAt)',
  },
];
