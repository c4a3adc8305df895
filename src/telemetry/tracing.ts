import type { CallEndEvent, CallEvent, RequestEvent, ResponseEvent } from './events.ts';

/**
 * Runs a call and each of its attempts within a trace: each method calls `run` once, and waits for it. What is known only at
 * the end is added to the event by then. A tracer that throws changes nothing.
 */
export interface Tracer {
  call<T>(event: CallEvent & Partial<CallEndEvent>, run: () => Promise<T>): Promise<T>;
  /** `error` is set if it failed. */
  attempt<T>(
    event: RequestEvent & Partial<ResponseEvent> & { readonly baseUrl: string; readonly error?: unknown },
    run: () => Promise<T>,
  ): Promise<T>;
}

/** The name of the method of a client that adds a {@link Tracer}. Both copies of the package have the same. */
export const addTracer: unique symbol = Symbol.for('@example/sdk/add-tracer');
