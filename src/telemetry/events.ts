import { EventEmitter } from 'eventemitter3';
import { callable, oneOf, type KeysOf } from '../utils/arguments.ts';
import { callUserCode, messageOf } from '../utils/values.ts';
import type { RateLimitInfo, RequestTarget, ValidationIssue } from '../errors/index.ts';
import type { LeveledLogger } from './logger.ts';

/** The fields of every event about a call. */
export interface CallEvent extends RequestTarget {
  /** Id of the call. Unique within this process, unless it loads both the ES module and the CommonJS build. */
  readonly callId: string;
  /** Number of the attempt, from 1; 0 in `callEnd` if none was sent. While the call waits, that of the next attempt. */
  readonly attempt: number;
}

/** An attempt is about to be sent. */
export interface RequestEvent extends CallEvent {
  /** Where it is sent, without secrets. */
  readonly url: string;
  /**
   * Headers to add to the request, for example to propagate a trace. It is empty until a listener adds headers.
   * `authorization` can't be set.
   */
  readonly headers: Record<string, string>;
}

/** An attempt received a response, whatever its status. */
export interface ResponseEvent extends CallEvent {
  /** HTTP status code. */
  readonly status: number;
  /** Milliseconds from sending to the end of the body. */
  readonly duration: number;
  /** The response's `X-Request-Id`. */
  readonly requestId: string | undefined;
  /** The rate limit as the response reported it. */
  readonly rateLimit: RateLimitInfo | undefined;
}

/** An attempt failed and will be retried. */
export interface RetryEvent extends CallEvent {
  /** Whole milliseconds until the next attempt; 0 if it waits for the rate limit or an outage, or has another token. */
  readonly delay: number;
  /** HTTP status code of the response, if there was one. */
  readonly status: number | undefined;
  /** The error's message. Its wording may change. */
  readonly reason: string;
}

/** A call has to wait for the rate limit. */
export interface RateLimitWaitEvent extends CallEvent {
  /** Expected wait, in milliseconds. */
  readonly delay: number;
  /** How many calls of this process wait for the token's rate limit, including this one. */
  readonly waiting: number;
}

/** The store that shares the rate limit with other processes became unavailable, or is available again. */
export interface RateLimitStoreEvent {
  /** True if the store is available again. While it isn't, each process paces its own calls. */
  readonly available: boolean;
  /** Why the store is unavailable. */
  readonly reason: string | undefined;
}

/** A response differs from the API reference. The call still returns it. */
export interface ValidationIssueEvent extends CallEvent {
  /** All differences. */
  readonly issues: readonly ValidationIssue[];
}

/** A call has ended. Each call has exactly one such event, even if it was never sent. */
export interface CallEndEvent extends CallEvent {
  /** How the call ended; `'aborted'` if the caller's signal ended it. */
  readonly outcome: 'success' | 'failure' | 'aborted';
  /** HTTP status code of the last response, if there was one. */
  readonly status: number | undefined;
  /** The last response's `X-Request-Id`. */
  readonly requestId: string | undefined;
  /** How many attempts were made; 0 if the call ended before the first. */
  readonly attempts: number;
  /** Milliseconds that the call waited: for the token function, for the rate limit and before retries. */
  readonly waited: number;
  /** Milliseconds from the call to its end. */
  readonly duration: number;
  /** True if the call is no GET, and an attempt was sent that no response has rejected. */
  readonly mayHaveTakenEffect: boolean;
  /** What the call rejects with; `undefined` if it succeeded. */
  readonly error: unknown;
}

/** The SDK can no longer guarantee that an iteration yields each item once, or the list ended too early. */
export interface ListUnverifiedEvent extends RequestTarget {
  /**
   * Why.
   *
   * - `count-mismatch`: the list ended with fewer items than its `total_count`;
   * - `unstable-order`: items changed their order while the list was read;
   * - `no-overlap`: pages can't overlap, because items have no `id`, or pages are too small, too long, refused or
   *   change faster than they can be read. The SDK then reads page by page.
   */
  readonly reason: 'count-mismatch' | 'unstable-order' | 'no-overlap';
}

/** The client's events. Payloads contain neither the token nor a request body. */
export interface ClientEvents {
  /** An attempt is about to be sent. */
  request: [event: RequestEvent];
  /** An attempt received a response, whatever its status. */
  response: [event: ResponseEvent];
  /** An attempt failed and will be retried. */
  retry: [event: RetryEvent];
  /** A call has to wait for the rate limit. */
  rateLimitWait: [event: RateLimitWaitEvent];
  /** The store that shares the rate limit became unavailable, or is available again. */
  rateLimitStore: [event: RateLimitStoreEvent];
  /** A response differs from the API reference. */
  validationIssue: [event: ValidationIssueEvent];
  /** A call has ended, successfully or not. */
  callEnd: [event: CallEndEvent];
  /** An iteration of a list can't verify that it yields each item once. */
  listUnverified: [event: ListUnverifiedEvent];
}

export const clientEventNames = [
  'request',
  'response',
  'retry',
  'rateLimitWait',
  'rateLimitStore',
  'validationIssue',
  'callEnd',
  'listUnverified',
] as const;
clientEventNames satisfies KeysOf<ClientEvents, typeof clientEventNames>;

/**
 * Runs a call and each of its attempts within a trace. Each method must call `run` once and await it. Once `run` has
 * settled, the event also has the outcome. A tracer that throws changes nothing.
 */
export interface Tracer {
  call<T>(event: CallEvent & Partial<CallEndEvent>, run: () => Promise<T>): Promise<T>;
  /** `error` is set if the attempt failed. */
  attempt<T>(
    event: RequestEvent & Partial<ResponseEvent> & { readonly baseUrl: string; readonly error?: unknown },
    run: () => Promise<T>,
  ): Promise<T>;
}

/** The name of the client's method that adds a {@link Tracer}. The ES module and the CommonJS build share it. */
export const addTracer: unique symbol = Symbol.for('@example/sdk/add-tracer');

/** Receives one event. If it throws or rejects, the error is logged and nothing else changes. */
export type ClientEventListener<Name extends keyof ClientEvents> = (...event: ClientEvents[Name]) => unknown;

/** Emits events. A listener that throws or rejects affects neither the call nor the other listeners. */
export class ClientEventEmitter {
  readonly #emitter = new EventEmitter();
  /** True if any event may have listeners. A field, because each call reads it. */
  isObserved = false;
  /** Calls the listener that is `this`. The emitter passes each listener as the context, and identifies it by that. */
  readonly #notify: (this: (event: unknown) => unknown, event: unknown) => void;

  constructor(logger: LeveledLogger) {
    const logFailure = (error: unknown) =>
      logger.error?.(`An event listener failed (${messageOf(error)}). The call continues.`);
    this.#notify = function (event) {
      callUserCode(() => this(event), logFailure);
    };
  }

  /** Adds or removes a listener, as the client's method of this name does. */
  change<Name extends keyof ClientEvents>(
    method: 'on' | 'once' | 'off',
    name: Name,
    listener: ClientEventListener<Name>,
  ): void {
    this.#emitter[method](oneOf('The event', name, clientEventNames), this.#notify, callable('The listener', listener));
    this.isObserved = this.#emitter.eventNames().length > 0;
  }

  /** True if the event has a listener. Otherwise, no payload is built. */
  has(name: keyof ClientEvents): boolean {
    return this.#emitter.listenerCount(name) > 0;
  }

  emit<Name extends keyof ClientEvents>(name: Name, ...event: ClientEvents[Name]): void {
    this.#emitter.emit(name, ...event);
  }
}
