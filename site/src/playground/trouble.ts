import type { Fault, Sandbox } from '@example/sandbox';
import type { Trouble } from './messages.ts';

/** Makes go wrong what is switched on. Faults that the program arms itself go first, and are left alone. */
export class TroubleSwitches {
  readonly #faults: Sandbox['faults'];
  readonly #arm: Sandbox['faults']['next'];
  #trouble: Trouble = { faults: false, latency: false, outage: false };
  #armed: readonly { readonly id: string }[] = [];

  constructor(faults: Sandbox['faults']) {
    this.#faults = faults;
    this.#arm = faults.next.bind(faults);
    // A request gets the first fault that matches it, so those of the switches have to stay the last.
    faults.next = (fault) => {
      this.#disarm();
      try {
        return this.#arm(fault);
      } finally {
        this.set(this.#trouble);
      }
    };
  }

  set(trouble: Trouble): void {
    this.#disarm();
    this.#trouble = trouble;
    this.#armed = faultsOf(trouble).map((fault) => this.#arm(fault));
  }

  #disarm(): void {
    for (const { id } of this.#armed) this.#faults.remove(id);
    this.#armed = [];
  }
}

/** A request gets the first fault that matches it, so each has the latency, too. */
function faultsOf({ faults, latency, outage }: Trouble): Fault[] {
  const delay = latency ? { latency: 800 } : {};
  return [
    ...(outage ? [{ status: 503, share: 1, ...delay }] : []),
    ...(faults ? [{ status: 500, share: 0.2, ...delay }] : []),
    ...(latency ? [{ share: 1, ...delay }] : []),
  ];
}
