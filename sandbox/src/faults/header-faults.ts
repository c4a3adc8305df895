import * as z from 'zod/mini';
import { invalidFields } from '../http/failure.ts';
import { parseFields } from '../http/parse-fields.ts';
import { parseJson } from '../utils/json.ts';
import { type ArmedFault, headerFaultSchema } from './fault.ts';

/** Request header with a fault for this request alone, so that tests that run in parallel don't disturb each other. */
export const faultHeader = 'Sandbox-Fault';

const headersSchema = z.object({ [faultHeader]: headerFaultSchema });

/** Faults that requests bring in a header. */
export class HeaderFaults {
  readonly #met = new Map<string, number>();

  /**
   * Returns the fault in the header's value, and counts the request; `undefined` if the fault has applied to enough
   * requests.
   *
   * @param token Id of the request's token. Each token has its own counts.
   * @throws {Failure} 422 when the value is not a fault in JSON.
   */
  take(header: string, token: string): ArmedFault | undefined {
    const value = parseJson(header);
    if (value === undefined) throw invalidFields({ [faultHeader]: 'Must be JSON, such as {"status":503}.' });
    const { id, times = Infinity, ...fault } = parseFields(headersSchema, { [faultHeader]: value })[faultHeader];
    if (id === undefined) return { id: 'header', ...fault, met: 1 };

    const key = `${token} ${id}`;
    const met = this.#met.get(key) ?? 0;
    if (met >= times) return undefined;
    this.#met.set(key, met + 1);
    return { id, ...fault, ...(times === Infinity ? {} : { times }), met: met + 1 };
  }

  clear(): void {
    this.#met.clear();
  }
}
