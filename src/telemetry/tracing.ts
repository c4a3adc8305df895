import type { TracingChannel } from 'node:diagnostics_channel';
import { builtinModule } from '../utils/runtime.ts';
import type { CallEndEvent, CallEvent, RateLimitWaitEvent, RequestEvent, ResponseEvent } from './events.ts';

/** What can be traced, each with the event that describes it. What is known only at the end is added to it by then. */
export interface TracedOperations {
  /** A call, from its start to its end. */
  call: CallEvent & Partial<CallEndEvent>;
  /** One attempt of a call. `error` is set if it failed. */
  attempt: RequestEvent & Partial<ResponseEvent> & { readonly error?: unknown };
  /** The time that a call waits for the rate limit. */
  wait: RateLimitWaitEvent;
}

/** Runs each operation within a trace: it calls `run` once, and returns what that returns. */
export type Tracer = {
  readonly [Name in keyof TracedOperations]: <T>(event: TracedOperations[Name], run: () => Promise<T>) => Promise<T>;
};

/** The name of the method of a client that adds a {@link Tracer}. Both copies of the package have the same. */
export const addTracer: unique symbol = Symbol.for('@example/sdk/add-tracer');

/** Traces operations: through the tracing channels of `node:diagnostics_channel`, and through tracers that were added. */
export class Tracing {
  readonly #tracers = new Set<Tracer>();
  readonly #channels: Partial<Record<keyof TracedOperations, TracingChannel<unknown, CallEvent>>> = {};

  constructor() {
    const diagnostics = builtinModule('node:diagnostics_channel');
    for (const name of ['call', 'attempt', 'wait'] as const) {
      const channel = diagnostics?.tracingChannel<unknown, CallEvent>(`@example/sdk:${name}`);
      if (channel) this.#channels[name] = channel;
    }
  }

  add(tracer: Tracer): void {
    this.#tracers.add(tracer);
  }

  isUsed(name: keyof TracedOperations): boolean {
    return this.#tracers.size > 0 || hasSubscribers(this.#channels[name]);
  }

  /** Runs an operation. If nothing traces it, it is only run. */
  run<Name extends keyof TracedOperations, T>(
    name: Name,
    event: TracedOperations[Name],
    operation: () => Promise<T>,
  ): Promise<T> {
    const channel = this.#channels[name];
    let traced = operation;
    if (channel && hasSubscribers(channel)) traced = () => channel.tracePromise(operation, event);
    for (const tracer of this.#tracers) {
      const inner = traced;
      traced = () => tracer[name](event, inner);
    }
    return traced();
  }
}

const parts = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const;

function hasSubscribers(channel: TracingChannel<unknown, CallEvent> | undefined): boolean {
  const known: boolean | undefined = channel?.hasSubscribers;
  // In Bun, only the parts of a tracing channel say it.
  return known ?? parts.some((part) => channel?.[part].hasSubscribers);
}
