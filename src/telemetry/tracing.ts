import type { TracingChannel } from 'node:diagnostics_channel';
import { builtinModule } from '../utils/runtime.ts';
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

/** Traces operations: through the tracing channels of `node:diagnostics_channel`, and through a tracer. */
export class Tracing {
  #tracer: Tracer | undefined;
  readonly #channels: Partial<Record<keyof TracedOperations, TracingChannel<unknown, CallEvent>>> = {};

  constructor() {
    const diagnostics = builtinModule('node:diagnostics_channel');
    for (const name of ['call', 'attempt'] as const) {
      const channel = diagnostics?.tracingChannel<unknown, CallEvent>(`@example/sdk:${name}`);
      if (channel) this.#channels[name] = channel;
    }
  }

  /** The first one stays. */
  add(tracer: Tracer): void {
    this.#tracer ??= tracer;
  }

  isUsed(name: keyof TracedOperations): boolean {
    return this.#tracer !== undefined || hasSubscribers(this.#channels[name]);
  }

  /**
   * Runs an operation. If nothing traces it, it is only run.
   *
   * @param operation Calls `onEnd` with what is known of it in the end. Subscribers of a channel find that in the same event.
   */
  run<Name extends keyof TracedOperations, T>(
    name: Name,
    event: TracedOperations[Name],
    operation: (onEnd: (end: object) => void) => Promise<T>,
  ): Promise<T> {
    const channel = this.#channels[name];
    const tracer = this.#tracer?.[name];
    const plain = () => operation((end) => Object.assign(event, end));
    const traced = channel && hasSubscribers(channel) ? () => channel.tracePromise(plain, event) : plain;
    return tracer ? tracer(event, traced) : traced();
  }
}

const parts = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const;

function hasSubscribers(channel: TracingChannel<unknown, CallEvent> | undefined): boolean {
  const known: boolean | undefined = channel?.hasSubscribers;
  // In Bun, only the parts of a tracing channel say it.
  return known ?? parts.some((part) => channel?.[part].hasSubscribers);
}
