import { type Fault, faultSchema, isOfRoute } from './fault.ts';
import { throwingTypeErrors } from './failure.ts';
import { parseFields } from './fields.ts';
import { type Random, seededRandom } from './random.ts';

/** A fault that waits for its requests. */
export interface ArmedFault extends Fault {
  /** To {@link Faults.remove} it with. */
  readonly id: string;
  /** Requests it has met. */
  readonly met: number;
}

interface Armed {
  readonly id: string;
  readonly fault: Fault;
  readonly random: Random;
  met: number;
}

/** Faults on demand. A request gets the first one that is meant for it. */
export class Faults {
  readonly #seed: number;
  #armed: Armed[] = [];
  #count = 0;

  /** @internal */
  constructor(seed: number) {
    this.#seed = seed;
  }

  /**
   * The next request, or those that the fault describes, go wrong.
   *
   * @example
   * sandbox.faults.next({ status: 503, times: 2, retryAfter: 1 });
   * sandbox.faults.next({ share: 0.2, latency: 500, route: 'GET /projects' });
   *
   * @throws TypeError for a fault that makes no sense; the message says what is wrong.
   */
  next(fault: Fault): ArmedFault {
    return throwingTypeErrors('No such fault.', () => this.arm(fault));
  }

  /** @internal The same for what came over HTTP. @throws Failure */
  arm(fields: unknown): ArmedFault {
    const fault = parseFields(faultSchema, fields);
    this.#count += 1;
    // Each has numbers of its own, so that it meets the same requests whatever other faults there are.
    const armed = { id: `fault_${this.#count}`, fault, random: seededRandom(this.#seed + this.#count), met: 0 };
    this.#armed.push(armed);
    return view(armed);
  }

  /** The faults that still wait for requests. */
  get list(): readonly ArmedFault[] {
    return this.#armed.map(view);
  }

  /** Takes a fault back; `false` when there is none with this id. */
  remove(id: string): boolean {
    const before = this.#armed.length;
    this.#armed = this.#armed.filter((armed) => armed.id !== id);
    return this.#armed.length < before;
  }

  /** Takes all of them back. */
  clear(): void {
    this.#armed = [];
  }

  /** @internal The fault that this request meets. */
  meet(method: string, path: string): Fault | undefined {
    const armed = this.#armed.find(
      ({ fault, random }) =>
        (fault.route === undefined || isOfRoute(fault.route, method, path)) &&
        (fault.share === undefined || random() < fault.share),
    );
    if (armed === undefined) return undefined;

    armed.met += 1;
    const times = armed.fault.times ?? (armed.fault.share === undefined ? 1 : Infinity);
    if (armed.met >= times) this.remove(armed.id);
    return armed.fault;
  }
}

function view({ id, fault, met }: Armed): ArmedFault {
  return { id, ...fault, met };
}
