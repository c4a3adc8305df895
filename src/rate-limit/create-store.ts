import { callable } from '../utils/arguments.ts';
import type { RateLimitStore } from './store.ts';
import { type ConnectStore, StoreConnection } from './store-connection.ts';

/**
 * Creates a store on a database of your own.
 *
 * @param sync Reads the state of a key, passes it to `rateLimitStep`, and writes the new state, in one transaction.
 * @throws {InvalidRequestError} when `sync` is not a function.
 *
 * @example
 * const states = new Map<string, string>();
 * const store = createRateLimitStore(async (key, request) => {
 *   const { state, reply } = rateLimitStep(states.get(key), request, Date.now());
 *   states.set(key, state);
 *   return reply;
 * });
 */
export function createRateLimitStore(sync: RateLimitStore['sync']): RateLimitStore {
  callable('sync', sync);
  const connect: ConnectStore = (key, timing, queue) => new StoreConnection(sync, key, timing, queue);
  return { sync, connect };
}
