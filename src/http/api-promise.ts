import type { RateLimitInfo } from '../rate-limit/headers.ts';

/** A value together with the response it came in. */
export interface WithResponse<T> {
  readonly data: T;
  /** The response, its body already read. */
  readonly response: Response;
  /** The rate limit as the response reported it. */
  readonly rateLimit: RateLimitInfo | undefined;
}

export declare class APIPromise<T> implements Promise<T> {
  then<A = T, B = never>(
    onfulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B>;
  catch<B = never>(onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B>;
  finally(onfinally?: (() => void) | null): Promise<T>;
  withResponse(): Promise<WithResponse<T>>;
  asResponse(): Promise<Response>;
  readonly [Symbol.toStringTag]: string;
}
