import { EventEmitter } from 'eventemitter3';
import { callable } from '../utils/arguments.ts';
import type { RateLimitInfo, RequestTarget, ValidationIssue } from '../errors/index.ts';
import type { LeveledLogger } from './logger.ts';

/** An attempt is about to be sent. */
export interface RequestEvent extends RequestTarget {
  /** 1 for the first attempt of a call. */
  readonly attempt: number;
}

/** An attempt was answered, whatever the status. */
export interface ResponseEvent extends RequestEvent {
  /** HTTP status code. */
  readonly status: number;
  /** Milliseconds from sending to the end of the body. */
  readonly duration: number;
  /** The response's `X-Request-Id`. */
  readonly requestId: string | undefined;
  /** The rate limit as the response reported it. */
  readonly rateLimit: RateLimitInfo | undefined;
}

/** An attempt failed and will be made again. */
export interface RetryEvent extends RequestEvent {
  /** Milliseconds until the next attempt; 0 where it waits for the rate limit instead. */
  readonly delay: number;
  /** Status of the answer, if there was one. */
  readonly status: number | undefined;
  /** What went wrong, in words. */
  readonly reason: string;
}

/** A call has to wait for the rate limit. */
export interface RateLimitWaitEvent extends RequestTarget {
  /** Expected wait, in milliseconds. */
  readonly delay: number;
  /** Calls that wait on this token in this process, this one included. */
  readonly waiting: number;
}

/** The store that shares the rate limit between processes was lost, or is back. */
export interface RateLimitStoreEvent {
  /** Whether the limit is shared from now on; while it is not, this process paces by itself. */
  readonly available: boolean;
  /** Why it is not available. */
  readonly reason: string | undefined;
}

/** A response differs from what the API documents. It was handed out as it came. */
export interface ValidationIssueEvent extends RequestTarget {
  /** Every place where it differs. */
  readonly issues: readonly ValidationIssue[];
}

/**
 * A walk over a list has ended that may have missed items, because the list moved between almost any two requests. One
 * event a walk.
 */
export interface ListDriftEvent extends RequestTarget {
  /** Pages that were read again, to find items that had moved. */
  readonly rereads: number;
  /** Places between two pages where items may be missing. */
  readonly openSeams: number;
}

/** The client's events. Payloads hold no token and no request body. */
export interface ClientEvents {
  /** An attempt is about to be sent. */
  request: [event: RequestEvent];
  /** An attempt was answered, whatever the status. */
  response: [event: ResponseEvent];
  /** An attempt failed and will be made again. */
  retry: [event: RetryEvent];
  /** A call has to wait for the rate limit. */
  rateLimitWait: [event: RateLimitWaitEvent];
  /** The store that shares the rate limit was lost, or is back. */
  rateLimitStore: [event: RateLimitStoreEvent];
  /** A response differs from what the API documents. */
  validationIssue: [event: ValidationIssueEvent];
  /** A walk over a list may have missed items, because the list moved too much. */
  listDrift: [event: ListDriftEvent];
}

/** Takes one event. What it throws or rejects with is logged and changes nothing else. */
export type ClientEventListener<Name extends keyof ClientEvents> = (...event: ClientEvents[Name]) => unknown;

/** Emits to listeners that may throw or reject without harm to the call, or to the listeners after them. */
export class ClientEventEmitter {
  readonly #emitter = new EventEmitter();
  readonly #guarded = new WeakMap<(...event: never[]) => unknown, (event: unknown) => void>();
  readonly #logger: LeveledLogger;

  constructor(logger: LeveledLogger) {
    this.#logger = logger;
  }

  on<Name extends keyof ClientEvents>(name: Name, listener: ClientEventListener<Name>): void {
    this.#emitter.on(name, this.#guard(listener));
  }

  once<Name extends keyof ClientEvents>(name: Name, listener: ClientEventListener<Name>): void {
    this.#emitter.once(name, this.#guard(listener));
  }

  off<Name extends keyof ClientEvents>(name: Name, listener: ClientEventListener<Name>): void {
    const guarded = this.#guarded.get(listener);
    if (guarded) this.#emitter.off(name, guarded);
  }

  /** Whether anybody listens: the hot path makes no payload for nobody. */
  has(name: keyof ClientEvents): boolean {
    return this.#emitter.listenerCount(name) > 0;
  }

  emit<Name extends keyof ClientEvents>(name: Name, ...event: ClientEvents[Name]): void {
    this.#emitter.emit(name, ...event);
  }

  #guard<Name extends keyof ClientEvents>(listener: ClientEventListener<Name>): (event: unknown) => void {
    callable('The listener', listener);
    const known = this.#guarded.get(listener);
    if (known) return known;

    const report = (error: unknown) => {
      const problem = error instanceof Error ? error.message : typeof error;
      this.#logger.error?.(`A listener of an event failed (${problem}); the call goes on.`);
    };
    const guarded = (...event: unknown[]) => {
      try {
        const result = listener(...(event as ClientEvents[Name])); // emit() has checked them
        if (isThenable(result)) result.then(undefined, report);
      } catch (error) {
        report(error);
      }
    };
    this.#guarded.set(listener, guarded);
    return guarded;
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
