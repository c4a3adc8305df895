import type { CallEndEvent, CallEvent, RequestEvent, ResponseEvent } from './events.ts';

/** What can be traced, each with the event that describes it. What is known only at the end is added to it by then. */
export interface TracedOperations {
  /** A call, from its start to its end. */
  call: CallEvent & Partial<CallEndEvent>;
  /** One attempt of a call. `error` is set if it failed. */
  attempt: RequestEvent & Partial<ResponseEvent> & { readonly error?: unknown };
}

/** Runs each operation within a trace: it calls `run` once, and returns what that returns. */
export type Tracer = {
  readonly [Name in keyof TracedOperations]: <T>(event: TracedOperations[Name], run: () => Promise<T>) => Promise<T>;
};

/** The name of the method of a client that adds a {@link Tracer}. Both copies of the package have the same. */
export const addTracer: unique symbol = Symbol.for('@example/sdk/add-tracer');
