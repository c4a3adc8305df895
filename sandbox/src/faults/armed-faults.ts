import { invalidFields, withTypeErrors } from '../http/failure.ts';
import { parseFields } from '../http/parse-fields.ts';
import { parseJson } from '../utils/json.ts';
import { type Random, seededRandom } from '../utils/random.ts';
import { type ArmedFault, type Fault, faultHeader, faultSchema, headersSchema } from './fault.ts';

interface Armed {
  readonly id: string;
  readonly fault: Fault;
  readonly random: Random;
  met: number;
}

/** A request that a fault may apply to. */
interface FaultTarget {
  readonly method: string;
  /** Path below the base URL. */
  readonly path: string;
  /** Value of the request's {@link faultHeader}. */
  readonly header: string | undefined;
  /** Id of the request's token. */
  readonly token: string;
}

/** Faults on demand. Each request gets the first fault that matches it. */
export class Faults {
  readonly #seed: number;
  readonly #changed: () => void;
  /** Requests that a fault in a header has applied to, by token and id of the fault. */
  readonly #metByHeader = new Map<string, number>();
  #armed: Armed[] = [];
  #count = 0;

  /** @internal */
  constructor(seed: number, changed: () => void) {
    this.#seed = seed;
    this.#changed = changed;
  }

  /**
   * Makes the next request fail, or the requests that the fault describes.
   *
   * @example
   * sandbox.faults.next({ status: 503, times: 2, retryAfter: 1 });
   * sandbox.faults.next({ share: 0.2, latency: 500, route: 'GET /projects' });
   *
   * @throws {TypeError} when the fault is invalid; the message says why.
   */
  next(fault: Fault): ArmedFault {
    const fields = withTypeErrors('Invalid fault.', () => parseFields(faultSchema, fault));
    this.#count += 1;
    // Each has its own random numbers, so that other faults don't change the requests that it applies to.
    const random = seededRandom(this.#seed + this.#count);
    const armed = { id: `fault_${this.#count}`, fault: fields, random, met: 0 };
    this.#armed.push(armed);
    this.#changed();
    return view(armed);
  }

  /** The faults that still apply to future requests. */
  get list(): readonly ArmedFault[] {
    return this.#armed.map(view);
  }

  /** Removes a fault. Returns `false` if no fault has this id. */
  remove(id: string): boolean {
    const left = this.#armed.filter((armed) => armed.id !== id);
    if (left.length === this.#armed.length) return false;
    this.#armed = left;
    this.#changed();
    return true;
  }

  /** Removes all faults. */
  clear(): void {
    this.#metByHeader.clear();
    this.#armed = [];
    this.#changed();
  }

  /**
   * @internal Returns the fault for this request, and counts it. One with a {@link faultHeader} gets no other fault.
   * @throws {Failure} 422 when the header is invalid.
   */
  take({ method, path, header, token }: FaultTarget): ArmedFault | undefined {
    if (header !== undefined) return this.#takeFromHeader(header, token);
    const armed = this.#armed.find(
      ({ fault, random }) =>
        (fault.route === undefined || isOfRoute(fault.route, method, path)) &&
        (fault.share === undefined || random() < fault.share),
    );
    if (armed === undefined) return undefined;

    armed.met += 1;
    const times = armed.fault.times ?? (armed.fault.share === undefined ? 1 : Infinity);
    if (armed.met >= times) this.remove(armed.id);
    return view(armed);
  }

  #takeFromHeader(header: string, token: string): ArmedFault | undefined {
    const value = parseJson(header);
    if (value === undefined) throw invalidFields({ [faultHeader]: 'Must be JSON, such as {"status":503}.' });
    const { id, times, ...fault } = parseFields(headersSchema, { [faultHeader]: value })[faultHeader];
    if (id === undefined) return { id: 'header', ...fault, met: 1 };

    const key = `${token} ${id}`;
    const met = (this.#metByHeader.get(key) ?? 0) + 1;
    this.#metByHeader.set(key, met);
    return met > (times ?? Infinity) ? undefined : { id, ...fault, times, met };
  }
}

/** Whether a request belongs to a route, such as `POST /users` or `/users/{id}`. */
function isOfRoute(route: string, method: string, path: string): boolean {
  const [template = '', only = method] = route.split(' ').reverse();
  return only === method && new RegExp(`^${template.replace(/\{\w+\}/, '[^/]+')}$`).test(path);
}

function view({ id, fault, met }: Armed): ArmedFault {
  return { id, ...fault, met };
}
